// SPDX-License-Identifier: Apache-2.0
#include "store/server_pin.hpp"

#include <algorithm>
#include <vector>

#include <gnutls/crypto.h>

#include "store/key_pair.hpp"

namespace causeway::store {

namespace {

using api::MatchingType;
using base::Bytes;
using base::ByteView;

gnutls_digest_algorithm_t hashOf(MatchingType type)
{
    switch (type) {
    case MatchingType::Sha256:
        return GNUTLS_DIG_SHA256;
    case MatchingType::Sha384:
        return GNUTLS_DIG_SHA384;
    case MatchingType::Sha512:
        return GNUTLS_DIG_SHA512;
    case MatchingType::Exact:
        break;
    }
    return GNUTLS_DIG_NULL;
}

/// What a pin of this type has of the octets.
Bytes matched(MatchingType type, ByteView octets)
{
    const auto algorithm = hashOf(type);
    if (algorithm == GNUTLS_DIG_NULL)
        return {octets.begin(), octets.end()};
    Bytes hash(gnutls_hash_get_len(algorithm));
    if (gnutls_hash_fast(algorithm, octets.data(), octets.size(), hash.data()) < 0)
        hash.clear();
    return hash;
}

bool isMatched(const api::ServerIdentity& identity, ByteView octets)
{
    return !octets.empty() && matched(identity.matchingType, octets) == identity.publicKey;
}

/// A certificate has its key in it, octet by octet: most are told apart without reading them.
bool isCertificateOf(ByteView certificate, ByteView publicKey)
{
    const auto found =
        std::search(certificate.begin(), certificate.end(), publicKey.begin(), publicKey.end());
    return found != certificate.end() && key_pair::isOf(certificate, publicKey);
}

} // namespace

bool isPinned(const ServerPin& pin, ByteView publicKey, ByteView certificate)
{
    const bool isExact = pin.identity.matchingType == MatchingType::Exact;
    return isMatched(pin.identity, publicKey) || isMatched(pin.identity, certificate) ||
           (isExact && isCertificateOf(pin.identity.publicKey, publicKey));
}

bool isOfServer(const ServerPin& pin)
{
    using api::CertificateUsage;
    const auto usage = pin.identity.certificateUsage;
    return pin.mode == api::SecurityMode::RawPublicKey || usage == CertificateUsage::DomainIssued ||
           usage == CertificateUsage::ServiceCertificate;
}

bool isSameKey(const ServerPin& one, const ServerPin& other)
{
    if (one.identity.matchingType != MatchingType::Exact)
        return other.identity.matchingType == MatchingType::Exact
                   ? isSameKey(other, one)
                   : one.identity.matchingType == other.identity.matchingType &&
                         one.identity.publicKey == other.identity.publicKey;
    const Bytes& octets = one.identity.publicKey;
    if (isPinned(other, octets, {}))
        return true;
    const auto certificate = key_pair::describe(octets);
    return certificate && isPinned(other, certificate->publicKey, octets);
}

} // namespace causeway::store
