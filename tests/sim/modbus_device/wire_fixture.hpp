// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/event_loop.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/sim/modbus_device/device.hpp"

namespace causeway::sim {

/// A device with the thread that serves it; both end together.
class Served
{
public:
    explicit Served(std::unique_ptr<Device> device)
        : device_(std::move(device))
        , thread_([this] { device_->serve(); })
    {}

    ~Served()
    {
        device_->stop();
        thread_.join();
    }

    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    Device* operator->() const { return device_.get(); }

private:
    std::unique_ptr<Device> device_;
    std::thread thread_;
};

/// What a bridge has told last.
struct SampleListener final : api::BridgeListener
{
    std::map<model::Path, model::Value> values;
    std::optional<bool> isAvailable;
    std::string reason;
    int changes = 0;

    void onSamples(std::vector<model::Sample> samples) override
    {
        for (auto& sample : samples)
            values[sample.path] = sample.value;
    }

    void onAvailability(bool available, const std::string& why) override
    {
        isAvailable = available;
        reason = why;
        ++changes;
    }
};

inline bridges::modbus::LineTuning impatient()
{
    bridges::modbus::LineTuning tuning;
    tuning.firstReopen = std::chrono::milliseconds(20);
    tuning.longestReopen = std::chrono::milliseconds(50);
    tuning.firstProbe = std::chrono::milliseconds(100);
    tuning.longestProbe = std::chrono::milliseconds(200);
    return tuning;
}

/// A field bus on a real loop, and a place for a pty.
struct WireFixture
{
    fakes::TemporaryDirectory directory;
    std::string link = directory.path() / "port";
    base::EventLoop main;
    bridges::ProfileLibrary library{{std::getenv("CAUSEWAY_PROFILES")},
                                    model::builtInDefinitions()};
    bridges::FieldBuses buses{main, {}, impatient()};
    SampleListener listener;

    /// Runs the main loop until `isSo`; the limit is only for a test that fails.
    [[nodiscard]] bool comesTrue(const std::function<bool()>& isSo)
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!isSo() && std::chrono::steady_clock::now() < limit)
            main.runOnce(std::chrono::milliseconds(100));
        return isSo();
    }

    [[nodiscard]] api::LineSettings rtu() const
    {
        api::LineSettings line;
        line.name = "rtu-0";
        line.serialPort = link;
        line.responseTimeout = std::chrono::milliseconds(100);
        return line;
    }

    static api::LineSettings tcp(const std::string& host, const std::string& port)
    {
        api::LineSettings line;
        line.name = "tcp-0";
        line.kind = api::LineSettings::Kind::Tcp;
        line.host = host;
        line.port = static_cast<std::uint16_t>(std::stoi(port));
        return line;
    }

    std::unique_ptr<api::Bridge>
    attach(const std::string& profile, const std::string& line, std::uint8_t unitId = 1)
    {
        auto bridge = buses.createBridge(*library.find(profile),
                                         {"device", line, unitId, std::chrono::milliseconds(50)});
        BOOST_REQUIRE_MESSAGE(bridge, (bridge ? "" : bridge.error().message));
        (*bridge)->start(listener);
        return std::move(*bridge);
    }

    [[nodiscard]] bool has(const model::Path& path, const model::Value& value) const
    {
        const auto found = listener.values.find(path);
        return found != listener.values.end() && found->second == value;
    }

    base::Expected<void>
    write(api::Bridge& bridge, const model::Path& path, const model::Value& value)
    {
        std::optional<base::Expected<void>> result;
        bridge.write(path, value, [&](base::Expected<void> ended) { result = std::move(ended); });
        BOOST_REQUIRE(comesTrue([&] { return result.has_value(); }));
        return *result;
    }
};

} // namespace causeway::sim
