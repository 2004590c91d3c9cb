// SPDX-License-Identifier: Apache-2.0
#include "dbus/callers.hpp"

#include <utility>

#include "agent/base/bus_compat.hpp"

namespace causeway::dbus {

namespace {

// The bus daemon answers in microseconds.
constexpr std::chrono::milliseconds longestWait{5000};

} // namespace

Callers::Callers(sdbus::IConnection& connection)
    : bus_(sdbus::createProxy(connection,
                              bus::ServiceName{"org.freedesktop.DBus"},
                              sdbus::ObjectPath{"/org/freedesktop/DBus"}))
{
    bus::registerProxy(*bus_);
}

Callers::~Callers() = default;

void Callers::find(const std::string& uniqueName, Found found)
{
    // sdbus-c++ copies its callbacks; what is to be called is moved.
    auto shared = std::make_shared<Found>(std::move(found));
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface("org.freedesktop.DBus")
        .withTimeout(longestWait)
        .withArguments(uniqueName)
        .uponReplyInvoke([shared](bus::MaybeError error, std::uint32_t user) {
            (*shared)(error ? std::nullopt : std::optional(user));
        });
}

} // namespace causeway::dbus
