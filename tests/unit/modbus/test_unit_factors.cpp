// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/register_codec.hpp"
#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(unit_factors)

namespace {

Part part(std::uint16_t address, double scale = 1.0)
{
    Part made;
    made.table = RegisterTable::HoldingRegister;
    made.address = address;
    made.encoding.scale = scale;
    return made;
}

/// A meter behind transformers: its ratios are far away from what it measures.
struct Fixture : UnitFixture
{
    Fixture()
    {
        device.holding = {{8192, 2301}, {8193, 5}, {6, 10}, {7, 40}};
        Point& voltage = add(8192);
        voltage.encoding.scale = 0.1;
        voltage.times = {part(6, 0.1)};
        Point& power = add(8193);
        power.times = {part(6, 0.1), part(7)};
        settings.limits.fastPeriod = 1s;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(multiply_what_is_polled, Fixture)
{
    start();
    scheduler.advance(3s);

    BOOST_TEST(newest(0) == "230.1");
    BOOST_TEST(newest(1) == "200");
    BOOST_TEST(changes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(are_no_values_themselves, Fixture)
{
    start();
    scheduler.advance(3s);

    for (const auto& sample : samples)
        BOOST_TEST((sample.path == pathOf(0) || sample.path == pathOf(1)));
}

BOOST_FIXTURE_TEST_CASE(multiply_what_is_read_on_demand, Fixture)
{
    start();
    scheduler.advance(3s);
    std::string read;

    unit->read(1, [&](const base::Expected<model::Sample>& sample) {
        read = sample ? model::toText(sample->value) : sample.error().message;
    });
    scheduler.advance(500ms);

    BOOST_TEST(read == "200");
}

BOOST_FIXTURE_TEST_CASE(that_change_count_at_once_when_they_are_seen, Fixture)
{
    settings.limits.fastPeriod = 3600s;
    settings.limits.slowPeriod = 10s;
    start();
    scheduler.advance(3s);
    device.holding[7] = 60;

    scheduler.advance(13s);

    BOOST_TEST(newest(1) == "300");
}

// Some devices count in them, or fill them with noise.
BOOST_FIXTURE_TEST_CASE(that_change_each_time_leave_the_others_their_rhythm, Fixture)
{
    device.holding[300] = 1;
    add(300).pollClass = PollClass::Slow;
    settings.limits.slowPeriod = 10s;
    start();
    std::size_t others = 0;
    const auto answer = link->onSent;
    link->onSent = [&, answer](const base::Bytes& frame) {
        others += frame[2] == 1 && frame[3] == 44 ? 1 : 0;
        ++device.holding[6];
        answer(frame);
    };

    scheduler.advance(100s);

    BOOST_TEST(others == 10U);
}

BOOST_FIXTURE_TEST_CASE(count_at_once_for_what_came_with_them, Fixture)
{
    device.holding[5] = 100;
    Point& neighbour = add(5);
    neighbour.pollClass = PollClass::Slow;
    neighbour.times = {part(7)};
    settings.limits.slowPeriod = 10s;
    start();
    scheduler.advance(9s);
    device.holding[7] = 50;

    scheduler.advance(10s);

    BOOST_TEST(newest(2) == "5000");
    for (const auto& sample : samples) {
        if (sample.path == pathOf(2))
            BOOST_TEST(
                (model::toText(sample.value) == "4000" || model::toText(sample.value) == "5000"));
    }
    BOOST_TEST(std::ranges::count(samples, pathOf(2), &model::Sample::path) == 2);
}

BOOST_FIXTURE_TEST_CASE(that_nobody_knows_make_no_value, Fixture)
{
    device.holding.erase(7);
    start();
    scheduler.advance(5s);

    std::string why;
    unit->read(1, [&](const base::Expected<model::Sample>& sample) {
        why = sample ? "a value" : sample.error().message;
    });
    scheduler.advance(500ms);

    BOOST_TEST(newest(0) == "230.1");
    BOOST_TEST(newest(1) == "");
    BOOST_TEST(why == "what it is multiplied by, holding register 0x0007, is not known");
}

BOOST_FIXTURE_TEST_CASE(are_those_of_the_device_that_is_there, Fixture)
{
    start();
    scheduler.advance(3s);
    device.isDead = true;
    scheduler.advance(60s);
    device.holding[7] = 80;
    samples.clear();
    device.isDead = false;

    scheduler.advance(200s);

    for (const auto& sample : samples) {
        if (sample.path == pathOf(1))
            BOOST_TEST(model::toText(sample.value) == "400");
    }
    BOOST_TEST(newest(1) == "400");
}

BOOST_AUTO_TEST_CASE(are_added_from_the_same_answer)
{
    Point energy; // MWh before, kWh behind it, the rest in Wh
    energy.table = RegisterTable::HoldingRegister;
    energy.address = 100;
    energy.encoding.scale = 1000.0;
    energy.plus = {part(102), part(99, 0.001)};

    const std::vector<std::uint16_t> words{500, 12, 7, 345};
    const auto value = decode(energy, words);

    BOOST_TEST(energy.extent().address == 99);
    BOOST_TEST(energy.extent().count == 4);
    BOOST_REQUIRE(value.has_value());
    BOOST_TEST(model::toText(*value) == "12345.5");
}

BOOST_AUTO_TEST_CASE(that_are_marked_as_missing_leave_no_sum)
{
    Point energy;
    energy.table = RegisterTable::HoldingRegister;
    energy.plus = {part(1)};
    energy.plus[0].encoding.sentinels = {0xFFFF};

    BOOST_TEST(!decode(energy, std::vector<std::uint16_t>{1, 0xFFFF}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
