// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "agent/api/key_store_control.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/error.hpp"
#include "agent/base/secret.hpp"

namespace causeway::store {

/// Why the key-encryption key cannot be had, and what the operator can do. One sentence each.
struct SealerFault
{
    std::string reason;
    std::string remedy;
    bool isUnanswered = false; ///< nobody answers: who asks next waits as long, in vain
};

[[nodiscard]] inline base::Error errorOf(const SealerFault& fault)
{
    return {base::ErrorKind::Refused, fault.reason + "; " + fault.remedy, base::Retry::Later};
}

template <typename T>
using Sealed = tl::expected<T, SealerFault>;

/// A database is ahead of the counter by one at most, and to destroy its copies takes one more. A
/// forged age asks for any number, and memory like the TPM's wears out.
inline constexpr int mostCounterSteps = 2;

/// A key pair whose private half nobody has but the one who made it.
struct ResidentKey
{
    base::Bytes publicKey; ///< SubjectPublicKeyInfo, DER
    base::Secret blob;     ///< what its maker needs to sign with it; of no use to anybody else
};

/// Makes key pairs for ECDSA on P-256 and signs with them, letting no private key out. Blocks;
/// lives where its Sealer does.
class ResidentKeys
{
public:
    virtual ~ResidentKeys() = default;

    /// Has signed once, so that nobody gets a certificate for a key that does not work.
    [[nodiscard]] virtual Sealed<ResidentKey> make() = 0;
    /// ECDSA-Sig-Value, DER, of a SHA-256.
    [[nodiscard]] virtual Sealed<base::Bytes> sign(const base::Secret& blob,
                                                   base::ByteView digest) = 0;
};

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

    /// Whether it has a counter that never goes back, where the database's reader cannot reach it.
    [[nodiscard]] virtual bool counts() const = 0;
    /// Nothing when it was never advanced, or the sealer has none.
    [[nodiscard]] virtual Sealed<std::optional<std::uint64_t>> readCounter() = 0;
    /// Step by step as far as `target`, at most mostCounterSteps; from nothing, too, which may lead
    /// to any value. Says what it holds then. A fault when the sealer has none.
    [[nodiscard]] virtual Sealed<std::uint64_t> advanceCounter(std::uint64_t target) = 0;

    /// Its own; null when private keys cannot reside where it keeps the key-encryption key.
    [[nodiscard]] virtual ResidentKeys* residentKeys() { return nullptr; }
};

} // namespace causeway::store
