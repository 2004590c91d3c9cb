// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <bluez_adapter_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::bridges::ble {

/// One adapter, which listens while it is wanted to. Tells `changed` when it begins, ceases or
/// cannot.
class BluezAdapter final : public sdbus::ProxyInterfaces<org::bluez::Adapter1_proxy>
{
public:
    BluezAdapter(sdbus::IConnection& connection,
                 base::Scheduler& scheduler,
                 const std::string& path,
                 std::function<void()> changed);
    ~BluezAdapter();
    BluezAdapter(const BluezAdapter&) = delete;
    BluezAdapter& operator=(const BluezAdapter&) = delete;

    /// Whether it shall listen at all; at first it shall not.
    void setWanted(bool isWanted);
    void setPowered(bool isPowered);
    /// What bluetoothd says of itself: it may cease although nobody asked.
    void setDiscovering(bool isDiscovering);

    [[nodiscard]] bool isListening() const { return isListening_; }

    /// One sentence while it does not listen; empty while it is being asked to.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void begin();
    void cease(std::string reason);
    void onSetDiscoveryFilterReply(bus::MaybeError error) override;
    void onStartDiscoveryReply(bus::MaybeError error) override;

    void onStopDiscoveryReply(bus::MaybeError) override {}

    void onRemoveDeviceReply(bus::MaybeError) override {}

    void refuse(const sdbus::Error& error);

    std::string name_;
    std::function<void()> changed_;
    bool isWanted_ = false;
    bool isPowered_ = false;
    bool isListening_ = false;
    bool isCounted_ = false; ///< bluetoothd has begun a discovery for us, and not dropped it
    std::string reason_;
    base::Timer retry_;
};

} // namespace causeway::bridges::ble
