// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

/// GnuTLS's primitives in our types; pure functions.
namespace causeway::store::aead {

inline constexpr std::size_t saltSize = 32;
inline constexpr std::size_t tagSize = 16;

/// salt | ciphertext | tag. Key and nonce come from `key` and a fresh salt by HKDF-SHA256 with
/// `purpose`, which no two uses share.
[[nodiscard]] base::Expected<base::Bytes> encrypt(const base::Secret& key,
                                                  std::string_view purpose,
                                                  base::ByteView associated,
                                                  const base::Secret& plain);

/// Corrupt when key, purpose, associated data or a single bit differs.
[[nodiscard]] base::Expected<base::Secret> decrypt(const base::Secret& key,
                                                   std::string_view purpose,
                                                   base::ByteView associated,
                                                   base::ByteView sealed);

/// HKDF-SHA256 (RFC 5869).
[[nodiscard]] base::Expected<base::Secret>
derive(base::ByteView inputKey, base::ByteView salt, std::string_view purpose, std::size_t size);

/// HMAC-SHA256.
[[nodiscard]] base::Expected<base::Bytes> authenticate(const base::Secret& key,
                                                       base::ByteView message);

/// Fit for keys.
[[nodiscard]] base::Expected<base::Secret> randomSecret(std::size_t size);

} // namespace causeway::store::aead
