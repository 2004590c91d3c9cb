// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <string>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "bridges/ble/radio_side.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/dbus/radio_fixture.hpp"
#include "tests/sim/bluez/simulated_bluez.hpp"

using namespace causeway;
using namespace causeway::bridges::ble;
using namespace std::chrono_literals;

namespace {

std::string addressOf(int number)
{
    return fmt::format("EE:00:00:00:{:02X}:{:02X}", number / 256, number % 256);
}

} // namespace

BOOST_AUTO_TEST_SUITE(strangers)

BOOST_AUTO_TEST_CASE(who_is_attached_when_there_are_too_many_is_heard)
{
    constexpr int last = 4096;
    tests::PrivateBus bus;
    base::EventLoop loop;
    tests::SimulatedBluez bluez(loop, bus.address());
    bluez.peripheral(addressOf(last))
        .values.push_back(
            {canonicalUuid("181a").value(), canonicalUuid("2a6e").value(), {"read"}, {1, 0}});
    RadioSide side(loop, bus.address());
    side.scan(1h, [](const auto&) {});
    while (!bluez.adapter()->isDiscovering())
        loop.runOnce(10ms);
    Advertisement stranger;
    stranger.rssi = std::int16_t{-60};
    for (int number = 0; number <= last; ++number) {
        stranger.address = addressOf(number);
        bluez.advertise(stranger);
        loop.runOnce(0ms);
    }
    bool isAvailable = false;

    side.addPeripheral(
        1, {addressOf(last), tests::thermometerProfile(), {}}, [&](const SensorReport& report) {
            isAvailable = isAvailable || (report.availability && report.availability->isAvailable);
        });
    side.startPeripheral(1);
    while (!isAvailable) {
        bluez.advertise(stranger);
        loop.runOnce(10ms);
    }

    BOOST_TEST(isAvailable);
}

BOOST_AUTO_TEST_SUITE_END()
