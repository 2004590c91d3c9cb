// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/bytes.hpp"

namespace causeway::coap {

/// FNV-1a, 64 bits: tells resources and bodies of one authenticated peer apart. Not for strangers:
/// who chooses the octets can make two equal.
[[nodiscard]] constexpr std::uint64_t fingerprint(base::ByteView octets,
                                                  std::uint64_t from = 0xcbf29ce484222325)
{
    for (const std::uint8_t octet : octets)
        from = (from ^ octet) * 0x100000001b3;
    return from;
}

} // namespace causeway::coap
