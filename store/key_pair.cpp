// SPDX-License-Identifier: Apache-2.0
#include "store/key_pair.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include <fmt/format.h>
#include <gnutls/crypto.h>

#include "store/x509_handles.hpp"

namespace causeway::store::key_pair {

using base::ErrorKind;
using base::Expected;
using base::fail;
using x509::borrow;
using x509::make;
using x509::Output;
using x509::Owned;

namespace {

bool isPem(base::ByteView octets)
{
    return base::asText(octets).find("-----BEGIN ") != std::string_view::npos;
}

tl::unexpected<base::Error> bad(std::string message)
{
    return fail(ErrorKind::InvalidArgument, std::move(message));
}

tl::unexpected<base::Error> failed(std::string_view what, int result)
{
    return fail(ErrorKind::Internal, fmt::format("{}: {}", what, gnutls_strerror(result)));
}

Expected<base::Bytes> publicKeyOf(gnutls_pubkey_t key)
{
    Output octets;
    if (const int result = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &octets.datum);
        result < 0)
        return failed("the public key cannot be written", result);
    return base::Bytes(octets.view().begin(), octets.view().end());
}

Expected<void> checkCurve(gnutls_pubkey_t key)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    const bool isEcdsa = gnutls_pubkey_get_pk_algorithm(key, nullptr) == GNUTLS_PK_ECDSA;
    Output x;
    Output y;
    if (!isEcdsa || gnutls_pubkey_export_ecc_raw2(key, &curve, &x.datum, &y.datum, 0) < 0 ||
        curve != GNUTLS_ECC_CURVE_SECP256R1)
        return bad("the key is not one for ECDSA on the curve P-256 (secp256r1)");
    return {};
}

/// Of a private key that GnuTLS has read or made.
Expected<Keys> keysOf(gnutls_x509_privkey_t key)
{
    const auto abstract = make(gnutls_privkey_init);
    const auto publicHalf = make(gnutls_pubkey_init);
    int result = gnutls_privkey_import_x509(abstract.get(), key, 0);
    if (result >= 0)
        result = gnutls_pubkey_import_privkey(publicHalf.get(), abstract.get(), 0, 0);
    if (result < 0)
        return failed("the public half of the key cannot be had", result);
    if (auto curve = checkCurve(publicHalf.get()); !curve)
        return fail(curve.error());
    auto publicKey = publicKeyOf(publicHalf.get());
    if (!publicKey)
        return fail(publicKey.error());
    Output octets;
    result = gnutls_x509_privkey_export2_pkcs8(
        key, GNUTLS_X509_FMT_DER, nullptr, GNUTLS_PKCS_PLAIN, &octets.datum);
    if (result < 0)
        return failed("the private key cannot be written", result);
    return Keys{std::move(*publicKey), base::Secret(octets.view())};
}

constexpr std::array strongSignatures{GNUTLS_SIGN_ECDSA_SHA256,
                                      GNUTLS_SIGN_ECDSA_SHA384,
                                      GNUTLS_SIGN_ECDSA_SHA512,
                                      GNUTLS_SIGN_RSA_SHA256,
                                      GNUTLS_SIGN_RSA_SHA384,
                                      GNUTLS_SIGN_RSA_SHA512};

Expected<base::Bytes> derOf(gnutls_x509_crt_t certificate)
{
    const int signature = gnutls_x509_crt_get_signature_algorithm(certificate);
    if (std::ranges::find(strongSignatures, signature) == strongSignatures.end())
        return bad("a certificate is signed with something else than ECDSA or RSA with SHA-256, "
                   "SHA-384 or SHA-512");
    Output octets;
    if (const int result = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &octets.datum);
        result < 0)
        return failed("the certificate cannot be written", result);
    return base::Bytes(octets.view().begin(), octets.view().end());
}

// What GnuTLS gives for a time that it cannot read.
constexpr auto noTime = static_cast<std::time_t>(-1);

constexpr auto subjectAltName = "2.5.29.17";

/// A certificate may end in the year 9999, or never (RFC 5280 §4.1.2.5), WallTime in 2262. One that
/// begins before 1970 has no time that GnuTLS could read.
base::WallTime wallTimeOf(std::time_t time)
{
    using std::chrono::seconds;
    if (time == noTime)
        return {};
    constexpr auto last = std::chrono::floor<seconds>(base::WallTime::max().time_since_epoch());
    if (time == GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION)
        return base::WallTime(last);
    return base::WallTime(std::min(seconds(time), last));
}

using Certificates = std::vector<Owned<gnutls_x509_crt_t>>;

tl::unexpected<base::Error> tooMany()
{
    return bad(fmt::format("a chain has at most {} certificates", mostCertificates));
}

/// Of an authority: its own, those between it and its root, and all of them of the key before.
constexpr int mostAuthorities = 16;

/// A bag has no order (RFC 5652 §10.2.3): the one that vouches for none of the others comes first,
/// then who vouches for it, and so on. What is not of this path is left out.
Certificates inOrder(Certificates bag)
{
    const auto vouches = [](const auto& issuer, const auto& other) {
        return issuer != other && gnutls_x509_crt_check_issuer(other.get(), issuer.get()) != 0;
    };
    auto next = std::ranges::find_if(bag, [&](const auto& one) {
        return std::ranges::none_of(bag, [&](const auto& other) { return vouches(one, other); });
    });
    Certificates chain;
    while (next != bag.end()) {
        chain.push_back(std::move(*next));
        bag.erase(next);
        next =
            std::ranges::find_if(bag, [&](const auto& one) { return vouches(one, chain.back()); });
    }
    return chain;
}

/// PKCS#7 that has certificates and nothing else (RFC 5652 §5, "certs-only"), as EST servers and
/// many authorities hand them out, in the order of the bag. Empty when it is none.
Expected<Certificates> importBag(base::ByteView octets, int most)
{
    const auto bag = make(gnutls_pkcs7_init);
    const gnutls_datum_t datum = borrow(octets);
    const auto format = isPem(octets) ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
    if (gnutls_pkcs7_import(bag.get(), &datum, format) < 0)
        return Certificates();
    const int count = gnutls_pkcs7_get_crt_count(bag.get());
    if (count > most)
        return tooMany();
    Certificates found;
    for (int i = 0; i < count; ++i) {
        Output der;
        found.push_back(make(gnutls_x509_crt_init));
        if (gnutls_pkcs7_get_crt_raw2(bag.get(), static_cast<unsigned>(i), &der.datum) < 0 ||
            gnutls_x509_crt_import(found.back().get(), &der.datum, GNUTLS_X509_FMT_DER) < 0)
            return Certificates();
    }
    return found;
}

/// By its name, and by its signature: of two authorities with one name the right one.
bool isIssuer(gnutls_x509_crt_t issuer, gnutls_x509_crt_t certificate)
{
    unsigned status = 0;
    return gnutls_x509_crt_check_issuer(certificate, issuer) != 0 &&
           gnutls_x509_crt_verify(
               certificate, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) >= 0 &&
           status == 0;
}

/// A root: whoever is to believe it has it.
bool isSelfIssued(gnutls_x509_crt_t certificate)
{
    return gnutls_x509_crt_check_issuer(certificate, certificate) != 0;
}

/// How many octets the element of DER has that `octets` begin with, its header in front of its
/// content; nothing when there is none whole, or none with a tag of one octet.
struct Extent
{
    std::size_t header = 0;
    std::size_t content = 0;
};

std::optional<Extent> extentOfFirst(base::ByteView octets)
{
    constexpr std::uint8_t manyOctetTag = 0x1F;
    constexpr std::uint8_t longForm = 0x80;
    if (octets.size() < 2 || (octets[0] & manyOctetTag) == manyOctetTag)
        return std::nullopt;
    Extent extent{2, octets[1]};
    if (octets[1] >= longForm) {
        const std::size_t digits = octets[1] - longForm;
        if (digits == 0 || digits > sizeof(std::uint32_t) || octets.size() < 2 + digits)
            return std::nullopt;
        extent = {2 + digits, 0};
        for (const auto octet : octets.subspan(2, digits))
            extent.content = extent.content << 8U | octet;
    }
    if (octets.size() - extent.header < extent.content)
        return std::nullopt;
    return extent;
}

/// One after the other, with nothing behind them. Empty when they are none.
Expected<Certificates> importDer(base::ByteView octets)
{
    Certificates found;
    while (!octets.empty()) {
        const auto extent = extentOfFirst(octets);
        if (!extent)
            return Certificates();
        if (found.size() == mostCertificates)
            return tooMany();
        const std::size_t size = extent->header + extent->content;
        const gnutls_datum_t datum = borrow(octets.first(size));
        found.push_back(make(gnutls_x509_crt_init));
        if (gnutls_x509_crt_import(found.back().get(), &datum, GNUTLS_X509_FMT_DER) < 0)
            return Certificates();
        octets = octets.subspan(size);
    }
    return found;
}

/// Empty when they are none.
Expected<Certificates> importPem(base::ByteView octets)
{
    std::array<gnutls_x509_crt_t, mostCertificates> found{};
    auto count = static_cast<unsigned>(found.size());
    const gnutls_datum_t datum = borrow(octets);
    const int result = gnutls_x509_crt_list_import(found.data(),
                                                   &count,
                                                   &datum,
                                                   GNUTLS_X509_FMT_PEM,
                                                   GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
    if (result == GNUTLS_E_SHORT_MEMORY_BUFFER)
        return tooMany();
    Certificates owned;
    for (int i = 0; i < result; ++i)
        owned.emplace_back(found.at(static_cast<std::size_t>(i)));
    return owned;
}

Expected<Certificates> importPlain(base::ByteView octets)
{
    return isPem(octets) ? importPem(octets) : importDer(octets);
}

/// The names of the extension subjectAltName (RFC 5280 §4.2.1.6), DER, sorted: each authority has
/// an order of its own. What is no name counts as one, so that nothing is overlooked.
std::vector<base::Bytes> namesOf(gnutls_x509_crt_t certificate)
{
    Output extension;
    if (gnutls_x509_crt_get_extension_by_oid2(
            certificate, subjectAltName, 0, &extension.datum, nullptr) < 0)
        return {};
    std::vector<base::Bytes> names;
    auto rest = extension.view();
    if (const auto all = extentOfFirst(rest))
        rest = rest.subspan(all->header);
    for (auto one = extentOfFirst(rest); one; one = extentOfFirst(rest)) {
        const auto name = rest.first(one->header + one->content);
        names.emplace_back(name.begin(), name.end());
        rest = rest.subspan(name.size());
    }
    if (!rest.empty())
        names.emplace_back(rest.begin(), rest.end());
    std::ranges::sort(names);
    return names;
}

} // namespace

Expected<Keys> generate()
{
    const auto key = make(gnutls_x509_privkey_init);
    const int result = gnutls_x509_privkey_generate(
        key.get(), GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (result < 0)
        return failed("no key pair could be made", result);
    return keysOf(key.get());
}

Expected<base::Bytes> publicKeyAt(base::ByteView x, base::ByteView y)
{
    const auto key = make(gnutls_pubkey_init);
    const gnutls_datum_t first = borrow(x);
    const gnutls_datum_t second = borrow(y);
    const int result =
        gnutls_pubkey_import_ecc_raw(key.get(), GNUTLS_ECC_CURVE_SECP256R1, &first, &second);
    if (result < 0)
        return failed("the public key cannot be read", result);
    return publicKeyOf(key.get());
}

Expected<base::Bytes> sign(const base::Secret& privateKey, base::ByteView digest)
{
    const auto key = make(gnutls_privkey_init);
    const gnutls_datum_t keyDatum = borrow(privateKey.view());
    const gnutls_datum_t hash = borrow(digest);
    Output signature;
    int result =
        gnutls_privkey_import_x509_raw(key.get(), &keyDatum, GNUTLS_X509_FMT_DER, nullptr, 0);
    if (result >= 0)
        result = gnutls_privkey_sign_hash2(
            key.get(), GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &signature.datum);
    if (result < 0)
        return failed("nothing could be signed", result);
    return base::Bytes(signature.view().begin(), signature.view().end());
}

Expected<base::Bytes> signatureOf(base::ByteView r, base::ByteView s)
{
    const gnutls_datum_t first = borrow(r);
    const gnutls_datum_t second = borrow(s);
    Output signature;
    if (const int result = gnutls_encode_rs_value(&signature.datum, &first, &second); result < 0)
        return failed("the signature cannot be written", result);
    return base::Bytes(signature.view().begin(), signature.view().end());
}

bool verify(base::ByteView publicKey, base::ByteView digest, base::ByteView signature)
{
    const auto key = make(gnutls_pubkey_init);
    const gnutls_datum_t keyDatum = borrow(publicKey);
    const gnutls_datum_t hash = borrow(digest);
    const gnutls_datum_t signatureDatum = borrow(signature);
    return gnutls_pubkey_import(key.get(), &keyDatum, GNUTLS_X509_FMT_DER) >= 0 &&
           gnutls_pubkey_verify_hash2(
               key.get(), GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &signatureDatum) >= 0;
}

Expected<Keys> read(base::ByteView octets)
{
    if (octets.empty() || octets.size() > mostOctets)
        return bad(fmt::format("a private key has 1 to {} octets", mostOctets));
    const auto key = make(gnutls_x509_privkey_init);
    const gnutls_datum_t datum = borrow(octets);
    const auto format = isPem(octets) ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
    if (gnutls_x509_privkey_import2(key.get(), &datum, format, nullptr, GNUTLS_PKCS_PLAIN) < 0)
        return bad("this is no unencrypted private key in PKCS#8 or SEC 1 form, DER or PEM");
    return keysOf(key.get());
}

Expected<base::Bytes> readCertificates(base::ByteView octets)
{
    if (octets.empty() || octets.size() > mostOctets)
        return bad(fmt::format("a certificate chain has 1 to {} octets", mostOctets));
    auto found = importPlain(octets);
    if (found && found->empty())
        found = importBag(octets, static_cast<int>(mostCertificates)).map(inOrder);
    if (!found)
        return fail(found.error());
    if (found->empty())
        return bad("this is no X.509 certificate and no PKCS#7 bag of certificates, DER or PEM");
    base::Bytes chain;
    for (const auto& certificate : *found) {
        const auto der = derOf(certificate.get());
        if (!der)
            return fail(der.error());
        chain.insert(chain.end(), der->begin(), der->end());
    }
    return chain;
}

bool isAlone(base::ByteView certificates)
{
    const auto chain = readCertificates(certificates);
    const auto found = chain ? importPlain(*chain) : Certificates();
    return found && found->size() == 1 && !isSelfIssued(found->front().get());
}

base::Bytes withIssuers(base::ByteView certificate, base::ByteView authorities)
{
    base::Bytes chain(certificate.begin(), certificate.end());
    auto own = readCertificates(certificate);
    auto path = own ? importPlain(*own) : Certificates();
    auto bag =
        authorities.size() > mostOctets ? Certificates() : importBag(authorities, mostAuthorities);
    if (!path || path->size() != 1 || !bag)
        return chain;
    while (path->size() < mostCertificates) {
        const auto next = std::ranges::find_if(*bag, [&](const auto& one) {
            return !isSelfIssued(one.get()) && isIssuer(one.get(), path->back().get());
        });
        const auto der = next == bag->end() ? bad("no issuer") : derOf(next->get());
        if (!der)
            break;
        own->insert(own->end(), der->begin(), der->end());
        path->push_back(std::move(*next));
        bag->erase(next);
    }
    return path->size() > 1 ? std::move(*own) : chain;
}

Expected<CertificateFacts> describe(base::ByteView certificates)
{
    const auto chain = split(certificates);
    if (chain.empty())
        return bad("there is no certificate");
    const auto certificate = make(gnutls_x509_crt_init);
    const auto key = make(gnutls_pubkey_init);
    const gnutls_datum_t datum = borrow(chain.front());
    Output subject;
    if (gnutls_x509_crt_import(certificate.get(), &datum, GNUTLS_X509_FMT_DER) < 0 ||
        gnutls_pubkey_import_x509(key.get(), certificate.get(), 0) < 0 ||
        gnutls_x509_crt_get_dn3(certificate.get(), &subject.datum, 0) < 0)
        return bad("the certificate has no subject or no public key");
    auto publicKey = publicKeyOf(key.get());
    if (!publicKey)
        return fail(publicKey.error());
    const auto begin = gnutls_x509_crt_get_activation_time(certificate.get());
    const auto end = gnutls_x509_crt_get_expiration_time(certificate.get());
    if (end == noTime)
        return bad("the certificate does not say when it ends");
    return CertificateFacts{std::move(*publicKey),
                            std::string(base::asText(subject.view())),
                            namesOf(certificate.get()),
                            wallTimeOf(begin),
                            wallTimeOf(end)};
}

bool isOf(base::ByteView keyOrCertificate, base::ByteView publicKey)
{
    if (std::ranges::equal(keyOrCertificate, publicKey))
        return true;
    const auto facts = describe(keyOrCertificate);
    return facts && std::ranges::equal(facts->publicKey, publicKey);
}

std::vector<base::Bytes> split(base::ByteView certificates)
{
    constexpr std::uint8_t sequence = 0x30;
    std::vector<base::Bytes> chain;
    while (!certificates.empty() && certificates.front() == sequence) {
        const auto extent = extentOfFirst(certificates);
        if (!extent)
            break;
        const auto one = certificates.first(extent->header + extent->content);
        chain.emplace_back(one.begin(), one.end());
        certificates = certificates.subspan(one.size());
    }
    return chain;
}

} // namespace causeway::store::key_pair
