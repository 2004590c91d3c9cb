// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <bluez_objects_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "bridges/ble/bluez_device.hpp"

namespace causeway::bridges::ble {

/// Asks bluetoothd once for all that it has.
class BluezObjects final
    : public sdbus::ProxyInterfaces<org::freedesktop::DBus::ObjectManager_proxy>
{
public:
    using All = std::map<sdbus::ObjectPath, Interfaces>;
    using Done = std::function<void(const All& objects, const sdbus::Error* error)>;

    /// `done` comes later, once, unless this goes first.
    BluezObjects(sdbus::IConnection& connection, Done done)
        : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{"/"})
        , done_(std::move(done))
    {
        registerProxy();
        GetManagedObjects();
    }

    ~BluezObjects() { unregisterProxy(); }

    BluezObjects(const BluezObjects&) = delete;
    BluezObjects& operator=(const BluezObjects&) = delete;

private:
    void onGetManagedObjectsReply(const All& objects, bus::MaybeError error) override
    {
        done_(objects, error ? &*error : nullptr);
    }

    Done done_;
};

} // namespace causeway::bridges::ble
