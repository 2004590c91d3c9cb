// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

namespace causeway::dbus::ctl {

/// A whole number, decimal or hexadecimal with 0x in front, and nothing else.
[[nodiscard]] std::optional<std::int64_t> wholeNumberIn(std::string_view text);

/// For an option whose value is a whole number: says its range of everything else.
[[nodiscard]] CLI::Validator numberFrom(std::int64_t least, std::int64_t most);

} // namespace causeway::dbus::ctl
