// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dbus/ctl/json.hpp"

/// What people read in place of the names of D-Bus. JSON keeps those.
namespace causeway::dbus::ctl {

/// "unit" for unitId, as the option --unit; "field state" for FieldState.
[[nodiscard]] std::string labelOf(std::string_view key);

/// "--response-timeout: …" for what the daemon says of responseTimeout; other sentences as they
/// are.
[[nodiscard]] std::string inWordsOfOptions(const std::string& sentence);

/// "300 s", "2026-01-01T00:00:00.000Z", "yes", "polls 3, samples 9". Empty when there is nothing to
/// say, for instance of the time of an error that never was.
[[nodiscard]] std::string shownAs(std::string_view key, const Json& value);

} // namespace causeway::dbus::ctl
