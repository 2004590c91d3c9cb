// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/radio_side.hpp"
#include "bridges/profile_file.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/sim/bluez/simulated_bluez.hpp"

using namespace causeway;
using namespace causeway::bridges::ble;
using namespace std::chrono_literals;
using tests::PrivateBus;
using tests::SimulatedBluez;
using tests::SimulatedPeripheral;

namespace {

const std::string counter = "24:71:89:C0:FF:EE";
const std::string pulses = canonicalUuid("aa03").value();

std::shared_ptr<const bridges::DeviceProfile> profile()
{
    auto read = bridges::parseProfile(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3300/0/5700"
characteristic = "aa03"
notify = true
type = "u16"
)",
                                      "test.toml",
                                      model::builtInDefinitions());
    BOOST_REQUIRE(read);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*read));
}

std::ptrdiff_t descriptors()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// A counter that only tells, and a bluetoothd on a bus of its own.
struct Fixture
{
    Fixture()
        : side(std::make_unique<RadioSide>(loop, bus.address()))
    {
        peripheral.values.push_back({canonicalUuid("fff0").value(), pulses, {"notify"}, {0, 0}});
        bluez.emplace(loop, bus.address());
        bluez->remember(counter, peripheral);
    }

    tests::GattValue& value() { return bluez->peripheral(counter).values.front(); }

    void attach()
    {
        side->addPeripheral(1, {counter, profile(), {}}, [this](const SensorReport& report) {
            for (const auto& sample : report.samples)
                told = model::toText(sample.value);
            if (report.availability)
                reason = report.availability->reason;
            counters = report.counters;
        });
        side->startPeripheral(1);
    }

    void waitFor(const std::function<bool()>& isSo)
    {
        Advertisement advertisement;
        advertisement.address = counter;
        const auto limit = std::chrono::steady_clock::now() + 60s; // for a machine that is slow
        while (!isSo()) {
            BOOST_REQUIRE(std::chrono::steady_clock::now() < limit);
            advertisement.rssi = static_cast<std::int16_t>(-60 - ++heard % 10);
            bluez->advertise(advertisement);
            loop.runOnce(10ms);
        }
    }

    void tell(std::uint8_t number) { bluez->setValue(counter, pulses, {number, 0}); }

    /// Told again and again, but seldom: who is not connected yet hears nothing.
    void waitForPulses(std::uint8_t number)
    {
        auto next = std::chrono::steady_clock::now();
        waitFor([&] {
            if (std::chrono::steady_clock::now() >= next) {
                tell(number);
                next += 300ms;
            }
            return told == std::to_string(number);
        });
    }

    void tellManyUntil(const std::function<bool()>& isSo)
    {
        waitFor([&] {
            tell(1);
            return isSo();
        });
    }

    void waitForSocket()
    {
        const int before = value().socketsGiven;
        tellManyUntil([&] { return value().socketsGiven > before; });
        waitForPulses(2); // by it
    }

    PrivateBus bus;
    base::EventLoop loop;
    SimulatedPeripheral peripheral;
    std::optional<SimulatedBluez> bluez;
    int heard = 0;
    std::string told;
    std::string reason;
    std::map<std::string, std::uint64_t> counters;
    std::unique_ptr<RadioSide> side;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(notifications, Fixture)

BOOST_AUTO_TEST_CASE(come_as_signals_at_first_and_by_a_socket_when_they_are_many)
{
    attach();
    waitForPulses(7);
    BOOST_TEST(value().socketsGiven == 0);

    waitForSocket();
    waitForPulses(8);

    BOOST_TEST(value().socketsGiven == 1);
    BOOST_TEST(counters["connections"] == 1U);
}

BOOST_AUTO_TEST_CASE(come_by_a_new_socket_after_a_reconnect)
{
    attach();
    waitForSocket();

    bluez->dropConnection(counter);
    waitForPulses(8);
    BOOST_TEST(value().socketsGiven == 1);
    waitForSocket();
    waitForPulses(9);

    BOOST_TEST(counters["connections"] == 2U);
}

BOOST_AUTO_TEST_CASE(go_on_as_signals_where_there_is_no_socket)
{
    value().hasNoSockets = true;
    attach();

    tellManyUntil([this] { return value().socketsDenied > 0; });
    waitForPulses(8);

    BOOST_TEST(value().socketsGiven == 0);
    BOOST_TEST(counters["connections"] == 1U);
}

BOOST_AUTO_TEST_CASE(that_somebody_stops_are_asked_for_again_without_a_new_connection)
{
    attach();
    waitForSocket();

    bluez->closeSocket(counter, pulses);
    waitForPulses(8);

    BOOST_TEST(counters["connections"] == 1U);
}

BOOST_AUTO_TEST_CASE(come_back_with_bluetoothd)
{
    attach();
    waitForSocket();

    bluez.reset();
    bluez.emplace(loop, bus.address());
    bluez->remember(counter, peripheral);
    waitForPulses(8);
    waitForSocket();

    BOOST_TEST(value().socketsGiven == 1);
}

BOOST_AUTO_TEST_CASE(for_whose_socket_bluetoothd_never_answers_stay_signals_after_the_connection)
{
    value().refusesSocket = true;
    attach();
    tellManyUntil([this] { return value().socketsSpoilt > 0; });

    bluez->dropConnection(counter);
    waitForPulses(8);
    int more = 0;
    tellManyUntil([&] { return ++more > 200; });

    BOOST_TEST(value().socketsSpoilt == 1);
}

BOOST_AUTO_TEST_CASE(that_another_program_has_are_ours_when_it_ends)
{
    value().isTaken = true;
    attach();

    waitFor([this] { return counters["losses"] > 0; });
    value().isTaken = false;
    waitForPulses(7);

    BOOST_TEST(counters["connections"] > 1U);
}

BOOST_AUTO_TEST_CASE(leave_no_descriptor_when_the_device_is_detached)
{
    const auto before = descriptors();
    attach();
    waitForSocket();
    BOOST_TEST(descriptors() > before);

    side->removePeripheral(1);
    waitFor([this] { return !bluez->peripheral(counter).isConnected; });

    BOOST_TEST(descriptors() == before);
}

BOOST_AUTO_TEST_SUITE_END()
