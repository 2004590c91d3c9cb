// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <bluez_sim_adaptor.h>
#include <bluez_sim_monitor_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/listening.hpp"

namespace causeway::tests {

/// One program's monitor, as bluetoothd sees it.
class SimulatedMonitor final
    : public sdbus::ProxyInterfaces<org::bluez::AdvertisementMonitor1_proxy>
{
public:
    struct Filter
    {
        std::vector<bridges::ble::Pattern> patterns;
        bool tracksStrength = false; ///< DeviceFound depends on thresholds then
    };

    SimulatedMonitor(sdbus::IConnection& connection,
                     const std::string& client,
                     const std::string& path,
                     Filter filter);
    ~SimulatedMonitor();
    SimulatedMonitor(const SimulatedMonitor&) = delete;
    SimulatedMonitor& operator=(const SimulatedMonitor&) = delete;

    [[nodiscard]] bool matches(const bridges::ble::Advertisement& advertisement) const;

    [[nodiscard]] bool tellsAll() const { return !filter_.tracksStrength; }

private:
    void onReleaseReply(bus::MaybeError) override {}

    void onActivateReply(bus::MaybeError) override {}

    void onDeviceFoundReply(bus::MaybeError) override {}

    Filter filter_;
};

/// What an adapter has when bluetoothd is started with --experimental: it listens passively for
/// what one program's monitor is about, and calls it for each advertisement.
class SimulatedMonitors final
    : public sdbus::AdaptorInterfaces<org::bluez::AdvertisementMonitorManager1_adaptor,
                                      sdbus::ManagedObject_adaptor>
{
public:
    explicit SimulatedMonitors(sdbus::IConnection& connection);
    ~SimulatedMonitors();
    SimulatedMonitors(const SimulatedMonitors&) = delete;
    SimulatedMonitors& operator=(const SimulatedMonitors&) = delete;

    /// From now on, as a controller that has no room.
    void releaseAll();

    /// How often somebody has asked for one.
    [[nodiscard]] int asked() const { return asked_; }

    [[nodiscard]] bool isActive() const { return monitor_ && !releases_; }

    [[nodiscard]] bool matches(const bridges::ble::Advertisement& advertisement) const
    {
        return isActive() && monitor_->matches(advertisement);
    }

    void tellFound(const std::string& device);

private:
    class Question;

    void RegisterMonitor(const sdbus::ObjectPath& application) override;
    void UnregisterMonitor(const sdbus::ObjectPath& application) override;

    std::vector<std::string> SupportedMonitorTypes() override { return {"or_patterns"}; }

    void take(const std::string& path, SimulatedMonitor::Filter filter);

    sdbus::IConnection& connection_;
    std::string client_;
    bool releases_ = false;
    int asked_ = 0;
    std::unique_ptr<Question> question_;
    std::unique_ptr<SimulatedMonitor> monitor_;
};

} // namespace causeway::tests
