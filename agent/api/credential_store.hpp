// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// One device's credential for one server account.
struct CredentialId
{
    std::string device;
    std::string server;
    // clang-tidy 14 takes the 0 that this compares with for a pointer.
    auto operator<=>(const CredentialId&) const = default; // NOLINT(modernize-use-nullptr)
};

/// The first octets of CredentialFacts::fingerprint: tells which credential something belongs to.
using CredentialMark = std::array<std::uint8_t, 8>;

/// A pre-shared key and the identity it goes by (LwM2M Security Object resources 3 and 5).
struct PskCredential
{
    base::Bytes identity;  ///< 1 to 128 octets, never NUL among them
    base::Secret key;      ///< 16 to 64 octets
    CredentialMark mark{}; ///< as fetch() gives it; store() does not look at it
};

/// Where a private key is: wrapped in the store, or made by the TPM and known to nobody else.
enum class KeyResidence : std::uint8_t { Store, Tpm };

/// "store", "tpm": the words D-Bus uses.
[[nodiscard]] constexpr std::string_view toString(KeyResidence residence)
{
    return residence == KeyResidence::Tpm ? "tpm" : "store";
}

/// An ECDSA key pair on P-256 (the same resources in the modes RawPublicKey and Certificate). There
/// is no call that lets the private key out but fetch(), for the handshake.
struct KeyPair
{
    base::Bytes publicKey;                 ///< SubjectPublicKeyInfo, DER (RFC 7250 §3)
    base::Secret privateKey;               ///< unencrypted PKCS#8, DER (RFC 5958); none in the TPM
    std::vector<base::Bytes> certificates; ///< X.509, DER, its own first; empty until one is set
    CredentialMark mark{};                 ///< as fetch() gives it
    KeyResidence residence = KeyResidence::Store;
};

using Credential = std::variant<PskCredential, KeyPair>;

/// What may be shown of a credential.
struct CredentialFacts
{
    std::string identity; ///< PSK: as text; not a secret, it crosses the network in clear
    std::string
        fingerprint; ///< keyed, 16 hex digits: equal keys give equal ones on this gateway only
    bool isExportable = false;               ///< generated here and not yet exported
    base::Bytes publicKey;                   ///< key pair: SubjectPublicKeyInfo, DER
    std::string subject;                     ///< of the certificate; empty when there is none
    std::optional<base::WallTime> expiresAt; ///< the certificate
    KeyResidence residence = KeyResidence::Store;
};

/// When a kept certificate ends.
struct CertificateTerm
{
    CredentialId id;
    base::WallTime expiresAt{};
};

/// What a private key in the TPM is to sign.
struct SignatureOrder
{
    CredentialId id;
    CredentialMark mark{};
    base::Bytes digest;               ///< SHA-256
    std::weak_ptr<const char> wanted; ///< once expired, it is not begun, and `done` not called
};

/// Keeps secrets wrapped; implemented by store::SealedStore. Called on the main thread; callbacks
/// come there too, later, never from inside the call. Fails with Locked while the key store is
/// locked, StorageFailed when the disk does, Corrupt when a record does not authenticate.
class CredentialStore
{
public:
    virtual ~CredentialStore() = default;

    using FetchDone = base::UniqueFunction<void(base::Expected<Credential>)>;
    using StoreDone = base::UniqueFunction<void(base::Expected<CredentialFacts>)>;
    using ExportDone = base::UniqueFunction<void(base::Expected<PskCredential>)>;
    using BytesDone = base::UniqueFunction<void(base::Expected<base::Bytes>)>;
    using ListDone = base::UniqueFunction<void(base::Expected<std::vector<CertificateTerm>>)>;
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    virtual void fetch(const CredentialId& id, FetchDone done) = 0;

    /// Replaces what was there. Refuses, with the reason: short, long, low-entropy or repeated
    /// keys, one that another device or account has, one that equals a name or the identity; a
    /// private key that is not on P-256. Of a KeyPair only the private key is read, which may be
    /// PKCS#8 or SEC 1 (RFC 5915), DER or PEM.
    virtual void store(const CredentialId& id, Credential credential, StoreDone done) = 0;

    /// Makes a 32-octet key, which may then be exported once.
    virtual void generate(const CredentialId& id, base::Bytes identity, StoreDone done) = 0;

    /// Makes a key pair, which stays here; replaces what was there. In the TPM only where that
    /// keeps the store's key, else Refused.
    virtual void
    generateKeyPair(const CredentialId& id, KeyResidence residence, StoreDone done) = 0;

    /// ECDSA-Sig-Value (RFC 3279 §2.2.3) by a private key in the TPM, which may take long, or be
    /// Refused with what is wrong with the TPM. Cancelled when the credential is not the one of
    /// that mark any more. When the TPM does not answer, all fail that wait for it.
    virtual void sign(SignatureOrder order, BytesDone done) = 0;

    /// PKCS#10, DER, for the key pair; the subject's common name is the device's endpoint name.
    virtual void requestCertificate(const CredentialId& id, BytesDone done) = 0;

    /// X.509, DER or a PEM chain with its own first. Refused when it is for another key.
    virtual void
    setCertificate(const CredentialId& id, base::Bytes certificates, StoreDone done) = 0;

    /// Every certificate that is kept.
    virtual void listCertificates(ListDone done) = 0;

    /// Once per generated PSK; Refused the second time, and for keys that came from outside.
    virtual void exportOnce(const CredentialId& id, ExportDone done) = 0;

    virtual void describe(const CredentialId& id, StoreDone done) = 0;
    virtual void remove(const CredentialId& id, Done done) = 0;
};

} // namespace causeway::api
