// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;

namespace {

struct PulseFixture : UnitFixture
{
    void startCoil(std::chrono::milliseconds pulse)
    {
        device.coils = {{3, 0}};
        add(3, RegisterTable::Coil).write.emplace().pulse = pulse;
        start();
        scheduler.advance(1s);
    }

    /// Among other bits that are set.
    void startBit()
    {
        device.holding = {{7, 0x00F0}};
        Point& bit = add(7);
        bit.encoding.type = RawType::Bit;
        bit.encoding.shift = 3;
        bit.valueType = model::ResourceType::Boolean;
        bit.write.emplace().pulse = 2s;
        start();
        scheduler.advance(1s);
    }

    /// Detaches the device while it does not answer, and attaches it anew once it does.
    void attachAnew()
    {
        device.isDead = true;
        unit.reset();
        scheduler.advance(1500ms);
        device.isDead = false;
        unit = std::make_unique<Unit>(
            scheduler, *line, settings, [this](const UnitReport& report) { take(report); });
        unit->start();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(unit_pulses)

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_where_the_bit_means_the_opposite, UnitFixture)
{
    device.holding = {{7, 0xABCD}};
    Point& point = add(7);
    point.encoding.type = RawType::Bit;
    point.encoding.shift = 2;
    point.encoding.meanings = {{0, model::Value(true)}, {1, model::Value(false)}};
    point.valueType = model::ResourceType::Boolean;
    point.write.emplace().pulse = 300ms;
    start();
    scheduler.advance(1s);

    unit->write(0, {0}, [](const base::Expected<void>&) {});
    scheduler.advance(100ms);
    const auto during = device.holding[7];
    scheduler.advance(1s);

    BOOST_TEST(during == 0xABC9);
    BOOST_TEST(device.holding[7] == 0xABCD);
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_by_itself, PulseFixture)
{
    startCoil(2s);

    const auto written = write(0, {1});
    const auto during = device.coils[3];
    scheduler.advance(2s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(during == 1);
    BOOST_TEST(device.coils[3] == 0);
    BOOST_TEST(newest(0) == "false");
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_in_a_register_and_leaves_its_other_bits_alone, PulseFixture)
{
    startBit();

    const auto written = write(0, {0x0008});
    const auto during = device.holding[7];
    device.holding[7] = 0x0AF8; // somebody else has been there
    scheduler.advance(2s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(during == 0x00F8);
    BOOST_TEST(device.holding[7] == 0x0AF0);
    BOOST_TEST(newest(0) == "false");
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_in_a_register_of_a_device_that_is_detached, PulseFixture)
{
    startBit();
    BOOST_REQUIRE(write(0, {0x0008}));

    unit.reset();
    scheduler.advance(1s);

    BOOST_TEST(device.holding[7] == 0x00F0);
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_also_when_the_device_was_silent_meanwhile, PulseFixture)
{
    startCoil(2s);
    static_cast<void>(write(0, {1}));

    device.isDead = true;
    scheduler.advance(60s);
    device.isDead = false;
    scheduler.advance(30s);

    BOOST_TEST(device.coils[3] == 0);
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_of_a_device_that_is_detached_meanwhile, PulseFixture)
{
    startCoil(60s);
    static_cast<void>(write(0, {1}));
    const auto during = device.coils[3];

    unit.reset();
    scheduler.advance(1s);

    BOOST_TEST(during == 1);
    BOOST_TEST(device.coils[3] == 0);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_whose_first_write_is_on_the_wire_at_the_end, UnitFixture)
{
    device.coils = {{3, 0}};
    add(3, RegisterTable::Coil).write.emplace().pulse = 2s;
    settings.limits.fastPeriod = 60s;
    start();
    scheduler.advance(1s);
    unit->write(0, {1}, [](const base::Expected<void>&) {});
    scheduler.advance(1ms);
    BOOST_REQUIRE(device.coils[3] == 1);

    unit.reset();
    scheduler.advance(1s);

    BOOST_TEST(device.coils[3] == 0);
}

BOOST_FIXTURE_TEST_CASE(ends_the_pulse_of_a_detached_device_once_it_answers_again, PulseFixture)
{
    startCoil(60s);
    static_cast<void>(write(0, {1}));
    device.isDead = true;

    unit.reset();
    scheduler.advance(5s);
    const bool isOwed = line->hasLastWrites();
    device.isDead = false;
    scheduler.advance(30s);

    BOOST_TEST(isOwed);
    BOOST_TEST(device.coils[3] == 0);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(owes_no_end_to_a_coil_that_is_written_anew, PulseFixture)
{
    startCoil(60s);
    static_cast<void>(write(0, {1}));
    attachAnew();
    BOOST_REQUIRE(line->hasLastWrites());

    const auto written = write(0, {1});
    scheduler.advance(20s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.coils[3] == 1);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(owes_no_end_that_waits_behind_a_new_write, PulseFixture)
{
    startCoil(60s);
    static_cast<void>(write(0, {1}));
    unit.reset();
    unit = std::make_unique<Unit>(
        scheduler, *line, settings, [this](const UnitReport& report) { take(report); });
    unit->start();

    const auto written = write(0, {1});
    scheduler.advance(20s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.coils[3] == 1);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_in_a_register_whose_other_bits_are_written_anew, PulseFixture)
{
    Point& other = add(7);
    other.encoding.type = RawType::Bit;
    other.valueType = model::ResourceType::Boolean;
    other.write.emplace();
    startBit();
    BOOST_REQUIRE(write(1, {0x0008}));
    attachAnew();

    const auto written = write(0, {0x0001});
    scheduler.advance(20s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.holding[7] == 0x00F1);
    BOOST_TEST(!line->hasLastWrites());
}

BOOST_FIXTURE_TEST_CASE(sends_no_end_again_that_the_device_refuses_for_good, PulseFixture)
{
    startCoil(2s);
    BOOST_REQUIRE(write(0, {1}));
    device.coils.erase(3);

    scheduler.advance(60s);

    BOOST_TEST(device.writes.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(gives_the_end_of_a_pulse_up_when_nobody_ever_answers, PulseFixture)
{
    startCoil(60s);
    static_cast<void>(write(0, {1}));
    device.isDead = true;

    unit.reset();
    scheduler.advance(10min);

    BOOST_TEST(!line->hasLastWrites());
}

BOOST_AUTO_TEST_SUITE_END()
