// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace causeway::store {

/// Where a server URI leads, whatever its spelling and transport: "host:port", the name in lower
/// case without the dot that may end it, an address as the system writes it, the port also where it
/// is the scheme's own. Of what is no server URI, the text itself. Pure.
[[nodiscard]] std::string placeOf(std::string_view uri);

} // namespace causeway::store
