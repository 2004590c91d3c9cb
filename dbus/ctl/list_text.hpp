// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace causeway::dbus::ctl {

/// A file as spreadsheets save it becomes UTF-8: UTF-16 of both orders and UTF-8 are known by their
/// byte order mark; what is no UTF-8 is taken for Windows-1252, where a degree sign is B0. Pure.
[[nodiscard]] std::string listText(std::string_view file);

/// With one text in place of another, wherever that stands.
[[nodiscard]] std::string
replaced(std::string_view text, std::string_view from, std::string_view to);

/// ASCII letters only.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);

template <std::size_t size>
[[nodiscard]] bool hasAny(std::string_view word, const std::array<std::string_view, size>& parts)
{
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return word.find(part) != std::string_view::npos; });
}

} // namespace causeway::dbus::ctl
