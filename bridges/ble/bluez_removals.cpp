// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_removals.hpp"

#include <utility>

#include <bluez_adapter_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/log.hpp"

namespace causeway::bridges::ble {

namespace {

void warn(const sdbus::Error& error)
{
    log::warning("bluetoothd does not remove a bond: {ERROR}; it keeps it until bluetoothctl "
                 "remove, or until the device is attached and detached again",
                 "ERROR",
                 error.getMessage());
}

} // namespace

class BluezRemovals::Request final : public sdbus::ProxyInterfaces<org::bluez::Adapter1_proxy>
{
public:
    Request(sdbus::IConnection& connection, const std::string& adapter)
        : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{adapter})
    {
        registerProxy();
    }

    ~Request() { unregisterProxy(); }

    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    void send(const std::string& device, std::function<void()> onKept)
    {
        onKept_ = std::move(onKept);
        RemoveDevice(sdbus::ObjectPath{device});
    }

private:
    void onSetDiscoveryFilterReply(bus::MaybeError) override {}

    void onStartDiscoveryReply(bus::MaybeError) override {}

    void onStopDiscoveryReply(bus::MaybeError) override {}

    /// By success or not: a signal tells that the device is gone.
    void onRemoveDeviceReply(bus::MaybeError error) override
    {
        if (!error)
            return;
        warn(*error);
        onKept_();
    }

    std::function<void()> onKept_;
};

BluezRemovals::BluezRemovals(base::Scheduler& scheduler,
                             std::function<void(const std::string& device)> onKept)
    : scheduler_(scheduler)
    , onKept_(std::move(onKept))
{}

BluezRemovals::~BluezRemovals() = default;

void BluezRemovals::begin(sdbus::IConnection& connection,
                          const std::string& adapter,
                          const std::string& device)
{
    const auto [entry, isNew] = underWay_.try_emplace(device);
    if (!isNew)
        return;
    // Later, from the loop: a proxy must not go inside its own callback.
    const auto onKept = [this, device] {
        scheduler_.post(lifetime_.guard([this, device] {
            if (underWay_.erase(device) > 0)
                onKept_(device);
        }));
    };
    try {
        entry->second = std::make_unique<Request>(connection, adapter);
        entry->second->send(device, onKept);
    } catch (const sdbus::Error& error) {
        underWay_.erase(entry);
        warn(error);
    }
}

bool BluezRemovals::isUnderWay(const std::string& device) const
{
    return underWay_.contains(device);
}

bool BluezRemovals::end(const std::string& device)
{
    return underWay_.erase(device) > 0;
}

} // namespace causeway::bridges::ble
