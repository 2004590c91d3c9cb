// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "agent/api/key_store_control.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/secret.hpp"

namespace causeway::store {

/// Why the key-encryption key cannot be had, and what the operator can do. One sentence each.
struct SealerFault
{
    std::string reason;
    std::string remedy;
};

template <typename T>
using Sealed = tl::expected<T, SealerFault>;

/// Keeps the key-encryption key where the database's reader cannot get it: TpmSealer,
/// SoftwareSealer. Blocks; lives on a worker of its own, because a TPM may hang.
class Sealer
{
public:
    virtual ~Sealer() = default;

    /// The kind of key slot it fills and opens, as in the table key_slot.
    [[nodiscard]] virtual std::string_view kind() const = 0;

    /// What the key store is once this sealer has opened it.
    [[nodiscard]] virtual api::KeyStoreState openState() const = 0;

    /// Octets from a generator of its own, to be mixed into a new key; empty when it has none.
    [[nodiscard]] virtual Sealed<base::Secret> random(std::size_t size) = 0;

    /// To what these registers hold now; a fault when it has none.
    [[nodiscard]] virtual Sealed<base::Bytes> seal(const base::Secret& secret,
                                                   const api::PlatformRegisters& registers) = 0;
    [[nodiscard]] virtual Sealed<base::Secret> unseal(base::ByteView blob) = 0;

    /// A counter that never goes back, kept where the database's reader cannot reach it; nothing
    /// when it was never advanced.
    [[nodiscard]] virtual Sealed<std::optional<std::uint64_t>> readCounter() = 0;
    /// By one, from nothing, too; says what it holds then. A fault when the sealer has none.
    [[nodiscard]] virtual Sealed<std::uint64_t> advanceCounter() = 0;
};

} // namespace causeway::store
