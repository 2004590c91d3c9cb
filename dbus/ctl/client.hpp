// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gateway1_device_proxy.h>
#include <gateway1_gateway_proxy.h>
#include <gateway1_line_proxy.h>
#include <gateway1_server_proxy.h>

#include "dbus/ctl/failure.hpp"
#include "dbus/object_path.hpp"
#include "dbus/values.hpp"

namespace causeway::dbus::ctl {

/// A generated proxy as an object of its own, for as long as one command needs it.
template <typename Interface>
class Proxy final : public sdbus::ProxyInterfaces<Interface>
{
public:
    Proxy(sdbus::IConnection& connection, const std::string& path)
        : sdbus::ProxyInterfaces<Interface>(
              connection, bus::ServiceName{busName}, sdbus::ObjectPath{path})
    {
        this->registerProxy();
    }

    ~Proxy() { this->unregisterProxy(); }

    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;
};

/// The generated proxy wants every signal answered; the command `watch` listens by itself.
class DeviceSignals : public org::causeway::Gateway1::Device_proxy
{
protected:
    using Device_proxy::Device_proxy;
    ~DeviceSignals() = default;

private:
    void onValuesChanged(const std::vector<BusSample>&) override {}
};

using GatewayProxy = Proxy<org::causeway::Gateway1::Gateway_proxy>;
using LineProxy = Proxy<org::causeway::Gateway1::Line_proxy>;
using ServerProxy = Proxy<org::causeway::Gateway1::Server_proxy>;
using DeviceProxy = Proxy<DeviceSignals>;

/// All objects of one kind: name -> properties.
using Objects = std::map<std::string, Dictionary>;

/// The daemon as the command line sees it. Calls block; failures are sdbus::Error or Failure.
class Client
{
public:
    /// An empty address means the system bus.
    void useBus(const std::string& address) { address_ = address; }

    [[nodiscard]] const std::string& address() const { return address_; }

    /// Made by the first use, which finds out whether the daemon answers: Unreachable when not.
    [[nodiscard]] sdbus::IConnection& connection();

    /// Everything of one kind with all its properties, in one call.
    [[nodiscard]] Objects objects(Kind kind);
    /// Of one of them; NotFound names it.
    [[nodiscard]] Dictionary properties(Kind kind, const std::string& name);
    [[nodiscard]] Dictionary gatewayProperties();

    [[nodiscard]] GatewayProxy gateway() { return {connection(), rootPath}; }

    /// Runs `task` with the proxy of that object; NotFound names it.
    template <typename Interface, typename Task>
    void with(Kind kind, const std::string& name, Task task)
    {
        try {
            Proxy<Interface> proxy(connection(), objectPath(kind, name));
            task(proxy);
        } catch (const sdbus::Error& error) {
            rethrow(kind, name, error);
        }
    }

    template <typename Task>
    void withDevice(const std::string& name, Task task)
    {
        with<DeviceSignals>(Kind::Device, name, std::move(task));
    }

private:
    void askWhetherAwake();
    [[noreturn]] static void rethrow(Kind kind, const std::string& name, const sdbus::Error& error);
    [[nodiscard]] Dictionary getAll(const std::string& path, const std::string& interface);

    std::string address_;
    std::unique_ptr<sdbus::IConnection> connection_;
};

/// "org.causeway.Gateway1.Device".
[[nodiscard]] std::string interfaceOf(Kind kind);

} // namespace causeway::dbus::ctl
