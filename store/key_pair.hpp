// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"

/// ECDSA key pairs on P-256 and their certificates: with certificate_request, the only place of the
/// store that sees X.509. Pure but for the random numbers of generate(). Errors are InvalidArgument
/// with the reason and never show a key.
namespace causeway::store::key_pair {

struct Keys
{
    base::Bytes publicKey;   ///< SubjectPublicKeyInfo, DER
    base::Secret privateKey; ///< unencrypted PKCS#8, DER
};

[[nodiscard]] base::Expected<Keys> generate();

/// SubjectPublicKeyInfo, DER, of the key at this point of the curve, its numbers most significant
/// octet first.
[[nodiscard]] base::Expected<base::Bytes> publicKeyAt(base::ByteView x, base::ByteView y);

/// ECDSA-Sig-Value, DER (RFC 3279 §2.2.3), of a SHA-256 by a private key in PKCS#8.
[[nodiscard]] base::Expected<base::Bytes> sign(const base::Secret& privateKey,
                                               base::ByteView digest);
/// The same of the two numbers of a signature made elsewhere.
[[nodiscard]] base::Expected<base::Bytes> signatureOf(base::ByteView r, base::ByteView s);
[[nodiscard]] bool
verify(base::ByteView publicKey, base::ByteView digest, base::ByteView signature);

/// A private key from outside: PKCS#8 (RFC 5958) or SEC 1 (RFC 5915), DER or PEM, not encrypted.
[[nodiscard]] base::Expected<Keys> read(base::ByteView octets);

/// What stands in the first certificate of a chain.
struct CertificateFacts
{
    base::Bytes publicKey;          ///< SubjectPublicKeyInfo, DER
    std::string subject;            ///< RFC 4514
    std::vector<base::Bytes> names; ///< alternative ones (RFC 5280 §4.2.1.6), DER, sorted
    base::WallTime beginsAt{};
    base::WallTime expiresAt{}; ///< the last second that WallTime knows at most
};

/// X.509 certificates, their own first, from PEM or DER one after the other, or a PKCS#7 bag of
/// them in any order: at most mostCertificates, each signed with SHA-256 or better. Gives them as
/// DER, one after the other.
[[nodiscard]] base::Expected<base::Bytes> readCertificates(base::ByteView octets);

/// Whether this is one certificate whose issuer is not there.
[[nodiscard]] bool isAlone(base::ByteView certificates);

/// One certificate, and those that an authority calls its own (a PKCS#7 bag): gives it with the
/// ones between it and the root behind it, as DER. Unchanged when they cannot be read.
[[nodiscard]] base::Bytes withIssuers(base::ByteView certificate, base::ByteView authorities);

/// Of what readCertificates() gave.
[[nodiscard]] base::Expected<CertificateFacts> describe(base::ByteView certificates);
/// Whether this SubjectPublicKeyInfo or certificate, DER, is of that SubjectPublicKeyInfo.
[[nodiscard]] bool isOf(base::ByteView keyOrCertificate, base::ByteView publicKey);
[[nodiscard]] std::vector<base::Bytes> split(base::ByteView certificates);

/// A device's, its authority's and two between them.
inline constexpr std::size_t mostCertificates = 4;
/// Of a private key or a chain that comes in; P-256 chains of four have some 4 KiB as PEM.
inline constexpr std::size_t mostOctets = 16UL * 1024;

} // namespace causeway::store::key_pair
