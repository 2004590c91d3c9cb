// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/missing_values.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/radio_side.hpp"

namespace causeway::bridges::ble {

/// The main half of one device that advertises its values. Nobody can ask it: a read gives what was
/// heard last, as long as the device is heard at all. Its Sensor works on the radio's thread.
class BleBridge final : public api::Bridge, public api::MissingTeller
{
public:
    /// How the bridge reaches the radio's thread; all of it outlives the bridge.
    struct Field
    {
        base::Scheduler& main;
        base::Scheduler& scheduler;
        RadioSide& side;
        std::uint64_t sensor; ///< a free number for RadioSide
    };

    BleBridge(const Field& field,
              std::shared_ptr<const DeviceProfile> profile,
              std::string address,
              base::Task released);
    ~BleBridge() override;
    BleBridge(const BleBridge&) = delete;
    BleBridge& operator=(const BleBridge&) = delete;

    [[nodiscard]] const std::vector<api::MappedResource>& resources() const override
    {
        return resources_;
    }

    void tellMissing(api::MissingListener& listener) override { missingListener_ = &listener; }

    void start(api::BridgeListener& listener) override;
    void read(const model::Path& path, SampleDone done) override;
    [[nodiscard]] base::Expected<void> check(const model::Path& path,
                                             const model::Value& value) const override;
    void write(const model::Path& path, const model::Value& value, Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

    [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override
    {
        return counters_;
    }

private:
    void onReport(SensorReport report);
    [[nodiscard]] base::Expected<model::Sample> newest(const model::Path& path) const;
    void refuse(const model::Path& path, const char* verb, Done done);

    Field field_;
    base::Task released_;
    std::vector<api::MappedResource> resources_;
    api::BridgeListener* listener_ = nullptr;
    api::MissingListener* missingListener_ = nullptr;
    std::unordered_map<model::Path, model::Sample> newest_; ///< empty while it is not heard
    std::unordered_map<model::Path, base::Error> missing_;  ///< as newest_, and no path in both
    std::string reason_ = "it has not been heard yet";
    std::map<std::string, std::uint64_t> counters_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
