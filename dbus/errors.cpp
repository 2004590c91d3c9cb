// SPDX-License-Identifier: Apache-2.0
#include "dbus/errors.hpp"

#include <algorithm>
#include <array>

namespace causeway::dbus {

using base::ErrorKind;

namespace {

struct Row
{
    ErrorKind kind;
    std::string_view name;
};

constexpr std::string_view prefix = "org.causeway.Gateway1.Error.";

// clang-format off
constexpr std::array ours{
    Row{ErrorKind::InvalidArgument, "InvalidArgument"},
    Row{ErrorKind::NotFound,        "NotFound"},
    Row{ErrorKind::AlreadyExists,   "AlreadyExists"},
    Row{ErrorKind::NotAuthorized,   "NotAuthorized"},
    Row{ErrorKind::NotSupported,    "NotSupported"},
    Row{ErrorKind::Refused,         "Refused"},
    Row{ErrorKind::Unreachable,     "Unreachable"},
    Row{ErrorKind::Timeout,         "Timeout"},
    Row{ErrorKind::Locked,          "Locked"},
    Row{ErrorKind::LimitExceeded,   "LimitExceeded"},
    Row{ErrorKind::Corrupt,         "Corrupt"},
    Row{ErrorKind::StorageFailed,   "StorageFailed"},
    Row{ErrorKind::Cancelled,       "Cancelled"},
    Row{ErrorKind::Internal,        "Internal"},
};

// What the bus, sd-bus and the service manager say.
constexpr std::array theirs{
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.ServiceUnknown"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.NameHasNoOwner"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.NoServer"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.Disconnected"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.FileNotFound"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.DBus.Error.Spawn.ChildExited"},
    Row{ErrorKind::Unreachable,     "org.freedesktop.systemd1.NoSuchUnit"},
    Row{ErrorKind::Unreachable,     "System.Error.ENOENT"},
    Row{ErrorKind::Unreachable,     "System.Error.ECONNREFUSED"},
    Row{ErrorKind::Unreachable,     "System.Error.ECONNRESET"},
    Row{ErrorKind::Unreachable,     "System.Error.ENOTCONN"},
    Row{ErrorKind::Timeout,         "org.freedesktop.DBus.Error.NoReply"},
    Row{ErrorKind::Timeout,         "org.freedesktop.DBus.Error.Timeout"},
    Row{ErrorKind::Timeout,         "System.Error.ETIMEDOUT"},
    Row{ErrorKind::NotFound,        "org.freedesktop.DBus.Error.UnknownObject"},
    Row{ErrorKind::NotAuthorized,   "org.freedesktop.DBus.Error.AccessDenied"},
    Row{ErrorKind::InvalidArgument, "org.freedesktop.DBus.Error.InvalidArgs"},
    Row{ErrorKind::LimitExceeded,   "org.freedesktop.DBus.Error.LimitsExceeded"},
};
// clang-format on

} // namespace

std::string errorName(ErrorKind kind)
{
    const auto* const row = std::ranges::find(ours, kind, &Row::kind);
    return std::string(prefix).append(row == ours.end() ? "Internal" : row->name);
}

sdbus::Error toBusError(const base::Error& error)
{
    return sdbus::Error(bus::ErrorName{errorName(error.kind)}, error.message);
}

base::Error fromBusError(const sdbus::Error& error)
{
    const std::string_view name = error.getName();
    if (name.starts_with(prefix)) {
        const auto* const row = std::ranges::find(ours, name.substr(prefix.size()), &Row::name);
        return {row == ours.end() ? ErrorKind::Internal : row->kind, error.getMessage()};
    }
    const auto* const row = std::ranges::find(theirs, name, &Row::name);
    if (row == theirs.end())
        return {ErrorKind::Internal, std::string(name) + ": " + error.getMessage()};
    return {row->kind, error.getMessage()};
}

} // namespace causeway::dbus
