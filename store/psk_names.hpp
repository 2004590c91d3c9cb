// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/bytes.hpp"

/// How a name and a pre-shared key tell each other. Names cross the network in clear and lie in
/// lists, logs and labels. Pure.
namespace causeway::store {

/// Whether both are the same text, in either case, somewhere in `octets`.
[[nodiscard]] bool containsText(base::ByteView octets, std::string_view text);

/// Whether the key has the name in it: as it is, or either of them in hexadecimal digits or base64.
/// A short name turns up in good keys by chance, and tells nothing.
[[nodiscard]] bool containsName(base::ByteView key, std::string_view name);

/// Whether the name has the whole key in it, in the same writings.
[[nodiscard]] bool tellsKey(std::string_view name, base::ByteView key);

} // namespace causeway::store
