// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/unit.hpp"
#include "tests/unit/modbus/crowd.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;

BOOST_AUTO_TEST_SUITE(line_pipeline)

namespace {

constexpr auto timeout = 500ms;

/// Has a unit and wants to hear of nothing.
struct Absent final : LineUser
{
    void onLineUp() override {}

    void onLineDown(const std::string&) override {}
};

UnitTerms takes(std::uint16_t outstanding)
{
    UnitTerms terms;
    terms.outstanding = outstanding;
    return terms;
}

/// Units 1 and 2 take three requests at once, unit 3 takes one. The test answers when it likes.
struct Fixture
{
    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    Absent user;
    Line line;

    Fixture()
        : line(scheduler, {}, parts(), [](const LineReport&) {})
    {
        line.open();
        line.join(1, user, takes(3));
        line.join(2, user, takes(3));
        line.join(3, user);
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
        return {std::move(fake), std::make_unique<TcpFraming>(), timeout, false};
    }

    static Request read(std::uint16_t address, std::uint8_t unitId = 1)
    {
        return {unitId, FunctionCode::ReadHoldingRegisters, address, 1, {}};
    }

    static Request write(std::uint16_t address, std::uint8_t unitId = 1)
    {
        return {unitId, FunctionCode::WriteSingleRegister, address, 1, {1}};
    }

    struct Ended
    {
        int times = 0;
        Expected<Answer> result;
    };

    std::shared_ptr<Ended> submit(const Request& request, Priority priority = Priority::Poll)
    {
        auto ended = std::make_shared<Ended>();
        line.submit(request, priority, [ended](Expected<Answer> result) {
            ++ended->times;
            ended->result = std::move(result);
        });
        return ended;
    }

    /// To the n-th request that was sent: register n holds n.
    [[nodiscard]] Bytes answerTo(std::size_t number) const
    {
        const Bytes& sent = link->sent.at(number);
        if (sent[7] == 6)
            return sent;
        return {sent[0], sent[1], 0, 0, 0, 5, sent[6], sent[7], 2, sent[8], sent[9]};
    }

    [[nodiscard]] Bytes answersTo(std::size_t number, std::size_t other) const
    {
        Bytes both = answerTo(number);
        const Bytes second = answerTo(other);
        both.insert(both.end(), second.begin(), second.end());
        return both;
    }

    void arrive(const Bytes& octets)
    {
        link->arrive(octets);
        scheduler.advance(1ms);
    }

    void answer(std::size_t number) { arrive(answerTo(number)); }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(asks_as_many_at_once_as_the_server_takes, Fixture)
{
    for (std::uint16_t address = 0; address < 5; ++address)
        submit(read(address));
    scheduler.advance(1ms);
    BOOST_TEST(link->sent.size() == 3U);

    answer(0);

    BOOST_TEST(link->sent.size() == 4U);
}

BOOST_FIXTURE_TEST_CASE(gives_each_request_its_own_answer_in_any_order, Fixture)
{
    const auto first = submit(read(7));
    const auto second = submit(read(8));
    const auto third = submit(read(9, 2));
    scheduler.advance(1ms);

    answer(1);
    arrive(answersTo(2, 0));

    BOOST_REQUIRE((first->times == 1 && second->times == 1 && third->times == 1));
    BOOST_TEST((first->result == Answer{7}));
    BOOST_TEST((second->result == Answer{8}));
    BOOST_TEST((third->result == Answer{9}));
}

BOOST_FIXTURE_TEST_CASE(shows_each_answer_to_who_traces, Fixture)
{
    const auto begin = line.trace().since(0).next;
    submit(read(7));
    submit(read(8));
    scheduler.advance(1ms);

    arrive(answersTo(0, 1));

    const auto frames = line.trace().since(begin).frames;
    BOOST_REQUIRE(frames.size() == 4U);
    BOOST_TEST((frames[2].octets == answerTo(0)));
    BOOST_TEST(frames[2].text == "7");
    BOOST_TEST((frames[3].octets == answerTo(1)));
    BOOST_TEST(frames[3].text == "8");
}

BOOST_FIXTURE_TEST_CASE(keeps_writes_to_a_unit_in_order_and_apart_from_its_reads, Fixture)
{
    submit(read(7));
    scheduler.advance(1ms);
    submit(write(1), Priority::Write);
    submit(write(2), Priority::Write);
    submit(read(9, 2));
    scheduler.advance(1ms);
    BOOST_TEST(link->sent.size() == 2U);
    BOOST_TEST(unsigned{link->sent[1][6]} == 2U); // the other unit goes on

    answer(0);
    BOOST_TEST(link->sent.size() == 3U);
    BOOST_TEST(unsigned{link->sent[2][9]} == 1U);
    answer(2);

    BOOST_TEST(link->sent.size() == 4U);
    BOOST_TEST(unsigned{link->sent[3][9]} == 2U);
}

BOOST_FIXTURE_TEST_CASE(is_none_beside_who_takes_one_at_a_time, Fixture)
{
    submit(read(7, 3));
    submit(read(8));
    submit(read(9));
    scheduler.advance(1ms);
    BOOST_TEST(link->sent.size() == 1U);

    answer(0);
    submit(read(10, 3));
    scheduler.advance(1ms);

    BOOST_TEST(link->sent.size() == 3U);
    BOOST_TEST(unsigned{link->sent[2][6]} == 1U);
}

BOOST_FIXTURE_TEST_CASE(waits_for_each_as_long_as_its_own_time, Fixture)
{
    const auto first = submit(read(7));
    scheduler.advance(100ms);
    const auto second = submit(read(8));
    scheduler.advance(timeout - 50ms);
    BOOST_TEST(first->times == 1);
    BOOST_TEST(second->times == 0);
    const auto third = submit(read(9));
    scheduler.advance(1ms);

    answer(0); // too late, and nobody else's
    answer(2);
    answer(1);

    BOOST_TEST((first->result.error().kind == ErrorKind::Timeout));
    BOOST_TEST((second->result == Answer{8}));
    BOOST_TEST((third->result == Answer{9}));
    BOOST_TEST(link->reopened == 0);
}

BOOST_FIXTURE_TEST_CASE(counts_requests_that_waited_together_as_one_silence, Fixture)
{
    for (std::uint16_t address = 0; address < 3; ++address)
        submit(read(address));
    scheduler.advance(timeout + 1ms);
    BOOST_TEST(link->reopened == 0);

    const auto next = submit(read(7));
    scheduler.advance(1ms);
    answer(3);

    BOOST_TEST((next->result == Answer{7}));
}

BOOST_FIXTURE_TEST_CASE(asks_others_again_after_a_stream_that_makes_no_sense, Fixture)
{
    const auto first = submit(read(7));
    const auto second = submit(read(8));
    scheduler.advance(1ms);

    arrive(*base::fromHex("00010001000501030200ff"));

    BOOST_TEST(first->times == 1);
    BOOST_TEST((first->result.error().kind == ErrorKind::Corrupt));
    BOOST_TEST(second->times == 0);
    BOOST_TEST(link->reopened == 1);
    scheduler.advance(1ms);
    answer(2);
    BOOST_TEST((second->result == Answer{8}));
}

namespace {

/// Silence keeps the queue full: who has met it asks again.
void askOn(Fixture& fixture, std::uint16_t address)
{
    fixture.line.submit(
        Fixture::read(address), Priority::Poll, [&fixture, address](const Expected<Answer>& ended) {
            if (!ended && ended.error().kind == ErrorKind::Timeout)
                askOn(fixture, address);
        });
}

} // namespace

BOOST_FIXTURE_TEST_CASE(knows_a_dead_server_by_requests_that_overlap, Fixture)
{
    for (std::uint16_t address = 0; address < 3; ++address) {
        askOn(*this, address);
        scheduler.advance(100ms);
    }
    scheduler.advance(2 * timeout);
    BOOST_TEST(link->reopened == 0);

    scheduler.advance(timeout - 200ms);
    const auto next = submit(read(7));
    scheduler.advance(1ms);

    BOOST_TEST(link->reopened == 1);
    BOOST_REQUIRE(next->times == 1);
    BOOST_TEST(next->result.error().message.starts_with("the unit has not answered 3 times"));
}

BOOST_FIXTURE_TEST_CASE(sends_a_write_next_whatever_else_its_unit_is_to_be_asked, Fixture)
{
    for (std::uint16_t address = 0; address < 8; ++address)
        submit(read(address));
    scheduler.advance(1ms);
    submit(write(1), Priority::Write);

    answer(0);
    answer(1);
    BOOST_TEST(link->sent.size() == 3U);
    answer(2);

    BOOST_REQUIRE(link->sent.size() == 4U);
    BOOST_TEST(unsigned{link->sent[3][7]} == 6U);
}

BOOST_FIXTURE_TEST_CASE(gives_its_turn_to_who_takes_one_at_a_time, Fixture)
{
    for (std::uint16_t address = 0; address < 8; ++address)
        submit(read(address));
    scheduler.advance(1ms);
    submit(read(7, 3));

    answer(0);
    answer(1);
    BOOST_TEST(link->sent.size() == 3U);
    answer(2);
    BOOST_REQUIRE(link->sent.size() == 4U);
    BOOST_TEST(unsigned{link->sent[3][6]} == 3U);
    answer(3);

    BOOST_TEST(link->sent.size() == 7U);
}

BOOST_FIXTURE_TEST_CASE(lets_everybody_hear_that_a_unit_leaves, Fixture)
{
    const auto fault = [](const Expected<Answer>&) {
        throw std::runtime_error("a fault");
    };
    line.submit(read(7), Priority::Poll, fault);
    const auto sent = submit(read(8));
    scheduler.advance(1ms);
    line.submit(write(1), Priority::Write, fault);
    const auto waiting = submit(read(9));

    line.leave(1);

    BOOST_TEST(sent->times == 1);
    BOOST_TEST(waiting->times == 1);
}

namespace {

/// A device whose three Resources are so far apart that each is a request.
Unit::Settings farApart()
{
    Unit::Settings settings;
    settings.unitId = 4;
    settings.limits.outstanding = 3;
    for (const std::uint16_t address : {0, 1000, 2000}) {
        Point point;
        point.address = address;
        settings.points.push_back(point);
        settings.paths.push_back({3303, address, 5700});
    }
    return settings;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(takes_polls_that_waited_together_for_one_failure, Fixture)
{
    std::vector<AvailabilityChange> changes;
    Unit unit(scheduler, line, farApart(), [&](const UnitReport& report) {
        if (report.availability)
            changes.push_back(*report.availability);
    });
    unit.start();
    while (link->sent.size() < 3)
        scheduler.advance(1ms);

    scheduler.advance(timeout);
    BOOST_TEST(changes.empty());
    while (changes.empty())
        scheduler.advance(timeout);

    BOOST_TEST(changes[0].reason.starts_with("3 polls failed, the last: no answer"));
    BOOST_TEST(link->reopened == 1);
}

BOOST_FIXTURE_TEST_CASE(makes_nobody_believe_a_wrong_value, Crowd<Liar<true>>)
{
    constexpr int questions = 5000;

    runTogether(questions, [this](std::uint8_t unitId) { ask(unitId); });

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
    BOOST_TEST(mostAtOnce == atOnce);
}

BOOST_FIXTURE_TEST_CASE(tells_of_no_write_that_was_none, Crowd<WriteLiar<true>>)
{
    constexpr int questions = 5000;

    runTogether(questions, [this](std::uint8_t unitId) { askToWrite(unitId); });

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(twice == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
    BOOST_TEST(mostAtOnce > 1);
}

BOOST_FIXTURE_TEST_CASE(ends_a_connection_on_which_an_answer_stands_still, Fixture)
{
    const auto ended = submit(read(7));
    scheduler.advance(1ms);
    Bytes half = answerTo(0);
    half.resize(9);

    arrive(half);
    scheduler.advance(98ms);
    const int early = link->reopened;
    scheduler.advance(2ms);

    BOOST_TEST(early == 0);
    BOOST_TEST(link->reopened == 1);
    BOOST_TEST(ended->times == 1);
    BOOST_REQUIRE(!ended->result.has_value());
    BOOST_TEST(ended->result.error().message == "the answer broke off");
}

BOOST_FIXTURE_TEST_CASE(bears_an_answer_that_comes_octet_by_octet, Fixture)
{
    const auto ended = submit(read(7));
    scheduler.advance(1ms);

    for (const std::uint8_t octet : answerTo(0)) {
        arrive({octet});
        scheduler.advance(20ms);
    }

    BOOST_TEST(link->reopened == 0);
    BOOST_TEST(ended->result.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
