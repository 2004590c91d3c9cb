// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;

BOOST_AUTO_TEST_SUITE(unit_keep_alive)

namespace {

/// A unit whose watchdog is register 50, polled hardly ever.
struct Fixture : UnitFixture
{
    Fixture()
    {
        device.holding = {{7, 1}, {50, 0}};
        add(7);
        settings.limits.fastPeriod = 5s;
        KeepAlive sign;
        sign.address = 50;
        sign.words = {1};
        sign.otherWords = {2};
        sign.period = 500ms;
        settings.keepAlives = {sign};
    }

    [[nodiscard]] std::vector<std::uint16_t> signs() const
    {
        std::vector<std::uint16_t> values;
        for (const Bytes& frame : link->sent) {
            if (frame[1] == 6 && frame[3] == 50)
                values.push_back(frame[5]);
        }
        return values;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(is_written_in_its_period_and_in_turns, Fixture)
{
    start();
    scheduler.advance(1900ms);

    BOOST_TEST(signs() == (std::vector<std::uint16_t>{1, 2, 1, 2}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(waits_for_the_setup, Fixture)
{
    settings.opening.probes = {{RegisterTable::HoldingRegister, 7, {9}, 0xFFFF}};
    start();
    scheduler.advance(3s);
    const auto before = signs();
    device.holding[7] = 9;
    scheduler.advance(10s);

    BOOST_TEST(before.empty());
    BOOST_TEST(!signs().empty());
}

BOOST_FIXTURE_TEST_CASE(rests_while_the_device_is_away, Fixture)
{
    start();
    scheduler.advance(1s);
    device.isDead = true;
    scheduler.advance(60s);
    const std::size_t then = signs().size();
    scheduler.advance(60s);
    const std::size_t later = signs().size();
    device.isDead = false;
    scheduler.advance(130s);

    BOOST_TEST(changes.size() == 3U);
    BOOST_TEST(later == then);
    BOOST_TEST(signs().size() > later + 2);
}

BOOST_FIXTURE_TEST_CASE(goes_on_when_it_is_refused, Fixture)
{
    device.holding.erase(50);
    start();
    scheduler.advance(1900ms);

    BOOST_TEST(signs().size() == 4U);
    BOOST_TEST(newest(0) == "1");
}

BOOST_FIXTURE_TEST_CASE(ends_with_the_unit, Fixture)
{
    start();
    scheduler.advance(1s);
    const std::size_t then = signs().size();

    unit.reset();
    scheduler.advance(5s);

    BOOST_TEST(signs().size() == then);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unlocked_writes)

namespace {

/// Register 7 is written only after its password is in register 40.
struct Fixture : UnitFixture
{
    Fixture()
    {
        device.holding = {{7, 0}, {40, 0}};
        Point& point = add(7);
        point.write.emplace();
        point.unlock.emplace();
        point.unlock->address = 40;
        point.unlock->words = {1234};
        settings.limits.fastPeriod = 60s;
        start();
        scheduler.advance(1s);
        link->sent.clear();
    }

    [[nodiscard]] std::vector<std::uint16_t> writtenTo() const
    {
        std::vector<std::uint16_t> addresses;
        for (const Bytes& frame : link->sent) {
            if (frame[1] > 4)
                addresses.push_back(frame[3]);
        }
        return addresses;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(come_after_the_password, Fixture)
{
    const auto result = write(0, {9});

    BOOST_TEST(result.has_value());
    BOOST_TEST(writtenTo() == (std::vector<std::uint16_t>{40, 7}),
               boost::test_tools::per_element());
    BOOST_TEST(device.holding[40] == 1234);
    BOOST_TEST(device.holding[7] == 9);
}

BOOST_FIXTURE_TEST_CASE(do_not_come_when_it_is_refused, Fixture)
{
    device.holding.erase(40);

    const auto result = write(0, {9});

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().message ==
               "not written: the device could not be unlocked: exception 2 (illegal data address)");
    BOOST_TEST(device.holding[7] == 0);
    BOOST_TEST(write(0, {8}).has_value() == false); // and the next one has its own try
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unreadable_points)

namespace {

constexpr std::string_view unknownText =
    "the device does not tell this, and whether the last write took effect is unknown";

struct Fixture : UnitFixture
{
    Fixture()
    {
        device.holding = {{7, 0}, {8, 5}};
        Point& point = add(7);
        point.write.emplace();
        point.isUnreadable = true;
        point.pollClass = PollClass::OnDemand;
        add(8);
        start();
        scheduler.advance(1s);
    }

    [[nodiscard]] std::string readNow()
    {
        std::string text;
        unit->read(0, [&](const base::Expected<model::Sample>& sample) {
            text = sample ? model::toText(sample->value) : sample.error().message;
        });
        scheduler.advance(500ms);
        return text;
    }

    [[nodiscard]] bool isAskedFor(std::uint8_t address) const
    {
        return std::ranges::any_of(link->sent, [&](const Bytes& frame) {
            return frame[1] <= 4 && frame[3] <= address && frame[3] + frame[5] > address;
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(are_never_asked_for, Fixture)
{
    const std::string before = readNow();
    const auto result = write(0, {9});
    const std::string after = readNow();
    scheduler.advance(10s);

    BOOST_TEST(before == "the device does not tell this, and nobody has written it since it came");
    BOOST_TEST(result.has_value());
    BOOST_TEST(after == "9");
    BOOST_TEST(newest(0) == "9");
    BOOST_TEST(!isAskedFor(7));
}

BOOST_FIXTURE_TEST_CASE(are_not_asked_for_after_a_write_that_failed, Fixture)
{
    device.holding.erase(7);

    const auto result = write(0, {9});

    BOOST_TEST(!result.has_value());
    BOOST_TEST(newest(0) == "");
    BOOST_TEST(!isAskedFor(7));
}

BOOST_FIXTURE_TEST_CASE(are_unknown_after_a_write_that_nobody_confirmed, Fixture)
{
    BOOST_TEST(write(0, {9}).has_value());
    device.isDead = true;

    const auto result = write(0, {7});
    device.isDead = false;

    BOOST_TEST((!result && result.error().kind == base::ErrorKind::Timeout));
    BOOST_TEST(readNow() == unknownText);
    BOOST_REQUIRE(missing.size() == 1U);
    BOOST_TEST((missing[0].path == pathOf(0)));
    BOOST_TEST(missing[0].why.message == unknownText);
}

BOOST_FIXTURE_TEST_CASE(are_known_again_after_the_next_write, Fixture)
{
    device.isDead = true;
    BOOST_TEST(!write(0, {7}).has_value());
    device.isDead = false;

    BOOST_TEST(write(0, {8}).has_value());

    BOOST_TEST(readNow() == "8");
}

BOOST_FIXTURE_TEST_CASE(stay_what_they_were_when_the_device_refuses_the_next_write, Fixture)
{
    BOOST_TEST(write(0, {9}).has_value());
    device.holding.erase(7);

    const auto result = write(0, {7});

    BOOST_TEST((!result && result.error().kind == base::ErrorKind::NotSupported));
    BOOST_TEST(readNow() == "9");
    BOOST_TEST(missing.empty());
}

BOOST_FIXTURE_TEST_CASE(are_unknown_after_a_failure_that_may_have_come_in_the_middle, Fixture)
{
    BOOST_TEST(write(0, {9}).has_value());
    link->onSent = [this](const Bytes& frame) {
        if (frame[1] == 6)
            link->arrive(base::fromHex("01860443a3").value(), 5ms); // server device failure
    };

    const auto result = write(0, {7});

    BOOST_TEST((!result && result.error().kind == base::ErrorKind::Refused));
    BOOST_TEST(readNow() == unknownText);
}

BOOST_FIXTURE_TEST_CASE(are_told_under_every_name_they_have, UnitFixture)
{
    device.holding = {{7, 0}};
    for (const double scale : {1.0, 0.1}) {
        Point& point = add(7);
        point.encoding.scale = scale;
        point.write.emplace();
        point.isUnreadable = true;
        point.pollClass = PollClass::OnDemand;
    }
    start();
    scheduler.advance(1s);

    BOOST_TEST(write(0, {9}).has_value());
    BOOST_TEST(write(1, {50}).has_value());

    BOOST_TEST(newest(0) == "50");
    BOOST_TEST(newest(1) == "5");
}

BOOST_FIXTURE_TEST_CASE(are_as_old_as_their_write, Fixture)
{
    BOOST_TEST(write(0, {9}).has_value());
    BOOST_REQUIRE(!samples.empty());
    scheduler.advance(60s);
    base::WallTime takenAt{};

    unit->read(0, [&](const base::Expected<model::Sample>& sample) { takenAt = sample->takenAt; });

    BOOST_TEST((takenAt != base::WallTime{} && takenAt <= scheduler.wallNow() - 60s));
}

BOOST_FIXTURE_TEST_CASE(are_unknown_again_when_the_device_was_away, Fixture)
{
    BOOST_TEST(write(0, {9}).has_value());
    device.isDead = true;
    scheduler.advance(60s);
    device.isDead = false;
    scheduler.advance(130s);

    BOOST_TEST(readNow() ==
               "the device does not tell this, and nobody has written it since it came");
}

BOOST_AUTO_TEST_SUITE_END()
