// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace causeway::dbus::ctl {

/// Text as a terminal may have it: what could move its cursor, colour it or turn the direction of
/// writing, and octets that are no UTF-8, stand there as less(1) shows them: <1B>, <U+202E>, <FF>.
/// A device's name plate and a server's diagnostic are strangers' text.
[[nodiscard]] std::string plainText(std::string_view text);

} // namespace causeway::dbus::ctl
