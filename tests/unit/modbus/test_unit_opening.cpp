// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(unit_opening)

namespace {

struct OpeningFixture : UnitFixture
{
    OpeningFixture()
    {
        add(10);
        device.holding = {{0, 0x1234}, {5, 0}, {10, 230}};
    }

    void probe(std::uint16_t word, std::uint16_t mask = 0xFFFF)
    {
        settings.opening.probes.push_back({RegisterTable::HoldingRegister, 0, {word}, mask});
    }

    void setUp(std::uint16_t word, bool isAlways = false)
    {
        settings.opening.setup.push_back(
            {RegisterTable::HoldingRegister, 5, {word}, isAlways, false});
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(polls_a_device_that_is_what_its_profile_says, OpeningFixture)
{
    probe(0x1200, 0xFF00);
    start();

    scheduler.advance(2s);

    BOOST_TEST(newest(0) == "230");
}

BOOST_FIXTURE_TEST_CASE(believes_nothing_of_another_device, OpeningFixture)
{
    probe(0x4711);
    start();

    scheduler.advance(5s);
    const auto written = write(0, {1});

    BOOST_TEST(samples.empty());
    BOOST_REQUIRE(changes.size() == 1U);
    BOOST_TEST(changes[0].reason ==
               "the device is not what its profile says: holding register 0x0000 holds 1234, not "
               "4711");
    BOOST_TEST((!written && written.error().kind == ErrorKind::Unreachable));
    BOOST_TEST(device.writes.empty());
}

BOOST_FIXTURE_TEST_CASE(finds_the_right_device_when_it_comes_later, OpeningFixture)
{
    probe(0x4711);
    start();
    scheduler.advance(5s);

    device.holding[0] = 0x4711;
    scheduler.advance(5s);

    BOOST_TEST(newest(0) == "230");
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(sets_a_device_up_before_it_polls, OpeningFixture)
{
    setUp(77);
    start();

    scheduler.advance(3s);

    BOOST_TEST(device.holding[5] == 77);
    BOOST_TEST(device.writes.size() == 1U);
    BOOST_TEST(newest(0) == "230");
}

BOOST_FIXTURE_TEST_CASE(writes_no_setup_that_the_device_has_already, OpeningFixture)
{
    device.holding[5] = 77;
    setUp(77);
    start();

    scheduler.advance(3s);

    BOOST_TEST(device.writes.empty());
}

BOOST_FIXTURE_TEST_CASE(sets_a_device_up_again_when_it_comes_back, OpeningFixture)
{
    setUp(77, true);
    start();
    scheduler.advance(3s);

    device.isDead = true;
    scheduler.advance(30s);
    device.isDead = false;
    scheduler.advance(130s);

    BOOST_TEST(device.writes.size() == 2U);
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(writes_a_refused_setup_ever_less_often, OpeningFixture)
{
    device.holding.erase(5);
    setUp(77);
    start();

    scheduler.advance(2min);
    const auto first = device.writes.size();
    scheduler.advance(10min);
    const auto later = device.writes.size() - first;
    device.holding[5] = 0;
    scheduler.advance(62s);

    BOOST_TEST(first <= 8U);
    BOOST_TEST(later >= 9U);
    BOOST_TEST(later <= 11U);
    BOOST_TEST(device.holding[5] == 77);
    BOOST_TEST(newest(0) == "230");
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(sets_another_device_up_without_delay, OpeningFixture)
{
    device.holding.erase(5);
    setUp(77);
    start();
    scheduler.advance(5min);

    device.isDead = true; // as while it is exchanged
    scheduler.advance(3min);
    device.isDead = false;
    device.holding[5] = 0;
    scheduler.advance(122s);

    BOOST_TEST(device.holding[5] == 77);
}

namespace {

/// "SunS" at 40000, model 1 with 66 registers, model 103 at 40070 with 50, end.
struct SunspecFixture : UnitFixture
{
    SunspecFixture()
    {
        put(40000, {0x5375, 0x6E53, 1, 66});
        fill(40004, 66);
        put(40070, {103, 50});
        fill(40072, 50);
        put(40122, {0xFFFF, 0});
        put(40070 + 14, {0xFF38, 1}); // -200 * 10 W
        settings.opening.walksSunspec = true;
        Point& power = add(14);
        power.encoding.type = RawType::S16;
        power.exponentAddress = 15;
        power.sunspecModels = {101, 103};
        add(2).sunspecModels = {203};
    }

    void put(std::uint16_t address, const std::vector<std::uint16_t>& words)
    {
        for (const std::uint16_t word : words)
            device.holding[address++] = word;
    }

    void fill(std::uint16_t address, std::uint16_t count)
    {
        put(address, std::vector<std::uint16_t>(count));
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(walks_the_sunspec_models_of_the_device, SunspecFixture)
{
    start();

    scheduler.advance(3s);

    BOOST_TEST(newest(0) == "-2000");
    BOOST_TEST(newest(1).empty());
}

BOOST_FIXTURE_TEST_CASE(says_that_the_device_lacks_a_sunspec_model, SunspecFixture)
{
    start();
    scheduler.advance(3s);

    std::optional<base::Error> error;
    unit->read(1, [&](const base::Expected<model::Sample>& result) { error = result.error(); });
    scheduler.advance(1s);

    BOOST_REQUIRE(error.has_value());
    BOOST_TEST((error->kind == ErrorKind::NotFound));
}

BOOST_FIXTURE_TEST_CASE(reads_nothing_of_the_next_sunspec_model, SunspecFixture)
{
    settings.points[1].sunspecModels = {103};
    settings.points[1].address = 11;
    settings.points[1].encoding.type = RawType::U32;
    settings.points[1].encoding.words = 2;
    add(9).sunspecModels = {103};
    settings.points[2].exponentAddress = 12;
    add(11).sunspecModels = {103};
    put(40070, {103, 10}); // the last register of which is its 11th, counted from its ID
    put(40082, {160, 38}); // in which the power of a full model 103 would be
    start();

    scheduler.advance(3s);

    BOOST_TEST(newest(0).empty());
    BOOST_TEST(newest(1).empty());
    BOOST_TEST(newest(2).empty());
    BOOST_TEST(newest(3) == "0");
}

BOOST_FIXTURE_TEST_CASE(finds_sunspec_models_at_the_other_base, SunspecFixture)
{
    std::map<std::uint16_t, std::uint16_t> moved;
    for (const auto& [address, word] : device.holding)
        moved[static_cast<std::uint16_t>(address + 10000)] = word;
    device.holding = moved;
    start();

    scheduler.advance(3s);

    BOOST_TEST(newest(0) == "-2000");
}

BOOST_FIXTURE_TEST_CASE(ends_a_walk_that_leads_nowhere, SunspecFixture)
{
    for (std::uint32_t address = 40002; address < 65536; ++address)
        device.holding[static_cast<std::uint16_t>(address)] = 0; // models 0 of length 0
    start();

    scheduler.advance(20s);

    BOOST_TEST(device.reads < 300U);
    BOOST_TEST(newest(0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
