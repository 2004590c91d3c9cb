// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

namespace causeway::bridges::ble {

/// All keys of sensors have 128 bits.
inline constexpr std::size_t sensorKeySize = 16;
/// And all their message integrity checks 32.
inline constexpr std::size_t sensorTagSize = 4;

/// What AES-128-CCM made of a sensor's message.
struct SealedMessage
{
    base::ByteView octets;
    base::ByteView tag;
    base::ByteView nonce;
    base::ByteView associated; ///< not encrypted, but covered by the tag
};

/// Corrupt when it does not authenticate; Refused for a key of another size, an empty one with the
/// advice to set it.
[[nodiscard]] base::Expected<base::Bytes> openSealed(const SealedMessage& message,
                                                     base::ByteView key);

/// Corrupt, that may be better next time.
[[nodiscard]] tl::unexpected<base::Error> corruptFrame(const char* sentence);

/// What is said of a device that has a key and sends in clear.
[[nodiscard]] tl::unexpected<base::Error> clearThoughKey();

} // namespace causeway::bridges::ble
