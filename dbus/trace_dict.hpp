// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/line_tools.hpp"
#include "dbus/values.hpp"

namespace causeway::dbus {

/// The frames of a line as a{sv} each; the XML says what each key means.
[[nodiscard]] std::vector<Dictionary> toDictionaries(const std::vector<api::TracedFrame>& frames);

} // namespace causeway::dbus
