// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/peripheral.hpp"
#include "bridges/profile_file.hpp"
#include "tests/fakes/fake_gatt_radio.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::tests {

inline const std::string address = "A4:C1:38:0A:1B:2C";

/// A thermometer that is asked, with a set point, and a counter that it tells by itself.
inline const std::string thermostat = R"(
title = "Thermostat"
manufacturer = "M"
model = "M"
[ble]
connect = true
fast-period-ms = 10000
[[setup]]
characteristic = "aa01"
octets = "01ff"
[[resource]]
path = "/3303/0/5700"
service = "181a"
characteristic = "2a6e"
length = 2
type = "s16"
scale = 0.01
[[resource]]
path = "/3308/0/5900"
characteristic = "aa02"
poll = "on-demand"
type = "u8"
write = { range = [5, 35], by-server = true, verify = true }
[[resource]]
path = "/3300/0/5700"
characteristic = "aa03"
notify = true
type = "u16"
)";

inline std::shared_ptr<const bridges::DeviceProfile> parsed(const std::string& text)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    auto read = bridges::parseProfile(text, "test.toml", definitions);
    BOOST_REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
    return std::make_shared<const bridges::DeviceProfile>(std::move(*read));
}

inline std::string fullUuid(const std::string& uuid)
{
    return bridges::ble::canonicalUuid(uuid).value();
}

/// One thermostat at an adapter with one slot, and what it has told.
struct PeripheralSite
{
    PeripheralSite()
        : radio(scheduler)
    {
        radio.has = {{{fullUuid("1800"), fullUuid("2a6e")}, "elsewhere", true},
                     {{fullUuid("181a"), fullUuid("2a6e")}, "temperature", true},
                     {{fullUuid("fff0"), fullUuid("aa01")}, "mode", false},
                     {{fullUuid("fff0"), fullUuid("aa02")}, "target", true},
                     {{fullUuid("fff0"), fullUuid("aa03")}, "pulses", false}};
        radio.values = {{"temperature", {0xCA, 0x09}}, {"target", {21}}};
    }

    void start(const std::string& text = thermostat)
    {
        device = std::make_unique<bridges::ble::Peripheral>(
            bridges::ble::Peripheral::Site{scheduler, radio, slots, 1},
            bridges::ble::Peripheral::Settings{address, parsed(text), {}},
            [this](const bridges::ble::SensorReport& report) { take(report); });
        device->start({});
        run();
    }

    void take(const bridges::ble::SensorReport& report)
    {
        for (const auto& sample : report.samples)
            newest[sample.path.toString()] = model::toText(sample.value);
        for (const auto& value : report.missing)
            newest[value.path.toString()] = "missing: " + value.why.message;
        samples += report.samples.size();
        if (report.availability)
            told.push_back(report.availability->isAvailable ? "available"
                                                            : report.availability->reason);
        counters = report.counters;
        ++reports;
    }

    void hear()
    {
        radio.state.emplace(bridges::ble::PeripheralState{"hci0"});
        device->onHeard(std::int16_t{-60});
        run();
    }

    /// What has been asked is answered; timers do not run.
    void run() { scheduler.advance({}); }

    void lose()
    {
        radio.state->isConnected = radio.state->isResolved = false;
        device->onChanged();
        run();
    }

    [[nodiscard]] std::size_t times(const std::string& request) const
    {
        return static_cast<std::size_t>(std::ranges::count(radio.log, request));
    }

    [[nodiscard]] bool lastHas(const std::string& words) const
    {
        return !told.empty() && told.back().find(words) != std::string::npos;
    }

    std::string read(const model::Path& path)
    {
        std::string result = "no answer";
        device->read(path, [&](const base::Expected<model::Sample>& sample) {
            result = sample ? model::toText(sample->value) : sample.error().message;
        });
        run();
        return result;
    }

    std::string write(const model::Path& path, const model::Value& value)
    {
        std::string result = "no answer";
        device->write(path, value, [&](const base::Expected<void>& written) {
            result = written ? "written" : written.error().message;
        });
        run();
        return result;
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeGattRadio radio;
    bridges::ble::ConnectionSlots slots{1};
    std::map<std::string, std::string> newest;
    std::size_t samples = 0;
    std::size_t reports = 0;
    std::vector<std::string> told;
    std::map<std::string, std::uint64_t> counters;
    std::unique_ptr<bridges::ble::Peripheral> device;
};

inline const model::Path temperature{3303, 0, 5700};
inline const model::Path target{3308, 0, 5900};
inline const model::Path pulses{3300, 0, 5700};

} // namespace causeway::tests
