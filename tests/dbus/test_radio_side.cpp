// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/bus_compat.hpp"
#include "bridges/ble/bluez_peripherals.hpp"
#include "bridges/ble/radio_side.hpp"
#include "bridges/profile_file.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/dbus/radio_fixture.hpp"
#include "tests/sim/bluez/simulated_bluez.hpp"

using namespace causeway;
using namespace causeway::bridges::ble;
using namespace std::chrono_literals;
using tests::PrivateBus;
using tests::RadioFixture;
using tests::SimulatedBluez;
using tests::SimulatedPeripheral;
using tests::thermometer;
using tests::thermometerProfile;

namespace {

template <typename Key>
std::map<Key, base::Bytes> newestOfEach(const std::vector<std::pair<Key, base::Bytes>>& parts)
{
    return {parts.begin(), parts.end()}; // of equal keys a map takes the first
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(radio_side, RadioFixture)

BOOST_AUTO_TEST_CASE(ends_when_the_bus_has_gone_before_it_was_told)
{
    bus.restart();

    side.reset();

    BOOST_TEST(!side);
}

BOOST_AUTO_TEST_CASE(a_device_that_is_removed_while_the_bus_goes_harms_nobody)
{
    bus.restart();

    BOOST_CHECK_NO_THROW(side->removePeripheral(1));
}

BOOST_AUTO_TEST_CASE(who_cannot_begin_to_listen_because_the_kernel_is_busy_asks_again)
{
    const RadioFixture site(1);

    BOOST_TEST(site.isAvailable);
}

BOOST_AUTO_TEST_CASE(a_device_that_is_connected_already_is_known_with_all_that_it_has)
{
    side = std::make_unique<RadioSide>(loop, bus.address());

    attach();

    BOOST_TEST(isAvailable);
}

BOOST_AUTO_TEST_CASE(a_device_that_two_adapters_hear_is_the_one_that_was_connected)
{
    const auto connection = causeway::bus::connect(bus.address());
    BluezPeripherals peripherals(loop, *side);
    peripherals.setConnection(connection.get());
    const std::string first = "/org/bluez/hci7";
    const std::string second = "/org/bluez/hci8";
    const Properties heard{{"RSSI", sdbus::Variant(std::int16_t{-60})}};
    peripherals.takeDevice(first + "/dev_1", "00:00:00:00:00:07", heard);

    peripherals.connect("00:00:00:00:00:07", first, [](const base::Expected<void>&) {});
    peripherals.takeDevice(second + "/dev_1", "00:00:00:00:00:07", heard);

    BOOST_TEST(peripherals.peripheral("00:00:00:00:00:07")->adapter == first);
    peripherals.disconnect("00:00:00:00:00:07");
    BOOST_TEST(peripherals.peripheral("00:00:00:00:00:07")->adapter == second);
}

BOOST_AUTO_TEST_CASE(what_changes_is_heard_as_what_came_first)
{
    Advertisement beacon;
    beacon.address = "54:48:E6:8F:80:A5";
    beacon.name = "B";
    beacon.rssi = std::int16_t{-60};
    beacon.manufacturerData = {{0x0499, {1, 2}}, {0x004C, {3}}};
    beacon.serviceData = {{canonicalUuid("fcd2").value(), {4, 5}}};
    bluez->advertise(beacon);

    beacon.rssi = std::int16_t{-61};
    beacon.manufacturerData = {{0x0499, {6}}, {0x004C, {}}};
    beacon.serviceData = {{canonicalUuid("fcd2").value(), {7, 8, 9}}};
    std::optional<Advertisement> heard;
    side->scan(300ms, [&](const base::Expected<std::vector<Advertisement>>& all) {
        BOOST_REQUIRE(all);
        for (const Advertisement& one : *all) {
            if (one.address == beacon.address)
                heard = one;
        }
        isAvailable = false; // the scan is over
    });
    while (isAvailable) {
        bluez->advertise(beacon);
        loop.runOnce(10ms);
    }

    BOOST_REQUIRE(heard);
    BOOST_TEST(heard->name == "B");
    BOOST_TEST((heard->rssi == beacon.rssi));
    // What came first is there, too, behind what came last.
    BOOST_TEST((newestOfEach(heard->manufacturerData) == newestOfEach(beacon.manufacturerData)));
    BOOST_TEST((newestOfEach(heard->serviceData) == newestOfEach(beacon.serviceData)));
}

// D-Bus carries no other, so bluetoothd has made something of them before we hear it.
BOOST_AUTO_TEST_CASE(names_that_are_not_utf8_or_too_long_harm_nobody)
{
    Advertisement odd;
    odd.address = "54:48:E6:8F:80:A5";
    odd.name = "T\xFFg\xC3";
    Advertisement endless;
    endless.address = "54:48:E6:8F:80:A6";
    endless.name = std::string(249, 'x');
    std::map<std::string, std::string> names;
    bool isOver = false;
    side->scan(300ms, [&](const base::Expected<std::vector<Advertisement>>& all) {
        BOOST_REQUIRE(all);
        for (const Advertisement& one : *all)
            names[one.address] = one.name;
        isOver = true;
    });

    while (!isOver) {
        bluez->advertise(odd);
        bluez->advertise(endless);
        loop.runOnce(10ms);
    }

    BOOST_TEST(names.at(odd.address) == "T g");
    BOOST_TEST(names.at(endless.address).empty());
    BOOST_TEST(isAvailable);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

const std::string tagAddress = "CB:B8:33:4C:88:4F";

std::shared_ptr<const bridges::DeviceProfile> tagProfile(const std::string& more)
{
    auto read = bridges::parseProfile(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
company = 0x0499
)" + more + R"(
[[resource]]
path = "/3303/0/5700"
at = 0
type = "u8"
)",
                                      "test.toml",
                                      model::builtInDefinitions());
    BOOST_REQUIRE(read);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*read));
}

/// One sensor that advertises, and a bluetoothd that may listen passively.
struct TagFixture
{
    TagFixture()
        : bluez(loop, bus.address())
        , side(std::make_unique<RadioSide>(
              loop, bus.address(), [this](Listening how, const std::string&) { listening = how; }))
    {
        bluez.offerMonitors();
    }

    void attach(const std::string& more = "passive = true", std::uint64_t id = 1)
    {
        side->addSensor(id, tagAddress, tagProfile(more), [this](const SensorReport& report) {
            samples += report.samples.size();
        });
        side->startSensor(id);
    }

    void waitFor(Listening how)
    {
        while (listening != how)
            loop.runOnce(10ms);
    }

    void advertise(const std::string& address = tagAddress, std::uint16_t company = 0x0499)
    {
        Advertisement heard;
        heard.address = address;
        heard.rssi = std::int16_t{-60};
        heard.manufacturerData = {{company, {21}}};
        bluez.advertise(heard);
        loop.runOnce(10ms);
    }

    PrivateBus bus;
    base::EventLoop loop;
    SimulatedBluez bluez;
    Listening listening = Listening::Not;
    std::size_t samples = 0;
    std::unique_ptr<RadioSide> side;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(passive_listening, TagFixture)

BOOST_AUTO_TEST_CASE(asks_no_sensor_for_more_where_bluetoothd_can_listen_only)
{
    attach();
    waitFor(Listening::Passively);
    while (samples == 0)
        advertise();

    BOOST_TEST(!bluez.adapter()->isDiscovering());
    BOOST_TEST(bluez.monitors()->isActive());
}

BOOST_AUTO_TEST_CASE(hears_also_a_sensor_that_always_sends_the_same)
{
    attach();
    waitFor(Listening::Passively);
    while (samples == 0)
        advertise();

    while (samples < 2) // once more, a second later
        advertise();

    BOOST_TEST(!bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_CASE(a_sensor_that_answers_scans_only_is_asked)
{
    attach("");
    waitFor(Listening::Actively);

    BOOST_TEST(bluez.adapter()->isDiscovering());
    BOOST_TEST(!bluez.monitors()->isActive());
}

BOOST_AUTO_TEST_CASE(a_scan_asks_everybody_and_no_longer_than_it_lasts)
{
    attach();
    waitFor(Listening::Passively);
    bool isOver = false;
    bool isStrangerHeard = false;

    side->scan(200ms, [&](const base::Expected<std::vector<Advertisement>>& all) {
        isStrangerHeard = all && std::ranges::find(*all,
                                                   std::string("00:00:00:00:00:09"),
                                                   &Advertisement::address) != all->end();
        isOver = true;
    });
    while (!isOver)
        advertise("00:00:00:00:00:09", 0x1234);

    BOOST_TEST(isStrangerHeard);
    waitFor(Listening::Passively);
    BOOST_TEST(!bluez.adapter()->isDiscovering());
    const auto before = samples;
    while (samples == before)
        advertise();
}

BOOST_AUTO_TEST_CASE(listens_actively_when_bluetoothd_releases_the_monitor)
{
    attach();
    waitFor(Listening::Passively);

    bluez.monitors()->releaseAll();
    waitFor(Listening::Actively);
    while (samples == 0)
        advertise();

    BOOST_TEST(bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_CASE(listens_actively_when_bluetoothd_takes_no_monitor)
{
    bluez.monitors()->releaseAll();

    attach();
    waitFor(Listening::Actively);

    BOOST_TEST(bluez.adapter()->isDiscovering());
}

// A controller that listens to nothing passively would cost all sensors some minutes at each scan.
BOOST_AUTO_TEST_CASE(asks_for_no_monitor_again_when_a_scan_is_over)
{
    bluez.monitors()->releaseAll();
    attach();
    waitFor(Listening::Actively);
    const int asked = bluez.monitors()->asked();
    bool isOver = false;

    side->scan(200ms, [&](const base::Expected<std::vector<Advertisement>>&) { isOver = true; });
    while (!isOver)
        loop.runOnce(10ms);
    const auto before = samples;
    while (samples == before)
        advertise();

    BOOST_TEST(bluez.monitors()->asked() == asked);
    BOOST_TEST(bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_CASE(listens_passively_again_after_the_adapter_was_switched_off)
{
    attach();
    waitFor(Listening::Passively);

    bluez.adapter()->setPowered(false);
    waitFor(Listening::Not);
    bluez.adapter()->setPowered(true);
    waitFor(Listening::Passively);
    while (samples == 0)
        advertise();

    BOOST_TEST(!bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_CASE(another_kind_of_sensor_is_no_reason_to_ask_them)
{
    attach();
    waitFor(Listening::Passively);

    attach("prefix = \"15\"\npassive = true", 2);
    for (const auto before = samples; samples < before + 4;) // over a second
        advertise();

    BOOST_TEST((listening == Listening::Passively));
    BOOST_TEST(!bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_CASE(a_monitor_goes_with_the_last_sensor)
{
    attach();
    waitFor(Listening::Passively);

    side->removeSensor(1);
    waitFor(Listening::Not);
    while (bluez.monitors()->isActive())
        loop.runOnce(10ms);

    BOOST_TEST(!bluez.adapter()->isDiscovering());
}

BOOST_AUTO_TEST_SUITE_END()
