// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::Retry;

BOOST_AUTO_TEST_SUITE(busy_units)

namespace {

constexpr std::uint8_t acknowledge = 5;
constexpr std::uint8_t busy = 6;

Bytes exceptionTo(const Bytes& request, std::uint8_t code)
{
    Bytes answer{request[0], static_cast<std::uint8_t>(request[1] | 0x80U), code};
    const std::uint16_t crc = crc16(answer);
    answer.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
    answer.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return answer;
}

/// A unit with one register that is polled hardly ever, beside unit 2, which is never busy.
struct Fixture : UnitFixture
{
    RegisterDevice neighbour{2};
    std::deque<std::uint8_t> exceptions; ///< instead of the next answers
    base::Duration works{};              ///< so long after it has acknowledged
    std::vector<base::TimePoint> askedAt;
    std::unique_ptr<base::Timer> done;
    Expected<void> result = base::fail(ErrorKind::Internal, "no answer");

    Fixture()
    {
        device.holding = {{7, 0}};
        neighbour.holding = {{1, 1}};
        settings.limits.fastPeriod = 60s;
    }

    /// Up to and with the first poll.
    void begin()
    {
        start();
        scheduler.advance(1s);
        link->onSent = [this](const Bytes& frame) {
            onSent(frame);
        };
    }

    void onSent(const Bytes& frame)
    {
        if (frame[0] == 1)
            askedAt.push_back(scheduler.now());
        if (frame[0] == 1 && !exceptions.empty())
            refuse(frame);
        else if (const Bytes reply = device.answer(frame); !reply.empty())
            link->arrive(reply, 5ms);
        else if (const Bytes other = neighbour.answer(frame); !other.empty())
            link->arrive(other, 5ms);
    }

    void refuse(const Bytes& frame)
    {
        const std::uint8_t code = exceptions.front();
        exceptions.pop_front();
        link->arrive(exceptionTo(frame, code), 5ms);
        if (code != acknowledge || works == base::Duration::zero())
            return;
        done = std::make_unique<base::Timer>(
            scheduler, [this, frame] { static_cast<void>(device.answer(frame)); });
        done->start(works);
    }

    void beginWrite(std::uint16_t word)
    {
        result = base::fail(ErrorKind::Internal, "no answer");
        unit->write(0, {word}, [this](Expected<void> ended) { result = std::move(ended); });
    }

    [[nodiscard]] std::size_t writesOnWire() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            link->sent, [](const Bytes& frame) { return frame[0] == 1 && frame[1] > 4; }));
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(are_asked_again_to_take_a_write, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {busy, busy};

    beginWrite(9);
    scheduler.advance(1s);

    BOOST_TEST(result.has_value());
    BOOST_TEST(device.holding[7] == 9);
    BOOST_REQUIRE(askedAt.size() == 3U);
    BOOST_TEST(((askedAt[1] - askedAt[0]) >= 100ms));
    BOOST_TEST(((askedAt[2] - askedAt[1]) >= 200ms));
}

BOOST_FIXTURE_TEST_CASE(are_asked_again_for_a_read, Fixture)
{
    add(7);
    begin();
    exceptions = {busy};
    bool isRead = false;

    unit->read(0, [&](const Expected<model::Sample>& got) { isRead = got.has_value(); });
    scheduler.advance(1s);

    BOOST_TEST(isRead);
    BOOST_TEST(askedAt.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(are_not_asked_for_ever, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions.assign(100, busy);

    beginWrite(9);
    scheduler.advance(4s);

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST((result.error().kind == ErrorKind::Refused));
    BOOST_TEST((result.error().retry == Retry::Later));
    BOOST_TEST(result.error().message == "exception 6 (server device busy)");
    BOOST_TEST(writesOnWire() == 1U + LineTuning{}.busyRepeats);
}

BOOST_FIXTURE_TEST_CASE(leave_the_line_to_the_others_meanwhile, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {busy, busy, busy};
    base::Duration longest{};
    std::size_t answers = 0;

    beginWrite(9);
    for (int i = 0; i < 20; ++i) {
        const base::TimePoint asked = scheduler.now();
        line->submit(readRequest(2, RegisterTable::HoldingRegister, {1, 1}),
                     Priority::Poll,
                     [&, asked](const Expected<Answer>& got) {
                         answers += got ? 1U : 0U;
                         longest = std::max<base::Duration>(longest, scheduler.now() - asked);
                     });
        scheduler.advance(50ms);
    }

    BOOST_TEST(result.has_value());
    BOOST_TEST(answers == 20U);
    BOOST_TEST((longest <= 20ms)); // at most one exchange with the busy one before its own
}

BOOST_FIXTURE_TEST_CASE(are_polled_again_in_their_time_only, Fixture)
{
    add(7);
    begin();
    exceptions = {busy};

    scheduler.advance(130s);

    BOOST_REQUIRE(askedAt.size() >= 2U);
    BOOST_TEST(((askedAt[1] - askedAt[0]) >= 1s));
}

BOOST_FIXTURE_TEST_CASE(are_shown_to_a_technician_as_they_are, Fixture)
{
    add(7);
    begin();
    exceptions = {busy};
    bool isRefused = false;

    line->submit(readRequest(1, RegisterTable::HoldingRegister, {7, 1}),
                 Priority::Service,
                 [&](const Expected<Answer>& got) { isRefused = !got; });
    scheduler.advance(1s);

    BOOST_TEST(isRefused);
    BOOST_TEST(askedAt.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(are_not_asked_again_when_they_are_detached, Fixture)
{
    add(7).write.emplace();
    for (const auto wait : {1ms, 50ms}) { // on the wire, and in the pause
        begin();
        exceptions = {busy};
        beginWrite(9);
        scheduler.advance(wait);

        unit.reset();
        scheduler.advance(10s);

        BOOST_TEST((!result && result.error().kind == ErrorKind::Cancelled));
        BOOST_TEST(writesOnWire() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(are_told_the_end_of_a_pulse_until_they_take_it, Fixture)
{
    device.coils = {{3, 0}};
    add(3, RegisterTable::Coil).write.emplace().pulse = 60s;
    begin();
    beginWrite(1);
    scheduler.advance(100ms);
    const auto during = device.coils[3];
    exceptions.assign(20, busy);

    unit.reset();
    scheduler.advance(60s);

    BOOST_TEST(during == 1);
    BOOST_TEST(device.coils[3] == 0);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_a_write_are_read_until_it_is_done, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {acknowledge};
    works = 1s;

    beginWrite(9);
    scheduler.advance(900ms);
    const bool isEarly = result.has_value();
    scheduler.advance(2s);

    BOOST_TEST(!isEarly);
    BOOST_TEST(result.has_value());
    BOOST_TEST(newest(0) == "9");
    BOOST_TEST(writesOnWire() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_a_write_and_never_do_it_are_told, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {acknowledge};

    beginWrite(9);
    scheduler.advance(10s);

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST((result.error().kind == ErrorKind::Timeout));
    BOOST_TEST(result.error().message.find("whether it will take effect is unknown") !=
               std::string::npos);
    BOOST_TEST(writesOnWire() == 1U);
    BOOST_TEST(askedAt.size() <= 8U);
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_a_write_may_be_silent_meanwhile, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {acknowledge};
    works = 1s;

    beginWrite(9);
    scheduler.advance(50ms);
    device.isDead = true;
    scheduler.advance(750ms);
    device.isDead = false;
    scheduler.advance(5s);

    BOOST_TEST(result.has_value());
    BOOST_TEST(writesOnWire() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_a_write_settle_first, Fixture)
{
    add(7).write.emplace().settle = 2s;
    begin();
    exceptions = {acknowledge};
    works = 100ms;

    beginWrite(9);
    scheduler.advance(1900ms);
    const std::size_t asked = askedAt.size();
    scheduler.advance(1s);

    BOOST_TEST(asked == 1U);
    BOOST_TEST(result.has_value());
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_an_execute_have_taken_it, Fixture)
{
    add(7).executeValue = 9;
    begin();
    exceptions = {acknowledge};

    beginWrite(9);
    scheduler.advance(10s);

    BOOST_TEST(result.has_value());
    BOOST_TEST(askedAt.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_a_pulse_get_its_end, Fixture)
{
    device.coils = {{3, 0}};
    add(3, RegisterTable::Coil).write.emplace().pulse = 300ms;
    begin();
    exceptions = {acknowledge};
    works = 50ms;

    beginWrite(1);
    scheduler.advance(200ms);
    const auto during = device.coils[3];
    scheduler.advance(1s);

    BOOST_TEST(result.has_value());
    BOOST_TEST(during == 1);
    BOOST_TEST(device.coils[3] == 0);
}

// Illegal data address: such a register can be written only.
BOOST_FIXTURE_TEST_CASE(that_acknowledge_what_nobody_can_read_are_believed, Fixture)
{
    add(7).write.emplace();
    begin();
    exceptions = {acknowledge, 2};

    beginWrite(9);
    scheduler.advance(10s);

    BOOST_TEST(result.has_value());
    BOOST_TEST(writesOnWire() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_acknowledge_what_nobody_can_verify_are_not_believed, Fixture)
{
    add(7).write.emplace().verifies = true;
    begin();
    exceptions = {acknowledge, 2};

    beginWrite(9);
    scheduler.advance(10s);

    BOOST_TEST(!result.has_value());
    BOOST_TEST(writesOnWire() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_work_on_a_write_may_be_detached, Fixture)
{
    add(7).write.emplace();
    for (const auto wait : {50ms, 206ms}) { // in the pause, and while it is read
        begin();
        exceptions = {acknowledge};
        beginWrite(9);
        scheduler.advance(wait);

        unit.reset();
        scheduler.advance(10s);

        BOOST_TEST((!result && result.error().kind == ErrorKind::Cancelled));
    }
}

BOOST_AUTO_TEST_SUITE_END()
