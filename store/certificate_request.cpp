// SPDX-License-Identifier: Apache-2.0
#include "store/certificate_request.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>

#include <fmt/format.h>
#include <gnutls/crypto.h>

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
constexpr std::uint8_t utf8String = 0x0C;
constexpr std::uint8_t printableString = 0x13;
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
// commonName, 2.5.4.3 (RFC 5280 §A.1).
constexpr std::array<std::uint8_t, 5> commonNameType{0x06, 0x03, 0x55, 0x04, 0x03};
// X.680 §41.4.
constexpr std::string_view printableCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";

constexpr std::size_t digestSize = 32; // SHA-256

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

/// CN=`commonName`, alone.
Bytes subjectOf(std::string_view commonName)
{
    const bool isPrintable =
        commonName.find_first_not_of(printableCharacters) == std::string_view::npos;
    const auto text =
        element(isPrintable ? printableString : utf8String, {base::asBytes(commonName)});
    const auto attribute = element(sequence, {commonNameType, text});
    const auto relativeName = element(set, {attribute});
    return element(sequence, {relativeName});
}

/// What is signed: CertificationRequestInfo.
Expected<Bytes> informationFor(const Wish& wish)
{
    if (wish.certificates.empty()) {
        const auto none = element(attributes, {});
        const auto subject = subjectOf(wish.commonName);
        return element(sequence, {version1, subject, wish.publicKey, none});
    }
    const auto chain = key_pair::split(wish.certificates);
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
    return element(sequence, {version1, subject.view(), wish.publicKey, wanted});
}

} // namespace

Expected<Bytes> compose(const Wish& wish, const SignDigest& sign)
{
    auto information = informationFor(wish);
    if (!information)
        return information;
    std::array<std::uint8_t, digestSize> digest{};
    if (const int result = gnutls_hash_fast(
            GNUTLS_DIG_SHA256, information->data(), information->size(), digest.data());
        result < 0)
        return failed(result);
    auto signature = sign(digest);
    if (!signature)
        return signature;
    const std::uint8_t noUnusedBits = 0;
    const auto algorithm = element(sequence, {ecdsaWithSha256});
    const auto bits = element(bitString, {ByteView(&noUnusedBits, 1), *signature});
    return element(sequence, {*information, algorithm, bits});
}

} // namespace causeway::store::certificate_request
