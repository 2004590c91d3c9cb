// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

/// Certificate requests: PKCS#10 (RFC 2986), DER, signed with ECDSA and SHA-256.
namespace causeway::store::certificate_request {

struct Wish
{
    base::Bytes publicKey;  ///< SubjectPublicKeyInfo, DER
    std::string commonName; ///< of the subject, and all of it; not looked at in a renewal
    /// A renewal's: subject and alternative names are those of the first of them, octet by octet,
    /// as RFC 7030 §4.2.2 wants them of a re-enrolment. Else empty.
    base::Bytes certificates;
};

/// Gives the ECDSA-Sig-Value of a SHA-256, by the private key that goes with the public one.
using SignDigest = std::function<base::Expected<base::Bytes>(base::ByteView digest)>;

[[nodiscard]] base::Expected<base::Bytes> compose(const Wish& wish, const SignDigest& sign);

} // namespace causeway::store::certificate_request
