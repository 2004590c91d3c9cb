// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line.hpp"
#include "bridges/modbus/rtu_framing.hpp"
#include "tests/unit/modbus/fake_link.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;

BOOST_AUTO_TEST_SUITE(line)

namespace {

constexpr auto timeout = 500ms;
constexpr std::uint8_t deadUnit = 9;

/// Has a unit and wants to hear of nothing.
struct Absent final : LineUser
{
    void onLineUp() override {}

    void onLineDown(const std::string&) override {}
};

/// A well-behaved RTU device at every address: register n holds n. Unit 9 is dead.
struct Fixture
{
    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    std::vector<LineReport> reports;
    Line line;

    Fixture()
        : line(scheduler, {}, parts(), [this](const LineReport& report) {
            reports.push_back(report);
        })
    {
        line.open();
        scheduler.advance(1ms);
        link->onSent = [this](const Bytes& frame) {
            if (frame[0] != deadUnit)
                link->arrive(answerTo(frame), 10ms);
        };
    }

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        link->gap = 4ms;
        return {std::move(fake), std::make_unique<RtuFraming>(timeout * 6), timeout, true};
    }

    static Bytes answerTo(const Bytes& request)
    {
        Bytes answer{request[0], request[1], 2, request[2], request[3]};
        if (request[1] == 6)
            answer.assign(request.begin(), request.end() - 2);
        const std::uint16_t crc = crc16(answer);
        answer.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        answer.push_back(static_cast<std::uint8_t>(crc >> 8U));
        return answer;
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

    std::shared_ptr<Ended> submit(const Request& request, Priority priority)
    {
        auto ended = std::make_shared<Ended>();
        line.submit(request, priority, [ended](Expected<Answer> result) {
            ++ended->times;
            ended->result = std::move(result);
        });
        return ended;
    }

    /// 20 polls a second of a living unit beside one poll a second of the dead one, for ten
    /// minutes: how many of the former are answered in the last nine, when the breaker is open.
    int answeredBesideTheDeadUnit()
    {
        int answered = 0;
        for (int second = 0; second < 600; ++second) {
            submit(read(1, deadUnit), Priority::Poll);
            for (int i = 0; i < 20; ++i) {
                line.submit(read(2), Priority::Poll, [&](const Expected<Answer>& result) {
                    answered += result ? 1 : 0;
                });
            }
            scheduler.advance(1s);
            if (second == 59)
                answered = 0;
        }
        return answered;
    }

    [[nodiscard]] auto requestsToTheDeadUnit() const
    {
        return std::ranges::count_if(link->sent,
                                     [](const Bytes& frame) { return frame[0] == deadUnit; });
    }

    /// Polls a unit again as soon as it has answered.
    void keepAsking(std::uint8_t unitId)
    {
        line.submit(read(1, unitId), Priority::Poll, [this, unitId](const Expected<Answer>& got) {
            if (got)
                keepAsking(unitId);
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(sends_writes_before_reads_before_polls, Fixture)
{
    submit(read(1), Priority::Poll);
    submit(read(2), Priority::Read);
    submit(write(3), Priority::Write);

    scheduler.advance(1s);

    BOOST_REQUIRE(link->sent.size() == 3U);
    BOOST_TEST(link->sent[0][3] == 3);
    BOOST_TEST(link->sent[1][3] == 2);
    BOOST_TEST(link->sent[2][3] == 1);
}

BOOST_FIXTURE_TEST_CASE(the_trace_shows_what_was_under_way_when_the_line_went, Fixture)
{
    const auto begin = line.trace().since(0);
    submit(read(1), Priority::Poll);
    scheduler.advance(4ms);

    link->lose();

    const auto seen = line.trace().since(begin.next).frames;
    BOOST_REQUIRE(seen.size() == 2U);
    BOOST_TEST(seen[0].text == "read holding registers 1");
    BOOST_TEST(seen[1].octets.empty());
    BOOST_TEST(seen[1].text == "the line is down: pulled");
}

BOOST_FIXTURE_TEST_CASE(tells_a_fault_from_what_somebody_wanted, Fixture)
{
    link->lose();
    const bool isLostByFault = reports.back().isFault;
    line.close("paused by an operator");
    const bool isClosedByFault = reports.back().isFault;

    BOOST_TEST(isLostByFault);
    BOOST_TEST(!isClosedByFault);
    BOOST_TEST(reports.back().lastError == "paused by an operator");
}

BOOST_FIXTURE_TEST_CASE(keeps_the_silence_after_the_last_octet, Fixture)
{
    submit(read(1), Priority::Poll);
    submit(read(2, 2), Priority::Poll);

    scheduler.advance(1s);

    BOOST_REQUIRE(link->sentAt.size() == 2U);
    BOOST_TEST(((link->sentAt[1] - link->sentAt[0]) == 14ms));
}

BOOST_FIXTURE_TEST_CASE(gives_a_poll_its_turn_among_many_writes, Fixture)
{
    for (std::uint16_t i = 0; i < 20; ++i)
        submit(write(i), Priority::Write);
    submit(read(99), Priority::Poll);

    scheduler.advance(1s);

    BOOST_REQUIRE(link->sent.size() == 21U);
    BOOST_TEST(link->sent[8][3] == 99);
}

BOOST_FIXTURE_TEST_CASE(bounds_what_may_wait, Fixture)
{
    std::shared_ptr<Ended> last;
    for (std::uint16_t i = 0; i < 65; ++i)
        last = submit(write(i), Priority::Write);

    scheduler.runPosted();

    BOOST_TEST(last->times == 1);
    BOOST_TEST((last->result.error().kind == ErrorKind::LimitExceeded));
}

BOOST_FIXTURE_TEST_CASE(sends_a_write_without_an_answer_exactly_once, Fixture)
{
    const auto ended = submit(write(1, deadUnit), Priority::Write);

    scheduler.advance(60s);

    BOOST_TEST(link->sent.size() == 1U);
    BOOST_TEST(ended->times == 1);
    BOOST_TEST((ended->result.error().kind == ErrorKind::Timeout));
}

BOOST_FIXTURE_TEST_CASE(repeats_a_read_that_somebody_waits_for_once, Fixture)
{
    const auto ended = submit(read(1, deadUnit), Priority::Read);

    scheduler.advance(60s);

    BOOST_TEST(link->sent.size() == 2U);
    BOOST_TEST(ended->times == 1);
}

BOOST_FIXTURE_TEST_CASE(is_quiet_for_one_timeout_after_a_timeout, Fixture)
{
    submit(read(1, deadUnit), Priority::Poll);
    submit(read(2), Priority::Poll);

    scheduler.advance(5s);

    BOOST_REQUIRE(link->sentAt.size() == 2U);
    BOOST_TEST(((link->sentAt[1] - link->sentAt[0]) == 2 * timeout));
}

BOOST_FIXTURE_TEST_CASE(lets_a_dead_unit_cost_the_others_less_than_a_twentieth, Fixture)
{
    const int answered = answeredBesideTheDeadUnit();

    BOOST_TEST(answered >= 540 * 20 * 95 / 100);
    BOOST_TEST(requestsToTheDeadUnit() * timeout < 600s / 20);
}

BOOST_FIXTURE_TEST_CASE(lets_a_lying_unit_cost_the_others_less_than_a_twentieth, Fixture)
{
    link->onSent = [this](const Bytes& frame) {
        Bytes answer = answerTo(frame);
        if (frame[0] == deadUnit)
            answer.back() ^= 0xFFU;
        link->arrive(answer, 10ms);
    };
    const int answered = answeredBesideTheDeadUnit();

    const auto lies = requestsToTheDeadUnit();
    const auto refused = submit(read(1, deadUnit), Priority::Poll);
    scheduler.advance(1ms);

    BOOST_TEST(answered >= 540 * 20 * 95 / 100);
    BOOST_TEST(lies * timeout < 600s / 20);
    BOOST_REQUIRE(refused->times == 1);
    BOOST_TEST(refused->result.error().message.starts_with("the unit has given no right answer"),
               refused->result.error().message);
}

BOOST_FIXTURE_TEST_CASE(bears_answers_that_are_damaged_now_and_then, Fixture)
{
    int asked = 0;
    link->onSent = [&](const Bytes& frame) {
        Bytes answer = answerTo(frame);
        if (++asked % 3 != 0) // two in a row
            answer.back() ^= 0xFFU;
        link->arrive(answer, 10ms);
    };

    for (int round = 0; round < 60; ++round) {
        submit(read(1), Priority::Poll);
        scheduler.advance(5s); // longer than a late answer may take
    }

    BOOST_TEST(asked == 60);
}

BOOST_FIXTURE_TEST_CASE(fails_everything_at_once_when_the_link_goes, Fixture)
{
    const auto current = submit(read(1, deadUnit), Priority::Poll);
    const auto waiting = submit(read(2), Priority::Read);
    scheduler.advance(10ms);

    link->lose();
    const auto later = submit(read(3), Priority::Read);
    scheduler.advance(1ms);

    for (const auto& ended : {current, waiting, later}) {
        BOOST_TEST(ended->times == 1);
        BOOST_TEST((ended->result.error().kind == ErrorKind::Unreachable));
    }
    BOOST_TEST(!reports.back().isUp);
    BOOST_TEST(reports.back().lastError == "pulled");
}

BOOST_FIXTURE_TEST_CASE(works_again_when_the_link_is_back, Fixture)
{
    link->lose();
    link->comeBack();

    const auto ended = submit(read(3), Priority::Read);
    scheduler.advance(1s);

    BOOST_TEST(ended->times == 1);
    BOOST_TEST((ended->result == Answer{3}));
    BOOST_TEST(reports.back().isUp);
}

BOOST_FIXTURE_TEST_CASE(cancels_what_a_leaving_unit_has_waiting, Fixture)
{
    const auto current = submit(read(1, deadUnit), Priority::Poll);
    const auto waiting = submit(read(2, deadUnit), Priority::Poll);
    scheduler.advance(10ms);

    line.leave(deadUnit);
    const auto other = submit(read(2), Priority::Poll);
    scheduler.advance(5s);

    BOOST_TEST((current->result.error().kind == ErrorKind::Cancelled));
    BOOST_TEST((waiting->result.error().kind == ErrorKind::Cancelled));
    BOOST_TEST(current->times == 1);
    BOOST_TEST((other->result == Answer{2}));
}

BOOST_FIXTURE_TEST_CASE(rests_when_there_is_nothing_to_do, Fixture)
{
    submit(read(1), Priority::Poll);

    scheduler.advance(10s);

    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_FIXTURE_TEST_CASE(speaks_to_each_unit_as_it_wants_to_be_spoken_to, Fixture)
{
    Absent user;
    api::SerialMode fast;
    fast.baudRate = 19200;
    line.join(2, user, {{}, {}, fast});
    line.join(1, user);

    submit(read(1, 2), Priority::Poll);
    submit(read(1, 1), Priority::Poll);
    scheduler.advance(1s);

    BOOST_REQUIRE(link->spoken.size() == 2U);
    BOOST_TEST((link->spoken[0] == fast));
    BOOST_TEST(link->spoken[1].isLines());
    line.leave(1);
    line.leave(2);
}

BOOST_FIXTURE_TEST_CASE(a_unit_with_a_long_silence_has_its_turns_beside_a_busy_one, Fixture)
{
    Absent user;
    line.join(1, user);
    line.join(2, user, {{}, 2ms, {}});
    keepAsking(1);
    keepAsking(1);
    keepAsking(2);

    scheduler.advance(1s);

    const auto isToSlow = [](const Bytes& frame) {
        return frame[0] == 2;
    };
    const auto turns = std::ranges::count_if(link->sent, isToSlow);
    BOOST_TEST(std::abs(2 * turns - static_cast<std::int64_t>(link->sent.size())) <= 2);
    line.leave(1);
    line.leave(2);
}

BOOST_FIXTURE_TEST_CASE(a_unit_that_may_take_long_may_be_late_for_long, Fixture)
{
    constexpr auto patience = 2s;
    Absent user;
    line.join(1, user, {patience, {}, {}});
    link->onSent = [](const Bytes&) {
    };
    submit(read(1), Priority::Poll);
    scheduler.advance(patience + 100ms);
    submit(read(2), Priority::Poll); // what comes for 1 would pass for its answer

    scheduler.advance(patience * 5);
    BOOST_TEST(link->sent.size() == 1U);

    scheduler.advance(patience * 2);
    BOOST_TEST(link->sent.size() == 2U);
    line.leave(1);
}

BOOST_FIXTURE_TEST_CASE(waits_for_the_silence_of_a_write_rather_than_ask_another, Fixture)
{
    Absent user;
    line.join(2, user, {{}, 50ms, {}});
    keepAsking(1);
    scheduler.advance(100ms);

    const auto written = submit(write(5, 2), Priority::Write);
    scheduler.advance(10ms + 4ms + 50ms + 10ms);

    BOOST_TEST(written->times == 1);
    BOOST_TEST(written->result.has_value());
    const auto place =
        std::ranges::find_if(link->sent, [](const Bytes& frame) { return frame[0] == 2; });
    BOOST_REQUIRE((place != link->sent.end()));
    const auto at = static_cast<std::size_t>(place - link->sent.begin());
    BOOST_TEST((link->sentAt[at] - link->sentAt[at - 1] == 10ms + 4ms + 50ms));
    line.leave(2);
}

BOOST_FIXTURE_TEST_CASE(a_speed_that_the_port_refuses_costs_its_unit_only, Fixture)
{
    Absent user;
    api::SerialMode fast;
    fast.baudRate = 19200;
    link->unspeakable = fast;
    line.join(2, user, {{}, {}, fast});

    const auto begin = line.trace().since(0).next;
    const auto refused = submit(write(1, 2), Priority::Write);
    const auto other = submit(read(1), Priority::Poll);
    scheduler.advance(2s);
    const auto trace = line.trace().since(begin).frames;

    BOOST_TEST(refused->times == 1);
    BOOST_TEST(refused->result.error().message == "not written: the port refuses it");
    BOOST_TEST((other->result == Answer{1}));
    BOOST_TEST(link->sent.size() == 1U);
    BOOST_TEST(line.isUp());
    BOOST_REQUIRE(!trace.empty());
    BOOST_TEST(trace[0].text == "not sent: write register 1: 1: the port refuses it");
    BOOST_TEST(trace[0].octets.empty());
    BOOST_TEST(reports.back().counters.at("refusedSpeeds") == 1U);
    BOOST_TEST(reports.back().units.at(2).at("refusedSpeeds") == 1U);
    line.leave(2);
}

BOOST_FIXTURE_TEST_CASE(what_a_unit_owed_is_sent_at_its_own_speed, Fixture)
{
    Absent user;
    api::SerialMode fast;
    fast.baudRate = 19200;
    line.join(2, user, {{}, {}, fast});

    line.leave(2, {write(1, 2)});
    scheduler.advance(1s);

    BOOST_TEST(link->sent.size() == 1U);
    BOOST_TEST((link->spoken == std::vector{fast}));
}

BOOST_FIXTURE_TEST_CASE(a_speed_that_the_port_refuses_is_tried_now_and_then_only, Fixture)
{
    Absent user;
    api::SerialMode fast;
    fast.baudRate = 19200;
    link->unspeakable = fast;
    line.join(2, user, {{}, {}, fast});
    for (int i = 0; i < 3; ++i)
        submit(read(1, 2), Priority::Poll);
    scheduler.advance(1s);

    link->unspeakable.reset();
    const auto early = submit(read(1, 2), Priority::Poll);
    scheduler.advance(1s);
    scheduler.advance(LineTuning{}.firstProbe);
    const auto probe = submit(read(1, 2), Priority::Poll);
    scheduler.advance(1s);

    BOOST_TEST(early->result.error().message == "the port refuses it");
    BOOST_TEST((probe->result == Answer{1}));
    line.leave(2);
}

BOOST_AUTO_TEST_SUITE_END()
