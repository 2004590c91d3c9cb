// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace causeway::dbus::ctl {

/// A command line as CLI11 takes it, the last word first. A negative number that no option waits
/// for is a value and not an option: it comes behind "--", where CLI11 believes that.
[[nodiscard]] std::vector<std::string> reversed(std::vector<std::string> arguments);

} // namespace causeway::dbus::ctl
