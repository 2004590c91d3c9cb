// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/client.hpp"

#include <chrono>

#include <fmt/format.h>

#include "agent/base/bus.hpp"
#include "dbus/errors.hpp"

namespace causeway::dbus::ctl {

using base::ErrorKind;

namespace {

// A person may be asked for a password first, and a De-register takes its time.
constexpr std::chrono::seconds longestCall{150};

using Interfaces = std::map<std::string, Dictionary>;

} // namespace

std::string interfaceOf(Kind kind)
{
    switch (kind) {
    case Kind::Line:
        return "org.causeway.Gateway1.Line";
    case Kind::Server:
        return "org.causeway.Gateway1.Server";
    case Kind::Device:
        return "org.causeway.Gateway1.Device";
    }
    return "";
}

sdbus::IConnection& Client::connection()
{
    if (connection_)
        return *connection_;
    try {
        connection_ = bus::connect(address_);
    } catch (const sdbus::Error& error) {
        throw Failure(ErrorKind::Unreachable, "there is no D-Bus: " + error.getMessage());
    }
    askWhetherAwake();
    connection_->setMethodCallTimeout(longestCall);
    base::allowInteraction(*connection_);
    return *connection_;
}

/// Within the bus's own time-out, 25 s, also before a call that may take longer.
void Client::askWhetherAwake()
{
    try {
        const auto proxy = sdbus::createProxy(
            *connection_, bus::ServiceName{busName}, sdbus::ObjectPath{rootPath});
        proxy->callMethod("Ping").onInterface("org.freedesktop.DBus.Peer");
    } catch (const sdbus::Error& error) {
        if (fromBusError(error).kind == ErrorKind::Timeout)
            throw Failure(ErrorKind::Unreachable, "causewayd does not answer");
        throw;
    }
}

Objects Client::objects(Kind kind)
{
    const auto proxy =
        sdbus::createProxy(connection(), bus::ServiceName{busName}, sdbus::ObjectPath{rootPath});
    std::map<sdbus::ObjectPath, Interfaces> all;
    proxy->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .storeResultsTo(all);
    const auto wanted = interfaceOf(kind);
    Objects objects;
    for (auto& [path, interfaces] : all) {
        const auto found = interfaces.find(wanted);
        if (found != interfaces.end())
            objects.emplace(found->second.at("Name").get<std::string>(), found->second);
    }
    return objects;
}

Dictionary Client::properties(Kind kind, const std::string& name)
{
    try {
        return getAll(objectPath(kind, name), interfaceOf(kind));
    } catch (const sdbus::Error& error) {
        rethrow(kind, name, error);
    }
}

Dictionary Client::gatewayProperties()
{
    return getAll(rootPath, "org.causeway.Gateway1.Gateway");
}

void Client::rethrow(Kind kind, const std::string& name, const sdbus::Error& error)
{
    // sd-bus says UnknownMethod when the object has no such interface, also when there is no
    // object.
    const std::string_view what = error.getName();
    if (what == "org.freedesktop.DBus.Error.UnknownObject" ||
        what == "org.freedesktop.DBus.Error.UnknownMethod" ||
        what == "org.freedesktop.DBus.Error.UnknownInterface")
        throw Failure(ErrorKind::NotFound,
                      fmt::format("there is no {} \"{}\"", wordFor(kind), name));
    throw error;
}

Dictionary Client::getAll(const std::string& path, const std::string& interface)
{
    const auto proxy =
        sdbus::createProxy(connection(), bus::ServiceName{busName}, sdbus::ObjectPath{path});
    Dictionary all;
    proxy->callMethod("GetAll")
        .onInterface("org.freedesktop.DBus.Properties")
        .withArguments(interface)
        .storeResultsTo(all);
    return all;
}

} // namespace causeway::dbus::ctl
