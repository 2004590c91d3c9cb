// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/pki.hpp"

#include <array>
#include <ctime>
#include <stdexcept>

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs7.h>

namespace causeway::fakes {

namespace {

void check(int result, const char* what)
{
    if (result < 0)
        throw std::runtime_error(std::string(what) + ": " + gnutls_strerror(result));
}

base::Bytes take(gnutls_datum_t datum)
{
    base::Bytes octets(datum.data, datum.data + datum.size);
    gnutls_free(datum.data);
    return octets;
}

std::string takeText(gnutls_datum_t datum)
{
    return std::string(base::asText(take(datum)));
}

void setNames(gnutls_x509_crt_t certificate, const CertificateWish& wish)
{
    check(gnutls_x509_crt_set_dn_by_oid(certificate,
                                        GNUTLS_OID_X520_COMMON_NAME,
                                        0,
                                        wish.name.data(),
                                        static_cast<unsigned>(wish.name.size())),
          "name");
    if (!wish.isAuthority)
        check(gnutls_x509_crt_set_subject_alt_name(certificate,
                                                   GNUTLS_SAN_DNSNAME,
                                                   wish.name.data(),
                                                   static_cast<unsigned>(wish.name.size()),
                                                   GNUTLS_FSAN_SET),
              "DNS name");
    in_addr address{};
    if (::inet_pton(AF_INET, wish.address.c_str(), &address) == 1)
        check(gnutls_x509_crt_set_subject_alt_name(
                  certificate, GNUTLS_SAN_IPADDRESS, &address, sizeof address, GNUTLS_FSAN_APPEND),
              "address");
}

void setUse(gnutls_x509_crt_t certificate, const CertificateWish& wish)
{
    constexpr std::time_t day = 24L * 3600;
    const std::time_t now = std::time(nullptr);
    check(gnutls_x509_crt_set_activation_time(certificate, now + wish.daysUntilBegin * day),
          "begin");
    check(gnutls_x509_crt_set_expiration_time(certificate, now + wish.daysUntilEnd * day), "end");
    check(gnutls_x509_crt_set_basic_constraints(certificate, wish.isAuthority ? 1 : 0, -1), "CA");
    check(gnutls_x509_crt_set_key_usage(certificate,
                                        wish.isAuthority ? GNUTLS_KEY_KEY_CERT_SIGN
                                                         : GNUTLS_KEY_DIGITAL_SIGNATURE),
          "key usage");
    if (!wish.purpose.empty())
        check(gnutls_x509_crt_set_key_purpose_oid(certificate, wish.purpose.c_str(), 0), "purpose");
}

void addDnsName(gnutls_x509_crt_t certificate, const std::string& name, unsigned flag)
{
    if (!name.empty())
        check(gnutls_x509_crt_set_subject_alt_name(certificate,
                                                   GNUTLS_SAN_DNSNAME,
                                                   name.data(),
                                                   static_cast<unsigned>(name.size()),
                                                   flag),
              "DNS name");
}

/// Its key and whose it is.
void name(gnutls_x509_crt_t certificate, gnutls_x509_crq_t request, const Grant& grant)
{
    if (grant.subject.empty()) {
        check(gnutls_x509_crt_set_crq(certificate, request), "certificate");
    } else {
        gnutls_pubkey_t key = nullptr;
        check(gnutls_pubkey_init(&key), "key");
        check(gnutls_pubkey_import_x509_crq(key, request, 0), "key");
        check(gnutls_x509_crt_set_pubkey(certificate, key), "key");
        gnutls_pubkey_deinit(key);
        check(gnutls_x509_crt_set_dn(certificate, grant.subject.c_str(), nullptr), "subject");
    }
    check(gnutls_x509_crt_set_crq_extensions(certificate, request), "extensions");
    addDnsName(certificate, grant.alternativeName, GNUTLS_FSAN_SET);
    addDnsName(certificate, grant.addedName, GNUTLS_FSAN_APPEND);
}

} // namespace

Identity::Identity(const CertificateWish& wish, const Identity* issuer)
{
    check(gnutls_x509_privkey_init(&key_), "key");
    check(wish.rsaBits > 0 ? gnutls_x509_privkey_generate(key_, GNUTLS_PK_RSA, wish.rsaBits, 0)
                           : gnutls_x509_privkey_generate(
                                 key_, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(wish.curve), 0),
          "generate");
    check(gnutls_x509_crt_init(&certificate_), "certificate");
    check(gnutls_x509_crt_set_version(certificate_, 3), "version");
    std::array<unsigned char, 8> serial{};
    check(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()), "serial");
    serial[0] = 1;
    check(gnutls_x509_crt_set_serial(certificate_, serial.data(), serial.size()), "serial");
    setNames(certificate_, wish);
    setUse(certificate_, wish);
    if (wish.alter)
        wish.alter(certificate_);
    check(gnutls_x509_crt_set_key(certificate_, key_), "key");
    const Identity& signer = issuer == nullptr ? *this : *issuer;
    check(gnutls_x509_crt_sign2(certificate_, signer.certificate_, signer.key_, wish.digest, 0),
          "sign");
}

Identity::~Identity()
{
    gnutls_x509_crt_deinit(certificate_);
    gnutls_x509_privkey_deinit(key_);
}

base::Bytes Identity::certificate() const
{
    gnutls_datum_t octets{};
    check(gnutls_x509_crt_export2(certificate_, GNUTLS_X509_FMT_DER, &octets), "export");
    return take(octets);
}

std::string Identity::certificatePem() const
{
    gnutls_datum_t octets{};
    check(gnutls_x509_crt_export2(certificate_, GNUTLS_X509_FMT_PEM, &octets), "export");
    return takeText(octets);
}

base::Bytes Identity::publicKey() const
{
    gnutls_pubkey_t key = nullptr;
    check(gnutls_pubkey_init(&key), "public key");
    gnutls_datum_t octets{};
    check(gnutls_pubkey_import_x509(key, certificate_, 0), "public key");
    check(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &octets), "public key");
    gnutls_pubkey_deinit(key);
    return take(octets);
}

base::Bytes Identity::privateKey() const
{
    gnutls_datum_t octets{};
    check(gnutls_x509_privkey_export2_pkcs8(
              key_, GNUTLS_X509_FMT_DER, nullptr, GNUTLS_PKCS_PLAIN, &octets),
          "private key");
    return take(octets);
}

base::Bytes Identity::sec1() const
{
    gnutls_datum_t octets{};
    check(gnutls_x509_privkey_export2(key_, GNUTLS_X509_FMT_DER, &octets), "private key");
    return take(octets);
}

base::Bytes Identity::bag(const std::vector<base::Bytes>& certificates)
{
    gnutls_pkcs7_t made = nullptr;
    check(gnutls_pkcs7_init(&made), "PKCS#7");
    for (base::Bytes one : certificates) {
        const gnutls_datum_t der{one.data(), static_cast<unsigned>(one.size())};
        check(gnutls_pkcs7_set_crt_raw(made, &der), "PKCS#7");
    }
    gnutls_datum_t octets{};
    check(gnutls_pkcs7_export2(made, GNUTLS_X509_FMT_DER, &octets), "PKCS#7");
    gnutls_pkcs7_deinit(made);
    return take(octets);
}

base::Bytes Identity::pem(const std::vector<base::Bytes>& certificates)
{
    base::Bytes text;
    for (base::Bytes one : certificates) {
        const gnutls_datum_t der{one.data(), static_cast<unsigned>(one.size())};
        gnutls_datum_t encoded{};
        check(gnutls_pem_base64_encode2("CERTIFICATE", &der, &encoded), "PEM");
        const base::Bytes part = take(encoded);
        text.insert(text.end(), part.begin(), part.end());
    }
    return text;
}

std::string Identity::keyPem() const
{
    gnutls_datum_t octets{};
    check(gnutls_x509_privkey_export2(key_, GNUTLS_X509_FMT_PEM, &octets), "private key");
    return takeText(octets);
}

base::Bytes Identity::sign(const base::Bytes& request, int days) const
{
    Grant wanted;
    wanted.daysUntilBegin = -400;
    wanted.daysUntilEnd = days;
    return grant(request, wanted);
}

base::Bytes Identity::grant(const base::Bytes& request, const Grant& grant) const
{
    base::Bytes copy = request;
    const gnutls_datum_t datum{copy.data(), static_cast<unsigned>(copy.size())};
    gnutls_x509_crq_t question = nullptr;
    gnutls_x509_crt_t answer = nullptr;
    check(gnutls_x509_crq_init(&question), "request");
    check(gnutls_x509_crq_import(question, &datum, GNUTLS_X509_FMT_DER), "request");
    check(gnutls_x509_crq_verify(question, 0), "its signature");
    check(gnutls_x509_crt_init(&answer), "certificate");
    name(answer, question, grant);
    check(gnutls_x509_crt_set_version(answer, 3), "version");
    std::array<unsigned char, 8> serial{};
    check(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()), "serial");
    serial[0] = 1;
    check(gnutls_x509_crt_set_serial(answer, serial.data(), serial.size()), "serial");
    constexpr std::time_t day = 24L * 3600;
    const std::time_t now = std::time(nullptr);
    check(gnutls_x509_crt_set_activation_time(answer, now + grant.daysUntilBegin * day), "begin");
    check(gnutls_x509_crt_set_expiration_time(answer, now + grant.daysUntilEnd * day), "end");
    check(gnutls_x509_crt_sign2(answer, certificate_, key_, GNUTLS_DIG_SHA256, 0), "sign");
    gnutls_datum_t octets{};
    check(gnutls_x509_crt_export2(answer, GNUTLS_X509_FMT_DER, &octets), "export");
    gnutls_x509_crq_deinit(question);
    gnutls_x509_crt_deinit(answer);
    return take(octets);
}

api::KeyPair Identity::keyPair(bool hasCertificate) const
{
    api::KeyPair pair;
    pair.publicKey = publicKey();
    pair.privateKey = base::Secret(privateKey());
    if (hasCertificate)
        pair.certificates = {certificate()};
    pair.mark = {1, 2, 3, 4, 5, 6, 7, 8};
    return pair;
}

} // namespace causeway::fakes
