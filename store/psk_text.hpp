// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/bytes.hpp"

namespace causeway::store {

/// What shows that a key was typed, or cut to what people can type, and so has too few bits: a
/// sentence for whoever gave it, without the key; nothing for one that may be of random octets.
/// Text counts also with some foreign octets in it: an end of line, the zeros of UTF-16, accents.
/// Of 10^7 random keys of 16 octets it took 60 for text, of 10^6 of 32 octets none. Pure.
[[nodiscard]] std::optional<std::string> textComplaint(base::ByteView key);

/// The least that a key may have. NIST SP 800-131A.
inline constexpr unsigned leastKeyBits = 112;

[[nodiscard]] constexpr std::uint8_t toLower(std::uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

} // namespace causeway::store
