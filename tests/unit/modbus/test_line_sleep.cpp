// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line.hpp"
#include "bridges/modbus/tcp_framing.hpp"
#include "tests/unit/modbus/fake_link.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;

BOOST_AUTO_TEST_SUITE(line_sleep)

namespace {

constexpr auto idleTimeout = 30s;

/// Hears what a device hears of its line.
struct Witness final : LineUser
{
    std::vector<std::string> heard;

    void onLineUp() override { heard.emplace_back("up"); }

    void onLineDown(const std::string& reason) override { heard.push_back(reason); }
};

/// A connection that may be closed after 30 s. Register n holds n.
struct Fixture
{
    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    Witness user;
    Witness other;
    std::vector<std::shared_ptr<base::Timer>> closings;
    std::map<std::string, std::uint64_t> counters;
    Line line;

    Fixture()
        : line(scheduler, {}, parts(), [this](const LineReport& report) {
            counters = report.counters;
        })
    {
        link->onSent = [this](const Bytes& sent) {
            link->arrive({sent[0], sent[1], 0, 0, 0, 5, sent[6], sent[7], 2, sent[8], sent[9]},
                         10ms);
        };
        UnitTerms terms;
        terms.idleTimeout = idleTimeout;
        line.join(1, user, terms);
        line.join(2, other);
        terms.idleTimeout = 2 * idleTimeout;
        line.join(3, other, terms);
        line.open();
        scheduler.advance(1ms);
    }

    ~Fixture()
    {
        for (const std::uint8_t unitId : {1, 2, 3})
            line.leave(unitId);
    }

    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        return {std::move(fake), std::make_unique<TcpFraming>(), 500ms, false};
    }

    std::shared_ptr<Expected<Answer>> read(std::uint16_t address)
    {
        auto result = std::make_shared<Expected<Answer>>(base::fail(ErrorKind::Internal, "none"));
        line.submit({1, FunctionCode::ReadHoldingRegisters, address, 1, {}},
                    Priority::Read,
                    [result](Expected<Answer> ended) { *result = std::move(ended); });
        return result;
    }

    void fallAsleep()
    {
        scheduler.advance(idleTimeout + 1s);
        BOOST_REQUIRE(link->slept == 1);
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(closes_a_connection_that_nobody_asks_over_and_tells_nobody, Fixture)
{
    scheduler.advance(idleTimeout - 2s);
    BOOST_TEST(link->slept == 0);

    scheduler.advance(4s);

    BOOST_TEST(link->slept == 1);
    BOOST_TEST(line.isUp());
    BOOST_TEST((user.heard == std::vector<std::string>{"up"}));
    BOOST_TEST(counters["idleCloses"] == 1U);
}

BOOST_FIXTURE_TEST_CASE(makes_it_again_once_for_all_who_ask_next, Fixture)
{
    fallAsleep();

    const auto first = read(7);
    const auto second = read(8);
    scheduler.advance(1s);

    BOOST_TEST(link->opened == 2);
    BOOST_TEST((*first == Answer{7}));
    BOOST_TEST((*second == Answer{8}));
    BOOST_TEST((user.heard == std::vector<std::string>{"up"}));
    scheduler.advance(idleTimeout);
    BOOST_TEST(link->slept == 2);
}

BOOST_FIXTURE_TEST_CASE(makes_a_connection_again_that_is_closed_after_each_answer, Fixture)
{
    const auto echo = link->onSent;
    link->onSent = [&](const Bytes& sent) {
        echo(sent);
        auto closing = std::make_shared<base::Timer>(scheduler, [this, connection = link->opened] {
            if (connection == link->opened)
                link->lose();
        });
        closing->start(11ms);
        closings.push_back(closing);
    };

    const auto first = read(7);
    const auto second = read(8);
    scheduler.advance(1s);

    BOOST_TEST((*first == Answer{7}));
    BOOST_TEST((*second == Answer{8}));
    BOOST_TEST((user.heard == std::vector<std::string>{"up"}));
    BOOST_TEST(link->opened == 2);
    scheduler.advance(1s);
    BOOST_TEST(counters["reconnects"] == 1U);
}

BOOST_FIXTURE_TEST_CASE(never_repeats_a_write_that_was_cut_off, Fixture)
{
    const auto ready = read(7);
    scheduler.advance(1s);
    int writes = 0;
    link->onSent = [&](const Bytes&) {
        ++writes;
        scheduler.post([this] { link->lose(); });
    };
    Expected<void> result;
    line.submit({1, FunctionCode::WriteSingleRegister, 7, 1, {5}},
                Priority::Write,
                [&](const Expected<Answer>& ended) {
                    result = ended ? Expected<void>{} : base::fail(ended.error());
                });
    scheduler.advance(1s);

    BOOST_TEST((*ready == Answer{7}));
    BOOST_TEST(writes == 1);
    BOOST_TEST((!result && result.error().kind == ErrorKind::Unreachable));
    BOOST_TEST((!result && result.error().message.find("unknown") != std::string::npos));
    BOOST_TEST((user.heard == std::vector<std::string>{"up"}));
}

BOOST_FIXTURE_TEST_CASE(is_down_when_a_server_closes_without_an_answer, Fixture)
{
    link->onSent = [&](const Bytes&) {
        scheduler.post([this] { link->lose(); });
    };

    const auto result = read(7);
    scheduler.advance(1s);

    BOOST_TEST(!result->has_value());
    BOOST_TEST(user.heard.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(is_down_when_it_cannot_be_made_again, Fixture)
{
    fallAsleep();
    link->unreachable = base::Error{ErrorKind::Unreachable, "no route", {}};

    const auto asked = read(7);
    scheduler.advance(1s);

    BOOST_TEST(!line.isUp());
    BOOST_TEST(asked->error().message == "the line is down: no route");
    BOOST_TEST((user.heard == std::vector<std::string>{"up", "no route"}));
    link->comeBack();
    BOOST_TEST(user.heard.back() == "up");
}

BOOST_FIXTURE_TEST_CASE(does_not_mind_that_the_other_end_closes_it_first, Fixture)
{
    link->lose();
    BOOST_TEST(line.isUp());
    BOOST_TEST(link->slept == 1); // and does not try again by itself

    const auto asked = read(7);
    scheduler.advance(1s);

    BOOST_TEST((*asked == Answer{7}));
    BOOST_TEST((user.heard == std::vector<std::string>{"up"}));
}

BOOST_FIXTURE_TEST_CASE(bears_a_server_that_closes_between_two_polls, Fixture)
{
    line.leave(1);
    line.leave(3);

    for (int poll = 1; poll <= 3; ++poll) {
        Expected<Answer> answer = base::fail(ErrorKind::Internal, "none");
        line.submit({2, FunctionCode::ReadHoldingRegisters, 7, 1, {}},
                    Priority::Poll,
                    [&](Expected<Answer> ended) { answer = std::move(ended); });
        scheduler.advance(30s);
        BOOST_TEST((answer == Answer{7}));
        link->lose();
        scheduler.advance(270s);
        BOOST_TEST(line.isUp());
        BOOST_TEST(link->opened == poll); // not before somebody asks
    }

    BOOST_TEST((other.heard == std::vector<std::string>{"up", "up"})); // it is two units
}

BOOST_FIXTURE_TEST_CASE(minds_that_it_is_lost_while_somebody_waits, Fixture)
{
    const auto asked = read(7);
    scheduler.advance(1ms);

    link->lose();

    BOOST_TEST(!line.isUp());
    BOOST_TEST(asked->error().message == "the line is down: pulled");
}

BOOST_FIXTURE_TEST_CASE(stays_awake_while_it_is_asked_often_enough, Fixture)
{
    for (int i = 0; i < 5; ++i) {
        read(7);
        scheduler.advance(idleTimeout - 1s);
    }

    BOOST_TEST(link->slept == 0);
    BOOST_TEST(link->opened == 1);
}

BOOST_FIXTURE_TEST_CASE(stays_awake_when_who_wanted_its_sleep_has_left, Fixture)
{
    line.leave(1);
    line.leave(3);

    scheduler.advance(5 * idleTimeout);

    BOOST_TEST(link->slept == 0);
}

BOOST_FIXTURE_TEST_CASE(is_down_for_all_when_it_is_closed_in_its_sleep, Fixture)
{
    fallAsleep();

    line.close("an operator has paused it");

    BOOST_TEST(!line.isUp());
    BOOST_TEST(user.heard.back() == "an operator has paused it");
}

BOOST_AUTO_TEST_SUITE_END()
