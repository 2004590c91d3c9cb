// SPDX-License-Identifier: Apache-2.0
#include "dbus/authority.hpp"

#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/base/bus_compat.hpp"

namespace causeway::dbus {

using base::ErrorKind;
using base::Expected;

namespace {

// The bus daemon itself answers in microseconds; a person finds and types a password.
constexpr std::chrono::milliseconds longestWaitForBus{5000};
constexpr std::chrono::milliseconds longestWaitForPerson{120000};

constexpr std::uint32_t allowUserInteraction = 1; // polkit's CheckAuthorizationFlags

using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using PolkitReply = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

Expected<void> deny(Action action, std::string_view why)
{
    return base::fail(ErrorKind::NotAuthorized, fmt::format("{}: {}", actionId(action), why));
}

Expected<void> judge(Action action, const PolkitReply& reply)
{
    if (std::get<0>(reply))
        return {};
    const bool isChallenge = std::get<1>(reply);
    return deny(action,
                isChallenge ? "authentication is required, and nobody could be asked"
                            : "polkit says no");
}

Expected<void> judge(Action action, std::uint32_t user)
{
    if (user == 0 || user == ::geteuid())
        return {};
    return deny(action, fmt::format("user {} is neither root nor the gateway's own", user));
}

/// sdbus-c++ copies its callbacks; a verdict is moved.
auto shared(Authority::Verdict verdict)
{
    return std::make_shared<Authority::Verdict>(std::move(verdict));
}

std::unique_ptr<sdbus::IProxy>
makeProxy(sdbus::IConnection& connection, const char* name, const char* path)
{
    auto proxy = sdbus::createProxy(connection, bus::ServiceName{name}, sdbus::ObjectPath{path});
    bus::registerProxy(*proxy);
    return proxy;
}

} // namespace

std::string actionId(Action action)
{
    switch (action) {
    case Action::Describe:
        return "";
    case Action::Read:
        return "org.causeway.Gateway1.read";
    case Action::Operate:
        return "org.causeway.Gateway1.operate";
    case Action::Manage:
        return "org.causeway.Gateway1.manage";
    case Action::Credentials:
        return "org.causeway.Gateway1.credentials";
    case Action::Export:
        return "org.causeway.Gateway1.export";
    case Action::KeyStore:
        return "org.causeway.Gateway1.keystore";
    }
    return "";
}

PolkitAuthority::PolkitAuthority(sdbus::IConnection& connection, std::chrono::milliseconds patience)
    : polkit_(makeProxy(
          connection, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority"))
    , patience_(patience)
{}

PolkitAuthority::~PolkitAuthority() = default;

void PolkitAuthority::check(const Caller& caller, Action action, Verdict verdict)
{
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant(caller.uniqueName)}}};
    const std::map<std::string, std::string> details;
    const std::uint32_t flags = caller.allowsInteraction ? allowUserInteraction : 0;
    const std::string noCancellation;
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withTimeout(caller.allowsInteraction ? longestWaitForPerson : patience_)
        .withArguments(subject, actionId(action), details, flags, noCancellation)
        .uponReplyInvoke([action, verdict = shared(std::move(verdict))](bus::MaybeError error,
                                                                        const PolkitReply& reply) {
            (*verdict)(error ? deny(action, "polkit did not answer: " + error->getMessage())
                             : judge(action, reply));
        });
}

OwnUserAuthority::OwnUserAuthority(sdbus::IConnection& connection)
    : bus_(makeProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus"))
{}

OwnUserAuthority::~OwnUserAuthority() = default;

void OwnUserAuthority::check(const Caller& caller, Action action, Verdict verdict)
{
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface("org.freedesktop.DBus")
        .withTimeout(longestWaitForBus)
        .withArguments(caller.uniqueName)
        .uponReplyInvoke([action, verdict = shared(std::move(verdict))](bus::MaybeError error,
                                                                        std::uint32_t user) {
            (*verdict)(error ? deny(action, "the caller is unknown: " + error->getMessage())
                             : judge(action, user));
        });
}

} // namespace causeway::dbus
