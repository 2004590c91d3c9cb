// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

/// Certificate requests: PKCS#10 (RFC 2986), DER, signed with ECDSA and SHA-256. Pure but for the
/// signature's random numbers.
namespace causeway::store::certificate_request {

/// The subject is CN=`commonName`.
[[nodiscard]] base::Expected<base::Bytes> first(const base::Secret& privateKey,
                                                std::string_view commonName);

/// Subject and alternative names are those of the first of `certificates`, octet by octet, as
/// RFC 7030 §4.2.2 wants them of a re-enrolment. `publicKey`: SubjectPublicKeyInfo, DER.
[[nodiscard]] base::Expected<base::Bytes>
renewal(const base::Secret& privateKey, base::ByteView publicKey, base::ByteView certificates);

} // namespace causeway::store::certificate_request
