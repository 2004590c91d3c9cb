// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(half_dead_units)

namespace {

constexpr std::uint16_t badAddress = 1000;

enum class Fault { None, Silence, Garble, Exception };

/// A unit that answers at 0, and not, or nonsense, or an exception, at 1000 and above.
struct Fixture : UnitFixture
{
    Fault fault = Fault::None;
    std::uint8_t code = 0;
    std::size_t badRequests = 0;

    Fixture()
    {
        device.holding = {{0, 10}, {badAddress, 20}, {badAddress + 1, 21}};
        add(0);
        add(badAddress);
    }

    void begin()
    {
        start();
        link->onSent = [this](const Bytes& frame) {
            onSent(frame);
        };
        scheduler.advance(3s);
    }

    void onSent(const Bytes& frame)
    {
        Bytes reply = device.answer(frame);
        if (frame[2] != 0) {
            ++badRequests;
            spoil(reply);
        }
        if (!reply.empty())
            link->arrive(reply, 5ms);
    }

    void spoil(Bytes& reply) const
    {
        if (fault == Fault::Silence)
            reply.clear();
        if (fault == Fault::Garble)
            reply.back() ^= 0xFFU;
        if (fault != Fault::Exception)
            return;
        reply = {reply[0], static_cast<std::uint8_t>(reply[1] | 0x80U), code};
        const std::uint16_t crc = crc16(reply);
        reply.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        reply.push_back(static_cast<std::uint8_t>(crc >> 8U));
    }

    void fail(Fault with, std::uint8_t exception = 0)
    {
        fault = with;
        code = exception;
        samples.clear();
        missing.clear();
        badRequests = 0;
    }

    /// Why a value is missing; empty when it is not.
    [[nodiscard]] std::string whyMissing(std::size_t point) const
    {
        const auto found = std::ranges::find(missing, pathOf(point), &api::MissingValue::path);
        return found == missing.end() ? std::string() : found->why.message;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(miss_what_they_do_not_tell_any_more, Fixture)
{
    begin();
    fail(Fault::Silence);

    scheduler.advance(1500ms);
    const bool isEarly = !missing.empty();
    scheduler.advance(4s);

    BOOST_TEST(!isEarly);
    BOOST_TEST(whyMissing(1).find("3 polls failed, the last: no answer") == 0U, whyMissing(1));
    BOOST_TEST(whyMissing(0).empty());
    BOOST_TEST(newest(0) == "10");
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(miss_what_they_garble, Fixture)
{
    begin();
    fail(Fault::Garble);

    scheduler.advance(6s);

    BOOST_TEST(whyMissing(1).find("CRC") != std::string::npos, whyMissing(1));
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(miss_what_they_are_too_busy_or_too_broken_to_tell, Fixture)
{
    begin();
    for (const std::uint8_t exception : {4, 6, 8}) {
        fail(Fault::Exception, exception);
        scheduler.advance(1500ms);
        BOOST_TEST(missing.empty());

        scheduler.advance(4s);

        BOOST_TEST(whyMissing(1).find("3 polls failed, the last: exception") == 0U, whyMissing(1));
        fail(Fault::None);
        scheduler.advance(3s);
    }
}

BOOST_FIXTURE_TEST_CASE(miss_at_once_what_they_refuse_for_good, Fixture)
{
    begin();
    for (const std::uint8_t exception : {1, 2, 3}) {
        fail(Fault::Exception, exception);

        scheduler.advance(1500ms);

        BOOST_TEST(whyMissing(1).find("exception") == 0U, whyMissing(1));
        fail(Fault::None);
        scheduler.advance(61s);
        BOOST_TEST(newest(1) == "20");
    }
}

BOOST_FIXTURE_TEST_CASE(tell_a_missing_value_again_as_soon_as_they_can, Fixture)
{
    begin();
    fail(Fault::Silence);
    scheduler.advance(6s);
    fail(Fault::None);

    scheduler.advance(10s);

    BOOST_TEST(newest(1) == "20");
    BOOST_TEST(missing.empty());
    BOOST_TEST(badRequests >= 3U);
}

BOOST_FIXTURE_TEST_CASE(are_asked_ever_less_often_for_what_they_do_not_tell, Fixture)
{
    begin();
    fail(Fault::Silence);
    scheduler.advance(3min);
    const auto first = badRequests;
    scheduler.advance(4min);

    BOOST_TEST(first <= 12U);
    BOOST_TEST(badRequests - first >= 3U);
    BOOST_TEST(badRequests - first <= 5U); // at the slow period
    BOOST_TEST(counters["timeouts"] == badRequests);
    BOOST_TEST(changes.size() == 1U);

    fail(Fault::None);
    scheduler.advance(70s);
    badRequests = 0;
    scheduler.advance(10s);
    BOOST_TEST(badRequests == 10U);
}

BOOST_FIXTURE_TEST_CASE(that_are_gone_altogether_are_found_by_their_probes, Fixture)
{
    begin();
    device.isDead = true;
    fail(Fault::Silence);
    scheduler.advance(5min);
    device.isDead = false;
    fail(Fault::None);

    scheduler.advance(125s);

    BOOST_TEST(changes.back().isAvailable);
    BOOST_TEST(newest(1) == "20");
}

BOOST_FIXTURE_TEST_CASE(are_not_asked_in_parts_for_a_failure_of_their_own, Fixture)
{
    add(badAddress + 1);
    begin();
    for (const std::uint8_t exception : {1, 4, 8}) {
        fail(Fault::Exception, exception);
        scheduler.advance(5s);
        fail(Fault::None);
        scheduler.advance(61s);
    }

    BOOST_TEST(counters["splitRequests"] == 0U);
}

BOOST_FIXTURE_TEST_CASE(are_asked_as_a_whole_again_when_they_come_back, Fixture)
{
    add(badAddress + 1);
    begin();
    fail(Fault::Exception, 2);
    scheduler.advance(2s);
    BOOST_TEST(counters["splitRequests"] == 1U);
    fail(Fault::Silence);
    device.isDead = true;
    scheduler.advance(10s);
    BOOST_REQUIRE(!changes.back().isAvailable);
    fail(Fault::None);
    device.isDead = false;
    scheduler.advance(130s);
    BOOST_REQUIRE(changes.back().isAvailable);

    fail(Fault::None);
    scheduler.advance(10s);

    BOOST_TEST(badRequests == 10U);
    BOOST_TEST(newest(2) == "21");
}

BOOST_FIXTURE_TEST_CASE(are_asked_as_a_whole_again_after_an_hour, Fixture)
{
    add(badAddress + 1);
    begin();
    fail(Fault::Exception, 2);
    scheduler.advance(2s);
    fail(Fault::None);

    scheduler.advance(65s);
    badRequests = 0;
    scheduler.advance(10s);
    const auto inParts = badRequests;
    scheduler.advance(1h);
    badRequests = 0;
    scheduler.advance(10s);

    BOOST_TEST(inParts == 20U);
    BOOST_TEST(badRequests == 10U);
    BOOST_TEST(counters["overruns"] == 0U);
    BOOST_TEST(changes.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
