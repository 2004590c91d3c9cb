// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <bluez_monitor_manager_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/listening.hpp"

namespace causeway::bridges::ble {

/// Has one adapter listen passively, for as long as it lives: bluetoothd is given the patterns and
/// calls for each advertisement that begins like one of them. Lives on the radio's thread.
class BluezMonitor final
    : public sdbus::ProxyInterfaces<org::bluez::AdvertisementMonitorManager1_proxy>
{
public:
    struct Site
    {
        /// Of each another one: bluetoothd releases by its path what was unregistered a moment ago.
        std::uint64_t number = 0;
        /// bluetoothd listens.
        std::function<void()> onActive;
        /// It does not, or not any more; this may go then.
        std::function<void(const std::string& reason)> onRefused;
        /// Also when the device's octets are those of before, of which there is no signal.
        std::function<void(const std::string& device)> onHeard;
    };

    BluezMonitor(sdbus::IConnection& connection,
                 base::Scheduler& scheduler,
                 const std::string& adapter,
                 std::vector<Pattern> patterns,
                 Site site);
    ~BluezMonitor();
    BluezMonitor(const BluezMonitor&) = delete;
    BluezMonitor& operator=(const BluezMonitor&) = delete;

private:
    class Application;
    class Frames;

    void onRegisterMonitorReply(bus::MaybeError error) override;

    void onUnregisterMonitorReply(bus::MaybeError) override {}

    void activate();
    void hear(const std::string& device);
    void refuse(std::string reason);

    base::Scheduler& scheduler_;
    Site site_;
    std::string path_;
    std::unique_ptr<Application> application_;
    std::unique_ptr<Frames> frames_;
    base::Timer patience_; ///< until it is active, then until something is heard
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
