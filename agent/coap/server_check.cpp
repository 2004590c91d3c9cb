// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/server_check.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gnutls/crypto.h>

#include "agent/coap/server_host.hpp"

namespace causeway::coap {

using api::CertificateUsage;
using api::MatchingType;
using base::ErrorKind;
using base::Expected;
using base::Retry;

namespace {

using Chain = std::vector<CertificateHandle>;

// A path of LwM2M has two or three; GnuTLS itself follows sixteen.
constexpr std::size_t mostCertificates = 8;

// The year this program is from (see isClockSet()).
constexpr std::chrono::year releaseYear{2026};

constexpr std::array strongSignatures{
    GNUTLS_SIGN_ECDSA_SHA256,
    GNUTLS_SIGN_ECDSA_SHA384,
    GNUTLS_SIGN_ECDSA_SHA512,
    GNUTLS_SIGN_RSA_SHA256,
    GNUTLS_SIGN_RSA_SHA384,
    GNUTLS_SIGN_RSA_SHA512,
    GNUTLS_SIGN_RSA_PSS_SHA256,
    GNUTLS_SIGN_RSA_PSS_SHA384,
    GNUTLS_SIGN_RSA_PSS_SHA512,
    GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,
    GNUTLS_SIGN_RSA_PSS_RSAE_SHA384,
    GNUTLS_SIGN_RSA_PSS_RSAE_SHA512,
    GNUTLS_SIGN_EDDSA_ED25519,
    GNUTLS_SIGN_EDDSA_ED448,
};

/// What GnuTLS may say of a path, most telling first.
struct StatusRow
{
    unsigned bit;
    std::string_view words;
};

constexpr std::array statusRows{
    StatusRow{GNUTLS_CERT_SIGNATURE_FAILURE, "a signature in its path is wrong"},
    StatusRow{GNUTLS_CERT_INSECURE_ALGORITHM,
              "its path has a signature weaker than SHA-256, or a key that is too short"},
    StatusRow{GNUTLS_CERT_EXPIRED, "a certificate of its path has expired"},
    StatusRow{GNUTLS_CERT_NOT_ACTIVATED, "a certificate of its path is not valid yet"},
    StatusRow{GNUTLS_CERT_SIGNER_NOT_CA, "a certificate of its path is no authority's"},
    StatusRow{GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
              "an authority of its path may not vouch for it"},
    StatusRow{GNUTLS_CERT_PURPOSE_MISMATCH, "it is not made for servers"},
    StatusRow{GNUTLS_CERT_REVOKED, "it is revoked"},
    StatusRow{GNUTLS_CERT_SIGNER_NOT_FOUND,
              "its path does not end in an authority that is trusted"},
};

tl::unexpected<base::Error> refuse(std::string words)
{
    return base::fail(ErrorKind::Refused, std::move(words), Retry::Later);
}

base::Bytes digest(gnutls_digest_algorithm_t algorithm, base::ByteView octets)
{
    base::Bytes hash(gnutls_hash_get_len(algorithm));
    if (gnutls_hash_fast(algorithm, octets.data(), octets.size(), hash.data()) < 0)
        hash.clear(); // equals none that admitIdentity() lets in
    return hash;
}

ServerKeyMark markOf(base::ByteView octets)
{
    ServerKeyMark mark{};
    const base::Bytes hash = digest(GNUTLS_DIG_SHA256, octets);
    std::copy_n(hash.begin(), std::min(hash.size(), mark.size()), mark.begin());
    return mark;
}

/// Null for MatchingType::Exact.
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

bool isPinned(const api::ServerIdentity& identity, base::ByteView octets)
{
    const auto algorithm = hashOf(identity.matchingType);
    if (algorithm != GNUTLS_DIG_NULL)
        return digest(algorithm, octets) == identity.publicKey;
    return std::ranges::equal(octets, identity.publicKey);
}

/// Null for octets that are no certificate.
CertificateHandle import(base::ByteView octets)
{
    gnutls_x509_crt_t certificate = nullptr;
    if (gnutls_x509_crt_init(&certificate) < 0)
        throw std::bad_alloc();
    CertificateHandle handle(certificate);
    // GnuTLS does not write to it.
    const gnutls_datum_t datum{const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
                               static_cast<unsigned>(octets.size())};
    if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) < 0)
        return {};
    return handle;
}

tl::unexpected<base::Error> wrong(std::string words)
{
    return base::fail(ErrorKind::InvalidArgument, std::move(words));
}

/// The header that RFC 5480 gives every uncompressed key on P-256, then its 64 octets.
bool isRawKeyOnP256(base::ByteView octets)
{
    constexpr std::array<std::uint8_t, 27> header{
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
        0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    constexpr std::size_t point = 64;
    return octets.size() == header.size() + point &&
           std::ranges::equal(octets.first(header.size()), header);
}

Expected<Chain> importAll(std::span<const base::ByteView> presented)
{
    if (presented.empty())
        return refuse("the server presented no certificate");
    if (presented.size() > mostCertificates)
        return refuse(
            fmt::format("the server presented more than {} certificates", mostCertificates));
    Chain chain;
    for (const auto& octets : presented) {
        auto certificate = import(octets);
        if (!certificate)
            return refuse("the server presented something that is no X.509 certificate");
        chain.push_back(std::move(certificate));
    }
    return chain;
}

std::string dayOf(std::time_t time)
{
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(time));
}

Expected<void> checkClock(const ServerTerms& terms)
{
    if (isClockSet(terms.now) || terms.toleratesUnsetClock)
        return {};
    return refuse("the gateway's clock is not set, so nobody can say whether the server's "
                  "certificate is valid now; set the clock, or accept that with "
                  "AcceptUnsetClock=yes in [Security] of causeway.conf");
}

/// The server's own certificate; what the path's others say of time, GnuTLS looks at.
Expected<void> checkTime(gnutls_x509_crt_t certificate, const ServerTerms& terms)
{
    if (!isClockSet(terms.now))
        return {};
    const auto now = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(terms.now));
    const std::time_t begin = gnutls_x509_crt_get_activation_time(certificate);
    const std::time_t end = gnutls_x509_crt_get_expiration_time(certificate);
    if (now < begin)
        return refuse(fmt::format("the server's certificate is not valid before {}", dayOf(begin)));
    if (now > end)
        return refuse(fmt::format("the server's certificate has expired on {}", dayOf(end)));
    return {};
}

/// What its own certificate says; nobody else vouches for one that is known itself.
Expected<void> checkPurpose(gnutls_x509_crt_t certificate)
{
    unsigned usage = 0;
    if (gnutls_x509_crt_get_key_usage(certificate, &usage, nullptr) >= 0 &&
        (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0) // RFC 8422 §2: it signs the key exchange
        return refuse("the server's certificate is not made for signatures");
    if (gnutls_x509_crt_check_key_purpose(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0)
        return refuse("the server's certificate is refused: it is not made for servers");
    return {};
}

constexpr unsigned leastBits = 255; // of a curve: TS 1.1 Transport §5.2.8

bool hasStrongSignature(gnutls_x509_crt_t certificate)
{
    const int signature = gnutls_x509_crt_get_signature_algorithm(certificate);
    return std::ranges::find(strongSignatures, signature) != strongSignatures.end();
}

/// As far as curves go; GnuTLS's profile looks at RSA.
bool hasStrongKey(gnutls_x509_crt_t certificate)
{
    unsigned bits = 0;
    const int key = gnutls_x509_crt_get_pk_algorithm(certificate, &bits);
    return key != GNUTLS_PK_ECDSA || bits >= leastBits;
}

/// GnuTLS does not hold it against what the hello offered (RFC 8422 §5.3).
Expected<void> checkCurve(gnutls_x509_crt_t certificate, const ServerTerms& terms)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    if (gnutls_x509_crt_get_pk_ecc_raw(certificate, &curve, nullptr, nullptr) < 0)
        return refuse("the server's certificate has no ECDSA key");
    const bool wasOffered = curve == GNUTLS_ECC_CURVE_SECP256R1 ||
                            (terms.allowsP384 && curve == GNUTLS_ECC_CURVE_SECP384R1);
    if (wasOffered)
        return {};
    const char* const name = gnutls_ecc_curve_get_name(curve);
    return refuse(fmt::format("the server's certificate has a key on {}, and P-256 {} offered",
                              name == nullptr ? "an unknown curve" : name,
                              terms.allowsP384 ? "or P-384 was" : "alone was"));
}

Expected<void> checkStrength(gnutls_x509_crt_t certificate, const ServerTerms& terms)
{
    if (gnutls_x509_crt_get_pk_algorithm(certificate, nullptr) != GNUTLS_PK_ECDSA)
        return refuse("the server's certificate has no ECDSA key");
    if (auto curve = checkCurve(certificate, terms); !curve)
        return curve;
    if (hasStrongSignature(certificate))
        return {};
    const int signature = gnutls_x509_crt_get_signature_algorithm(certificate);
    const char* const name = gnutls_sign_get_name(static_cast<gnutls_sign_algorithm_t>(signature));
    return refuse(fmt::format("the server's certificate is signed with {}, which is weaker than "
                              "SHA-256",
                              name == nullptr ? "an unknown algorithm" : name));
}

/// The zone says which link an address is on, and no certificate can (RFC 4007 §11).
bool hasAddress(gnutls_x509_crt_t certificate, const std::string& zoned)
{
    const std::string literal = zoned.substr(0, zoned.find('%'));
    std::array<unsigned char, sizeof(in6_addr)> octets{};
    unsigned size = 0;
    if (::inet_pton(AF_INET, literal.c_str(), octets.data()) == 1)
        size = sizeof(in_addr);
    else if (::inet_pton(AF_INET6, literal.c_str(), octets.data()) == 1)
        size = sizeof(in6_addr);
    return size > 0 && gnutls_x509_crt_check_ip(certificate, octets.data(), size, 0) != 0;
}

/// RFC 6125; an address counts only where the certificate names it as one.
Expected<void> checkName(gnutls_x509_crt_t certificate, const ServerTerms& terms)
{
    const bool hasOwnName = !terms.identity.serverName.empty();
    const std::string name(
        withoutFinalDot(hasOwnName ? std::string_view(terms.identity.serverName) : terms.host));
    const bool fits = terms.isLiteral && !hasOwnName
                          ? hasAddress(certificate, name)
                          : gnutls_x509_crt_check_hostname(certificate, name.c_str()) != 0;
    if (fits)
        return {};
    return refuse(fmt::format("the server's certificate is not for \"{}\"", name));
}

// Of the path that is being verified: GnuTLS's callback has no place for a pointer.
thread_local bool isPathWeak = false;

/// For each certificate of the path that GnuTLS goes, with its issuer, the authority at its end
/// included: whose own signature says nothing, since it is known itself. GNUTLS_PROFILE_MEDIUM
/// takes SHA-224 and P-224, which are worth 112 bits.
int noteStrength(gnutls_x509_crt_t certificate,
                 gnutls_x509_crt_t issuer,
                 gnutls_x509_crl_t /*list*/,
                 unsigned /*status*/) noexcept
{
    const bool isStrong = hasStrongKey(certificate) && hasStrongSignature(certificate) &&
                          (issuer == nullptr || hasStrongKey(issuer));
    isPathWeak = isPathWeak || !isStrong;
    return 0;
}

Expected<void> checkPath(const Chain& chain, gnutls_x509_trust_list_t trusted, bool isTimed)
{
    std::vector<gnutls_x509_crt_t> path;
    for (const auto& certificate : chain)
        path.push_back(certificate.get());
    std::string purpose = GNUTLS_KP_TLS_WWW_SERVER;
    gnutls_typed_vdata_st server{};
    server.type = GNUTLS_DT_KEY_PURPOSE_OID;
    server.data = reinterpret_cast<unsigned char*>(purpose.data());
    // 112 bits of security, which is RSA-2048: what the leaf's own P-256 is worth, a factorable
    // authority would give away.
    constexpr unsigned profileShift = 24; // GNUTLS_PROFILE_TO_VFLAGS, which casts as C does
    const unsigned flags = (unsigned{GNUTLS_PROFILE_MEDIUM} << profileShift) |
                           (isTimed ? 0U : unsigned{GNUTLS_VERIFY_DISABLE_TIME_CHECKS});
    unsigned status = GNUTLS_CERT_INVALID;
    isPathWeak = false;
    const int result = gnutls_x509_trust_list_verify_crt2(trusted,
                                                          path.data(),
                                                          static_cast<unsigned>(path.size()),
                                                          &server,
                                                          1,
                                                          flags,
                                                          &status,
                                                          noteStrength);
    if (isPathWeak)
        status |= GNUTLS_CERT_INSECURE_ALGORITHM;
    if (result >= 0 && status == 0)
        return {};
    const auto* const row = std::ranges::find_if(
        statusRows, [&](const StatusRow& entry) { return (status & entry.bit) != 0; });
    return refuse(fmt::format("the server's certificate is refused: {}",
                              row == statusRows.end() ? "it could not be verified" : row->words));
}

/// The authority that resource 4 names: itself when it is there whole, else by its hash among what
/// was presented and whom the gateway trusts.
CertificateHandle findAuthority(std::span<const base::ByteView> presented,
                                const Chain& chain,
                                const ServerTerms& terms)
{
    const auto& identity = terms.identity;
    if (identity.matchingType == MatchingType::Exact)
        return import(identity.publicKey);
    const auto found = std::ranges::find_if(
        presented, [&](base::ByteView octets) { return isPinned(identity, octets); });
    if (found != presented.end())
        return import(*found);
    if (identity.certificateUsage != CertificateUsage::CaConstraint)
        return {};
    const auto trusted = terms.trust.list();
    gnutls_x509_crt_t root = nullptr;
    if (!trusted || gnutls_x509_trust_list_get_issuer(
                        *trusted, chain.back().get(), &root, GNUTLS_TL_GET_COPY) < 0)
        return {};
    const CertificateHandle owned(root);
    gnutls_datum_t octets{};
    if (gnutls_x509_crt_export2(root, GNUTLS_X509_FMT_DER, &octets) < 0)
        return {};
    const base::Bytes copy(octets.data, octets.data + octets.size);
    gnutls_free(octets.data);
    return isPinned(identity, copy) ? import(copy) : CertificateHandle();
}

/// The path must end in the authority that the account knows.
Expected<void> checkAuthority(std::span<const base::ByteView> presented,
                              const Chain& chain,
                              const ServerTerms& terms)
{
    const CertificateHandle authority = findAuthority(presented, chain, terms);
    if (!authority)
        return refuse("the certificate authority of this account is not in the path of the "
                      "server's certificate");
    TrustStore only;
    only.trust(authority);
    return checkPath(chain, only.list(), isClockSet(terms.now));
}

/// And in one that the gateway trusts.
Expected<void> checkGatewayTrust(const Chain& chain, const ServerTerms& terms)
{
    const auto trusted = terms.trust.list();
    if (!trusted)
        return refuse(trusted.error().message);
    return checkPath(chain, *trusted, isClockSet(terms.now));
}

Expected<void>
checkUsage(std::span<const base::ByteView> presented, const Chain& chain, const ServerTerms& terms)
{
    const auto usage = terms.identity.certificateUsage;
    const bool isOwn = isPinned(terms.identity, presented.front());
    const bool wantsOwn =
        usage == CertificateUsage::ServiceCertificate || usage == CertificateUsage::DomainIssued;
    if (wantsOwn && !isOwn)
        return refuse(fmt::format("the server's certificate is not the one of this account: it "
                                  "presented one with SHA-256 {}…",
                                  base::toHex(markOf(presented.front()))));
    if (!wantsOwn) {
        if (auto path = checkAuthority(presented, chain, terms); !path)
            return path;
    }
    const bool needsGatewayTrust =
        usage == CertificateUsage::CaConstraint || usage == CertificateUsage::ServiceCertificate;
    if (needsGatewayTrust) {
        if (auto path = checkGatewayTrust(chain, terms); !path)
            return path;
    }
    // TS 1.1 Transport §5.2.8.7: a certificate that is known itself has no name to compare.
    return isOwn ? Expected<void>() : checkName(chain.front().get(), terms);
}

Expected<void> checkCertificate(std::span<const base::ByteView> presented, const ServerTerms& terms)
{
    const auto chain = importAll(presented);
    if (!chain)
        return base::fail(chain.error());
    if (auto strength = checkStrength(chain->front().get(), terms); !strength)
        return strength;
    if (auto purpose = checkPurpose(chain->front().get()); !purpose)
        return purpose;
    if (auto clock = checkClock(terms); !clock)
        return clock;
    if (auto time = checkTime(chain->front().get(), terms); !time)
        return time;
    return checkUsage(presented, *chain, terms);
}

Expected<void> checkRawKey(std::span<const base::ByteView> presented, const ServerTerms& terms)
{
    if (presented.size() != 1)
        return refuse("the server presented no raw public key");
    if (isPinned(terms.identity, presented.front()))
        return isRawKeyOnP256(presented.front())
                   ? Expected<void>()
                   : refuse("the server's public key is not on P-256, which alone was offered");
    return refuse(fmt::format("the server's public key is not the one of this account: it "
                              "presented one with SHA-256 {}…",
                              base::toHex(markOf(presented.front()))));
}

} // namespace

bool isClockSet(base::WallTime now)
{
    return now >= base::WallTime(std::chrono::sys_days(releaseYear / 1 / 1));
}

Expected<void> admitIdentity(api::SecurityMode mode, const api::ServerIdentity& identity)
{
    const bool isRawKey = mode == api::SecurityMode::RawPublicKey;
    if (identity.publicKey.empty())
        return wrong(isRawKey ? "security mode rpk needs the server's public key"
                              : "security mode certificate needs the server's certificate or that "
                                "of its authority");
    if (const auto algorithm = hashOf(identity.matchingType); algorithm != GNUTLS_DIG_NULL) {
        if (identity.publicKey.size() != gnutls_hash_get_len(algorithm))
            return wrong(fmt::format("a hash of this matching type has {} octets",
                                     gnutls_hash_get_len(algorithm)));
    } else if (isRawKey && !isRawKeyOnP256(identity.publicKey)) {
        return wrong("the server's public key is no SubjectPublicKeyInfo of an ECDSA key on P-256");
    } else if (!isRawKey && !import(identity.publicKey)) {
        return wrong("the server's certificate is no X.509 certificate in DER");
    }
    return admitServerName(identity.serverName);
}

Expected<ServerKeyMark> checkServer(std::span<const base::ByteView> presented,
                                    const ServerTerms& terms)
{
    const auto checked = terms.mode == api::SecurityMode::RawPublicKey
                             ? checkRawKey(presented, terms)
                             : checkCertificate(presented, terms);
    if (!checked)
        return base::fail(checked.error());
    return markOf(presented.front());
}

Expected<ServerKeyMark> checkStranger(std::span<const base::ByteView> presented,
                                      const ServerTerms& terms)
{
    const auto chain = importAll(presented);
    if (!chain)
        return base::fail(chain.error());
    const gnutls_x509_crt_t own = chain->front().get();
    for (const auto& checked : {checkClock(terms),
                                checkTime(own, terms),
                                checkGatewayTrust(*chain, terms),
                                checkName(own, terms)}) {
        if (!checked)
            return base::fail(checked.error());
    }
    return markOf(presented.front());
}

} // namespace causeway::coap
