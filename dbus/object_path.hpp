// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace causeway::dbus {

inline constexpr const char* busName = "org.causeway.Gateway1";
inline constexpr const char* rootPath = "/org/causeway/Gateway1";
inline constexpr const char* keyStorePath = "/org/causeway/Gateway1/keystore";

enum class Kind : unsigned char { Line, Server, Device };

/// "device": the segment of an object path, and what a person reads.
[[nodiscard]] std::string_view wordFor(Kind kind);

/// "/org/causeway/Gateway1/device/meter_2d1": what is no ASCII letter or digit becomes '_' and two
/// hexadecimal digits, and so does a digit at the beginning (the escape of sd_bus_path_encode).
[[nodiscard]] std::string objectPath(Kind kind, std::string_view name);

/// The inverse; empty for a path that is not of this kind.
[[nodiscard]] std::string nameIn(Kind kind, std::string_view path);

} // namespace causeway::dbus
