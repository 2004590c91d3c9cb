// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/missing_values.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/radio_side.hpp"

namespace causeway::bridges::ble {

/// The main half of one device that is connected. It keeps the promise that every callback comes
/// once, on the main thread; its Peripheral works on the radio's thread.
class PeripheralBridge final : public api::Bridge, public api::MissingTeller
{
public:
    /// How the bridge reaches the radio's thread; all of it outlives the bridge.
    struct Field
    {
        base::Scheduler& main;
        base::Scheduler& scheduler;
        RadioSide& side;
        std::uint64_t peripheral; ///< a free number for RadioSide
    };

    PeripheralBridge(const Field& field, Peripheral::Settings settings, base::Task released);
    ~PeripheralBridge() override;
    PeripheralBridge(const PeripheralBridge&) = delete;
    PeripheralBridge& operator=(const PeripheralBridge&) = delete;

    [[nodiscard]] const std::vector<api::MappedResource>& resources() const override
    {
        return resources_;
    }

    void tellMissing(api::MissingListener& listener) override { missing_ = &listener; }

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
    using Ticket = std::uint64_t;

    void onReport(const SensorReport& report);
    [[nodiscard]] const api::MappedResource* find(const model::Path& path) const;

    Field field_;
    std::shared_ptr<const DeviceProfile> profile_;
    base::Task released_;
    std::vector<api::MappedResource> resources_;
    api::BridgeListener* listener_ = nullptr;
    api::MissingListener* missing_ = nullptr;
    std::map<std::string, std::uint64_t> counters_;
    Ticket nextTicket_ = 1;
    std::map<Ticket, SampleDone> reads_;
    std::map<Ticket, Done> writes_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
