// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "agent/base/bus_compat.hpp"
#include "agent/base/error.hpp"

/// The one table between our errors and their D-Bus names, used both ways.
namespace causeway::dbus {

/// "org.causeway.Gateway1.Error.NotFound".
[[nodiscard]] std::string errorName(base::ErrorKind kind);

[[nodiscard]] sdbus::Error toBusError(const base::Error& error);

/// Names of the bus itself are understood too: no such object is NotFound, no owner of the name is
/// Unreachable. What is unknown is Internal, with its name in the sentence.
[[nodiscard]] base::Error fromBusError(const sdbus::Error& error);

/// The door of what the bus calls and waits for: an exception would leave through sd-bus, which is
/// C; as an sdbus::Error it becomes the answer.
template <typename Work>
auto answering(Work work)
{
    try {
        return work();
    } catch (const sdbus::Error&) {
        throw;
    } catch (const std::exception& error) {
        throw toBusError({base::ErrorKind::Internal, error.what()});
    }
}

} // namespace causeway::dbus
