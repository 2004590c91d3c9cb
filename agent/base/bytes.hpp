// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::base {

/// Octets we own, and octets somebody else owns. Never text: text is std::string, always UTF-8.
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] ByteView asBytes(std::string_view text);
[[nodiscard]] std::string_view asText(ByteView bytes);
[[nodiscard]] Bytes toBytes(std::string_view text);

/// Lower-case, two digits an octet, no separators.
[[nodiscard]] std::string toHex(ByteView bytes);

/// Accepts both cases; nothing for an odd length or a foreign character.
[[nodiscard]] std::optional<Bytes> fromHex(std::string_view text);

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool isValidUtf8(std::string_view text);

} // namespace causeway::base
