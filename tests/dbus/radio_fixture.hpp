// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/radio_side.hpp"
#include "bridges/profile_file.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/sim/bluez/simulated_bluez.hpp"

namespace causeway::tests {

inline const std::string thermometer = "24:71:89:C0:FF:EE";

/// Of a thermometer that is connected and read; `more` is said of how.
inline std::shared_ptr<const bridges::DeviceProfile>
thermometerProfile(const std::string& more = "")
{
    auto read = bridges::parseProfile(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
)" + more + R"(
[[resource]]
path = "/3303/0/5700"
characteristic = "2a6e"
type = "s16"
)",
                                      "test.toml",
                                      model::builtInDefinitions());
    BOOST_REQUIRE(read);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*read));
}

inline bridges::ble::Advertisement advertised()
{
    bridges::ble::Advertisement advertisement;
    advertisement.address = thermometer;
    advertisement.name = "T";
    advertisement.rssi = std::int16_t{-60};
    return advertisement;
}

/// One thermometer that is connected by a bluetoothd on a bus of its own.
struct RadioFixture
{
    explicit RadioFixture(int busyTimes = 0)
        : side(std::make_unique<bridges::ble::RadioSide>(loop, bus.address()))
    {
        peripheral.values.push_back({bridges::ble::canonicalUuid("181a").value(),
                                     bridges::ble::canonicalUuid("2a6e").value(),
                                     {"read"},
                                     {1, 0}});
        startBluez();
        bluez->adapter()->beBusy(busyTimes);
        attach();
    }

    void startBluez()
    {
        bluez.emplace(loop, bus.address());
        bluez->remember(thermometer, peripheral);
    }

    void endBluez()
    {
        peripheral = bluez->peripheral(thermometer);
        bluez.reset();
    }

    [[nodiscard]] bool isBonded() { return bluez->peripheral(thermometer).isBonded; }

    void attach()
    {
        start(thermometerProfile());
        while (!isAvailable && !isMissingFor("lacks"))
            advertise();
    }

    void start(const std::shared_ptr<const bridges::DeviceProfile>& profile)
    {
        isAvailable = false;
        side->addPeripheral(
            1, {thermometer, profile, {}}, [this](const bridges::ble::SensorReport& report) {
                if (!report.availability)
                    return;
                isAvailable = report.availability->isAvailable;
                reason = report.availability->reason;
            });
        side->startPeripheral(1);
    }

    void advertise()
    {
        bluez->advertise(advertised());
        loop.runOnce(std::chrono::milliseconds(10));
    }

    [[nodiscard]] bool isMissingFor(std::string_view words) const
    {
        return reason.find(words) != std::string::npos;
    }

    PrivateBus bus;
    base::EventLoop loop;
    SimulatedPeripheral peripheral; ///< while there is no bluetoothd
    std::optional<SimulatedBluez> bluez;
    bool isAvailable = false;
    std::string reason; ///< why it is not
    std::unique_ptr<bridges::ble::RadioSide> side;
};

} // namespace causeway::tests
