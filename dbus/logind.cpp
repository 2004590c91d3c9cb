// SPDX-License-Identifier: Apache-2.0
#include "dbus/logind.hpp"

#include <chrono>
#include <utility>

#include "agent/base/bus_compat.hpp"

namespace causeway::dbus {

using base::ErrorKind;
using base::fail;

namespace {

// A server waits for its answer meanwhile; logind asks polkit and writes to the journal.
constexpr std::chrono::milliseconds longestWait{10000};

bool isRefusal(const std::string& errorName)
{
    return errorName == "org.freedesktop.DBus.Error.AccessDenied" ||
           errorName == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
}

} // namespace

Logind::Logind(sdbus::IConnection& connection)
    : manager_(sdbus::createProxy(connection,
                                  bus::ServiceName{"org.freedesktop.login1"},
                                  sdbus::ObjectPath{"/org/freedesktop/login1"}))
{
    bus::registerProxy(*manager_);
}

Logind::~Logind() = default;

void Logind::reboot(Done done)
{
    const bool asksPerson = false;
    // sdbus-c++ copies its callbacks.
    auto shared = std::make_shared<Done>(std::move(done));
    manager_->callMethodAsync("Reboot")
        .onInterface("org.freedesktop.login1.Manager")
        .withTimeout(longestWait)
        .withArguments(asksPerson)
        .uponReplyInvoke([shared](bus::MaybeError error) {
            if (!error)
                return (*shared)({});
            (*shared)(fail(isRefusal(error->getName()) ? ErrorKind::NotAuthorized
                                                       : ErrorKind::Unreachable,
                           "logind does not reboot: " + error->getMessage()));
        });
}

} // namespace causeway::dbus
