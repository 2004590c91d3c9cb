// SPDX-License-Identifier: Apache-2.0
#include "store/certificate_request.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>

#include <fmt/format.h>

#include "store/key_pair.hpp"
#include "store/x509_handles.hpp"

namespace causeway::store::certificate_request {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;
using x509::borrow;
using x509::make;
using x509::Output;

namespace {

// Tags of DER (X.690 §8).
constexpr std::uint8_t bitString = 0x03;
constexpr std::uint8_t octetString = 0x04;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t set = 0x31;
constexpr std::uint8_t attributes = 0xA0; // [0] of CertificationRequestInfo

// Whole elements.
constexpr std::array<std::uint8_t, 3> version1{0x02, 0x01, 0x00};
constexpr std::array<std::uint8_t, 3> isTrue{0x01, 0x01, 0xFF};
// ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758 §3.2).
constexpr std::array<std::uint8_t, 10> ecdsaWithSha256{
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
// extensionRequest, 1.2.840.113549.1.9.14 (RFC 2985 §5.4.2).
constexpr std::array<std::uint8_t, 11> extensionRequest{
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0E};
// subjectAltName, 2.5.29.17 (RFC 5280 §4.2.1.6).
constexpr std::array<std::uint8_t, 5> subjectAltName{0x06, 0x03, 0x55, 0x1D, 0x11};
constexpr auto subjectAltNameText = "2.5.29.17";

tl::unexpected<base::Error> failed(int result)
{
    return fail(ErrorKind::Internal,
                fmt::format("no certificate request could be made: {}", gnutls_strerror(result)));
}

/// One element of DER around others.
Bytes element(std::uint8_t tag, std::initializer_list<ByteView> parts)
{
    constexpr std::size_t longForm = 0x80;
    std::size_t size = 0;
    for (const auto part : parts)
        size += part.size();
    Bytes octets{tag};
    if (size < longForm) {
        octets.push_back(static_cast<std::uint8_t>(size));
    } else {
        Bytes digits;
        for (std::size_t rest = size; rest > 0; rest >>= 8U)
            digits.insert(digits.begin(), static_cast<std::uint8_t>(rest));
        octets.push_back(static_cast<std::uint8_t>(longForm + digits.size()));
        octets.insert(octets.end(), digits.begin(), digits.end());
    }
    for (const auto part : parts)
        octets.insert(octets.end(), part.begin(), part.end());
    return octets;
}

/// Asks for the same alternative names; without any for nothing.
Bytes attributesFor(gnutls_x509_crt_t certificate)
{
    Output names;
    unsigned isCritical = 0;
    if (gnutls_x509_crt_get_extension_by_oid2(
            certificate, subjectAltNameText, 0, &names.datum, &isCritical) < 0)
        return element(attributes, {});
    const ByteView critical = isCritical != 0 ? ByteView(isTrue) : ByteView();
    const auto value = element(octetString, {names.view()});
    const auto extension = element(sequence, {subjectAltName, critical, value});
    const auto extensions = element(sequence, {extension});
    const auto values = element(set, {extensions});
    const auto attribute = element(sequence, {extensionRequest, values});
    return element(attributes, {attribute});
}

Expected<Bytes> sign(const base::Secret& privateKey, ByteView information)
{
    const auto key = make(gnutls_privkey_init);
    const gnutls_datum_t keyDatum = borrow(privateKey.view());
    const gnutls_datum_t datum = borrow(information);
    Output signature;
    int result =
        gnutls_privkey_import_x509_raw(key.get(), &keyDatum, GNUTLS_X509_FMT_DER, nullptr, 0);
    if (result >= 0)
        result = gnutls_privkey_sign_data2(
            key.get(), GNUTLS_SIGN_ECDSA_SHA256, 0, &datum, &signature.datum);
    if (result < 0)
        return failed(result);
    const std::uint8_t noUnusedBits = 0;
    const auto algorithm = element(sequence, {ecdsaWithSha256});
    const auto bits = element(bitString, {ByteView(&noUnusedBits, 1), signature.view()});
    return element(sequence, {information, algorithm, bits});
}

} // namespace

Expected<Bytes> first(const base::Secret& privateKey, std::string_view commonName)
{
    const auto key = make(gnutls_privkey_init);
    const auto publicHalf = make(gnutls_pubkey_init);
    const auto made = make(gnutls_x509_crq_init);
    const gnutls_datum_t datum = borrow(privateKey.view());
    int result = gnutls_privkey_import_x509_raw(key.get(), &datum, GNUTLS_X509_FMT_DER, nullptr, 0);
    if (result >= 0)
        result = gnutls_pubkey_import_privkey(publicHalf.get(), key.get(), 0, 0);
    if (result >= 0)
        result = gnutls_x509_crq_set_version(made.get(), 1);
    if (result >= 0)
        result = gnutls_x509_crq_set_dn_by_oid(made.get(),
                                               GNUTLS_OID_X520_COMMON_NAME,
                                               0,
                                               commonName.data(),
                                               static_cast<unsigned>(commonName.size()));
    if (result >= 0)
        result = gnutls_x509_crq_set_pubkey(made.get(), publicHalf.get());
    if (result >= 0)
        result = gnutls_x509_crq_privkey_sign(made.get(), key.get(), GNUTLS_DIG_SHA256, 0);
    Output octets;
    if (result >= 0)
        result = gnutls_x509_crq_export2(made.get(), GNUTLS_X509_FMT_DER, &octets.datum);
    if (result < 0)
        return failed(result);
    return Bytes(octets.view().begin(), octets.view().end());
}

Expected<Bytes> renewal(const base::Secret& privateKey, ByteView publicKey, ByteView certificates)
{
    const auto chain = key_pair::split(certificates);
    if (chain.empty())
        return fail(ErrorKind::InvalidArgument, "there is no certificate to renew");
    const auto certificate = make(gnutls_x509_crt_init);
    const gnutls_datum_t datum = borrow(chain.front());
    Output subject;
    int result = gnutls_x509_crt_import(certificate.get(), &datum, GNUTLS_X509_FMT_DER);
    if (result >= 0)
        result = gnutls_x509_crt_get_raw_dn(certificate.get(), &subject.datum);
    if (result < 0)
        return failed(result);
    const auto wanted = attributesFor(certificate.get());
    return sign(privateKey, element(sequence, {version1, subject.view(), publicKey, wanted}));
}

} // namespace causeway::store::certificate_request
