// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bluez_adapter_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/bluez_monitor.hpp"
#include "bridges/ble/listening.hpp"

namespace causeway::bridges::ble {

/// One adapter, which listens while it is wanted to: passively where that is enough and it can,
/// else actively.
class BluezAdapter final : public sdbus::ProxyInterfaces<org::bluez::Adapter1_proxy>
{
public:
    struct Site
    {
        /// It begins to listen, ceases, or cannot.
        std::function<void()> onChanged;
        /// While it listens passively: what a device sent, perhaps as before.
        std::function<void(const std::string& device)> onHeard;
    };

    BluezAdapter(sdbus::IConnection& connection,
                 base::Scheduler& scheduler,
                 const std::string& path,
                 Site site);
    ~BluezAdapter();
    BluezAdapter(const BluezAdapter&) = delete;
    BluezAdapter& operator=(const BluezAdapter&) = delete;

    /// At first it shall not listen at all.
    void setWish(const ListeningWish& wish);
    void setPowered(bool isPowered);
    /// What bluetoothd says of itself: it may cease although nobody asked.
    void setDiscovering(bool isDiscovering);
    /// bluetoothd has monitors for it.
    void offerMonitors();

    [[nodiscard]] Listening listening() const { return isListening_ ? way_ : Listening::Not; }

    /// One sentence while it does not listen; empty while it is being asked to.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    [[nodiscard]] Listening wantedWay() const;
    void begin();
    void end();
    void monitor();
    void cease(std::string reason);
    void succeed();
    void onMonitorRefused(const std::string& reason);
    void onSetDiscoveryFilterReply(bus::MaybeError error) override;
    void onStartDiscoveryReply(bus::MaybeError error) override;

    void onStopDiscoveryReply(bus::MaybeError) override {}

    void onRemoveDeviceReply(bus::MaybeError) override {}

    void refuse(const sdbus::Error& error);

    sdbus::IConnection& connection_;
    base::Scheduler& scheduler_;
    std::string path_;
    std::string name_;
    Site site_;
    ListeningWish wish_;
    Listening way_ = Listening::Not; ///< it was asked for
    bool isPowered_ = false;
    bool isListening_ = false;
    bool isCounted_ = false; ///< bluetoothd has begun a discovery for us, and not dropped it
    bool hasMonitors_ = false;
    /// Not asked for again: a scan, which listens to everything for a moment, changes nothing.
    std::optional<std::vector<Pattern>> refusedPatterns_;
    std::uint64_t monitors_ = 0; ///< that there have been
    std::unique_ptr<BluezMonitor> monitor_;
    std::string reason_;
    base::Timer retry_;
};

} // namespace causeway::bridges::ble
