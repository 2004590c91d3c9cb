// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

/// The way to the key-encryption key that needs no TPM: 32 random octets, shown to the operator
/// once and kept nowhere. Pure functions.
namespace causeway::store::recovery {

/// Of table key_slot.
inline constexpr std::string_view slotKind = "recovery";

/// Fresh from the generator.
[[nodiscard]] base::Expected<base::Secret> makeKey();

/// 56 characters in eight groups of seven, "4GQK0RW-…": letters and digits without I, L, O and U
/// (Crockford's base 32), the last 24 bits being a check.
[[nodiscard]] base::Expected<base::Secret> toText(const base::Secret& key);

/// What a person typed: either case, O for 0, I and L for 1, blanks and hyphens anywhere.
/// InvalidArgument with what is wrong, never with a part of the text.
[[nodiscard]] base::Expected<base::Secret> fromText(base::ByteView text);

/// The key-encryption key as it lies in its key slot.
[[nodiscard]] base::Expected<base::Bytes> wrap(const base::Secret& recoveryKey,
                                               const base::Secret& kek);
/// Corrupt when it is not the key that made the slot.
[[nodiscard]] base::Expected<base::Secret> unwrap(const base::Secret& recoveryKey,
                                                  base::ByteView blob);

} // namespace causeway::store::recovery
