// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "agent/api/credential_store.hpp"
#include "agent/base/bytes.hpp"

namespace causeway::fakes {

/// What a test wants of a certificate.
struct CertificateWish
{
    std::string name = "localhost"; ///< common name, and DNS name unless an authority's
    std::string address;            ///< an IPv4 address it is for
    int daysUntilBegin = -2;
    int daysUntilEnd = 2;
    gnutls_digest_algorithm_t digest = GNUTLS_DIG_SHA256;
    bool isAuthority = false;
    std::string purpose;  ///< the one extended key usage; empty: none is said
    unsigned rsaBits = 0; ///< 0: an elliptic curve
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_SECP256R1;
    /// What else is to be in it, before it is signed.
    std::function<void(gnutls_x509_crt_t)> alter{};
};

/// What an authority makes of a request.
struct Grant
{
    int daysUntilBegin = -1;
    int daysUntilEnd = 90;
    std::string subject;         ///< RFC 4514; empty: as requested
    std::string alternativeName; ///< a DNS name; empty: what was requested
    std::string addedName;       ///< another DNS name beside them; empty: none
};

/// A fresh key with a certificate of its own or another's signing.
class Identity
{
public:
    explicit Identity(const CertificateWish& wish = {}, const Identity* issuer = nullptr);
    ~Identity();
    Identity(const Identity&) = delete;
    Identity& operator=(const Identity&) = delete;

    [[nodiscard]] base::Bytes certificate() const; ///< DER
    [[nodiscard]] base::Bytes publicKey() const;   ///< SubjectPublicKeyInfo
    [[nodiscard]] base::Bytes privateKey() const;  ///< PKCS#8, DER
    [[nodiscard]] base::Bytes sec1() const;        ///< the private key, DER (RFC 5915)
    [[nodiscard]] std::string certificatePem() const;
    /// Of certificates in DER.
    [[nodiscard]] static base::Bytes pem(const std::vector<base::Bytes>& certificates);
    /// PKCS#7 with these certificates, in DER, and nothing else.
    [[nodiscard]] static base::Bytes bag(const std::vector<base::Bytes>& certificates);
    [[nodiscard]] std::string keyPem() const;

    /// As an authority: a certificate for who made this PKCS#10 request, DER, for `days` days.
    [[nodiscard]] base::Bytes sign(const base::Bytes& request, int days = 2) const;
    [[nodiscard]] base::Bytes grant(const base::Bytes& request, const Grant& grant = {}) const;

    /// What a device has, with its certificate or without.
    [[nodiscard]] api::KeyPair keyPair(bool hasCertificate) const;

private:
    gnutls_x509_privkey_t key_ = nullptr;
    gnutls_x509_crt_t certificate_ = nullptr;
};

inline CertificateWish authorityWish(const std::string& name = "A test's authority")
{
    CertificateWish wish;
    wish.name = name;
    wish.isAuthority = true;
    return wish;
}

} // namespace causeway::fakes
