// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/server_check.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"

/// Certificates of servers, each with one flaw (RFC 5280, RFC 6125) or none.

using namespace causeway;
using api::CertificateUsage;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

using Alter = std::function<void(gnutls_x509_crt_t)>;

/// What is said of a path by an account that knows its authority, or the certificate itself.
std::string judge(const std::vector<const Identity*>& path,
                  const Identity& known,
                  CertificateUsage usage,
                  const std::string& host = "localhost",
                  bool isLiteral = false)
{
    const fakes::TemporaryDirectory directory;
    coap::GatewayTrust trust(directory.path() / "none.pem");
    std::vector<base::Bytes> presented;
    for (const auto* one : path)
        presented.push_back(one->certificate());
    const std::vector<base::ByteView> views(presented.begin(), presented.end());
    api::ServerIdentity identity;
    identity.publicKey = known.certificate();
    identity.certificateUsage = usage;
    const auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
    const auto judged = coap::checkServer(
        views, {api::SecurityMode::Certificate, identity, host, isLiteral, now, false, trust});
    return judged ? "accepted" : judged.error().message;
}

std::string judgeLeaf(const CertificateWish& wish,
                      const std::string& host = "localhost",
                      bool isLiteral = false)
{
    const Identity authority(authorityWish());
    const Identity server(wish, &authority);
    return judge({&server}, authority, CertificateUsage::TrustAnchorAssertion, host, isLiteral);
}

std::string judgePinned(const CertificateWish& wish)
{
    const Identity authority(authorityWish());
    const Identity server(wish, &authority);
    return judge({&server}, server, CertificateUsage::DomainIssued);
}

CertificateWish altered(Alter alter, CertificateWish wish = {})
{
    wish.alter = std::move(alter);
    return wish;
}

/// An authority like this, and a server of its.
std::string judgeAuthority(Alter alter)
{
    const Identity authority(altered(std::move(alter), authorityWish()));
    const Identity server(CertificateWish{}, &authority);
    return judge({&server}, authority, CertificateUsage::TrustAnchorAssertion);
}

/// One between the authority and the server.
std::string judgeBetween(const CertificateWish& between, Alter ofAuthority = {})
{
    const Identity authority(altered(std::move(ofAuthority), authorityWish()));
    const Identity middle(between, &authority);
    const Identity server(CertificateWish{}, &middle);
    return judge({&server, &middle}, authority, CertificateUsage::TrustAnchorAssertion);
}

void addUnknown(gnutls_x509_crt_t certificate, unsigned isCritical)
{
    const unsigned char null[] = {0x05, 0x00}; // NOLINT: C interface
    gnutls_x509_crt_set_extension_by_oid(
        certificate, "1.3.6.1.4.1.55555.1", null, sizeof null, isCritical);
}

void constrain(gnutls_x509_crt_t certificate, const std::string& name, bool isPermitted)
{
    gnutls_x509_name_constraints_t constraints = nullptr;
    gnutls_x509_name_constraints_init(&constraints);
    std::string text(name);
    const gnutls_datum_t datum{reinterpret_cast<unsigned char*>(text.data()), // NOLINT: C
                               static_cast<unsigned>(text.size())};
    if (isPermitted)
        gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, &datum);
    else
        gnutls_x509_name_constraints_add_excluded(constraints, GNUTLS_SAN_DNSNAME, &datum);
    gnutls_x509_crt_set_name_constraints(certificate, constraints, 1);
    gnutls_x509_name_constraints_deinit(constraints);
}

CertificateWish named(const std::string& name)
{
    CertificateWish wish;
    wish.name = name;
    return wish;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificate_flaws)

BOOST_AUTO_TEST_CASE(a_name_counts_as_rfc_6125_has_it)
{
    struct Row
    {
        std::string certificate;
        std::string host;
        bool isRight;
    };

    for (const Row& row : {Row{"localhost", "LOCALHOST", true},
                           Row{"localhost", "localhos", false},
                           Row{"localhost", "xlocalhost", false},
                           Row{"a.example.com", "a.example.com.evil.net", false},
                           Row{"*.example.com", "a.example.com", true},
                           Row{"*.example.com", "a.b.example.com", false},
                           Row{"*.example.com", "example.com", false},
                           Row{"*.com", "example.com", false},
                           Row{"*", "localhost", false},
                           Row{"a.*.example.com", "a.b.example.com", false},
                           Row{"*.*.example.com", "a.b.example.com", false}})
        BOOST_TEST((judgeLeaf(named(row.certificate), row.host) == "accepted") == row.isRight,
                   row.certificate << " for " << row.host);
}

BOOST_AUTO_TEST_CASE(a_name_with_a_nul_is_not_its_first_part)
{
    // SubjectAltName with one dNSName, by hand: GnuTLS would end it at the NUL.
    const std::string name("localhost\0.evil.example", 23);
    const std::string extension = std::string("\x30\x19\x82\x17") + name;
    const auto wish = altered(
        [&](gnutls_x509_crt_t certificate) {
            gnutls_x509_crt_set_extension_by_oid(
                certificate, "2.5.29.17", extension.data(), extension.size(), 0);
        },
        named("elsewhere.example"));

    BOOST_TEST(judgeLeaf(wish, "localhost") != "accepted");
    BOOST_TEST(judgeLeaf(wish, "elsewhere.example") != "accepted"); // it was replaced
}

BOOST_AUTO_TEST_CASE(an_address_counts_as_an_address_only)
{
    CertificateWish wish = named("elsewhere.example");
    wish.address = "127.0.0.1";

    BOOST_TEST(judgeLeaf(wish, "127.0.0.1", true) == "accepted");
    BOOST_TEST(judgeLeaf(wish, "127.0.0.2", true) != "accepted");
    BOOST_TEST(judgeLeaf(wish, "::1", true) != "accepted");
    BOOST_TEST(judgeLeaf(named("127.0.0.1"), "127.0.0.1", true) != "accepted");
}

BOOST_AUTO_TEST_CASE(what_must_be_understood_and_is_not_is_refused)
{
    const auto critical = [](gnutls_x509_crt_t one) {
        addUnknown(one, 1);
    };
    BOOST_TEST(judgeLeaf(altered([](gnutls_x509_crt_t one) { addUnknown(one, 0); })) == "accepted");
    BOOST_TEST(judgeLeaf(altered(critical)) != "accepted");
    BOOST_TEST(judgeBetween(altered(critical, authorityWish("Between"))) != "accepted");
}

BOOST_AUTO_TEST_CASE(an_authority_vouches_within_its_constraints)
{
    const auto only = [](const std::string& name) {
        return [name](gnutls_x509_crt_t one) {
            constrain(one, name, true);
        };
    };
    const auto notFor = [](const std::string& name) {
        return [name](gnutls_x509_crt_t one) {
            constrain(one, name, false);
        };
    };
    const auto between = [](Alter alter) {
        return altered(std::move(alter), authorityWish("Between"));
    };
    BOOST_TEST(judgeBetween(authorityWish("Between")) == "accepted");
    BOOST_TEST(judgeBetween(between(only("localhost"))) == "accepted");
    BOOST_TEST(judgeBetween(between(only("example.com"))) != "accepted");
    BOOST_TEST(judgeBetween(between(notFor("localhost"))) != "accepted");
    BOOST_TEST(judgeBetween(authorityWish("Between"), notFor("localhost")) != "accepted");
}

BOOST_AUTO_TEST_CASE(an_authority_is_one_by_its_own_certificate)
{
    const auto length = [](int most) {
        return [most](gnutls_x509_crt_t one) {
            gnutls_x509_crt_set_basic_constraints(one, 1, most);
        };
    };
    const Alter signsNoCertificates = [](gnutls_x509_crt_t one) {
        gnutls_x509_crt_set_key_usage(one, GNUTLS_KEY_DIGITAL_SIGNATURE);
    };
    const auto between = [](Alter alter) {
        return altered(std::move(alter), authorityWish("Between"));
    };
    BOOST_TEST(judgeBetween(authorityWish("Between"), length(1)) == "accepted");
    BOOST_TEST(judgeBetween(authorityWish("Between"), length(0)) != "accepted");
    BOOST_TEST(judgeBetween(between(signsNoCertificates)) != "accepted");
    BOOST_TEST(judgeAuthority(signsNoCertificates) != "accepted");
    BOOST_TEST(judgeBetween(named("Between")) != "accepted"); // CA:FALSE
    CertificateWish old = authorityWish("Between");
    old.daysUntilEnd = -1;
    BOOST_TEST(judgeBetween(old) != "accepted");
    CertificateWish weak = authorityWish("Between");
    weak.rsaBits = 1024;
    BOOST_TEST(judgeBetween(weak) != "accepted");
    weak.rsaBits = 0;
    weak.curve = GNUTLS_ECC_CURVE_SECP192R1;
    BOOST_TEST(judgeBetween(weak) != "accepted");
}

// TS 1.1 Transport §5.2.8: curves of less than 255 bits shall not be used. RFC 8422 §5.3: the key
// is on a curve that was offered, which P-256 is alone.
BOOST_AUTO_TEST_CASE(a_servers_key_is_on_p_256)
{
    for (const auto& [curve, isRight] : {std::pair{GNUTLS_ECC_CURVE_SECP192R1, false},
                                         std::pair{GNUTLS_ECC_CURVE_SECP224R1, false},
                                         std::pair{GNUTLS_ECC_CURVE_SECP256R1, true},
                                         std::pair{GNUTLS_ECC_CURVE_SECP384R1, false}}) {
        CertificateWish wish;
        wish.curve = curve;
        BOOST_TEST((judgeLeaf(wish) == "accepted") == isRight, gnutls_ecc_curve_get_name(curve));
        BOOST_TEST((judgePinned(wish) == "accepted") == isRight, gnutls_ecc_curve_get_name(curve));
    }
}

// RFC 5246 §7.4.2: a key that signs a key exchange says so, where it says what it is for.
BOOST_AUTO_TEST_CASE(what_a_certificate_is_for_counts_when_it_is_known_itself_too)
{
    CertificateWish wish;
    wish.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
    BOOST_TEST(judgePinned(wish) != "accepted");
    wish.purpose = GNUTLS_KP_TLS_WWW_SERVER;
    BOOST_TEST(judgePinned(wish) == "accepted");
    const auto agreesOnly = altered([](gnutls_x509_crt_t one) {
        gnutls_x509_crt_set_key_usage(one, GNUTLS_KEY_KEY_AGREEMENT);
    });
    BOOST_TEST(judgePinned(agreesOnly) != "accepted");
    BOOST_TEST(judgeLeaf(agreesOnly) != "accepted");
}

BOOST_AUTO_TEST_CASE(a_path_in_disorder_or_with_a_stranger_is_none)
{
    const Identity authority(authorityWish());
    const Identity middle(authorityWish("Between"), &authority);
    const Identity server(CertificateWish{}, &middle);
    const Identity stranger(authorityWish("Between")); // of the same name, another key
    const auto usage = CertificateUsage::TrustAnchorAssertion;
    BOOST_TEST(judge({&server, &middle, &authority}, authority, usage) == "accepted");
    BOOST_TEST(judge({&server, &stranger}, authority, usage) != "accepted");
    BOOST_TEST(judge({&server}, authority, usage) != "accepted");
    BOOST_TEST(judge({&middle, &server}, authority, usage) != "accepted");
    BOOST_TEST(judge({&server, &middle}, stranger, usage) != "accepted");
}

// R19: a path is as strong as its weakest certificate, for every usage that looks at one.
BOOST_AUTO_TEST_CASE(r19_an_authority_between_with_a_short_hash_or_key_is_refused)
{
    const Identity root(authorityWish());
    CertificateWish shortHash = authorityWish("Between");
    shortHash.digest = GNUTLS_DIG_SHA224;
    CertificateWish shortKey = authorityWish("Between");
    shortKey.curve = GNUTLS_ECC_CURVE_SECP224R1;

    for (const auto& wish : {authorityWish("Between"), shortHash, shortKey}) {
        const Identity between(wish, &root);
        const Identity server(CertificateWish{}, &between);
        const bool isStrong =
            wish.digest == GNUTLS_DIG_SHA256 && wish.curve == GNUTLS_ECC_CURVE_SECP256R1;

        const std::string said =
            judge({&server, &between}, root, CertificateUsage::TrustAnchorAssertion);

        BOOST_TEST((said == "accepted") == isStrong, said);
    }
}

// Whoever trusts an authority does so whatever its certificate is signed with; not with any key.
BOOST_AUTO_TEST_CASE(r19_of_the_authority_that_is_known_the_key_counts_and_no_signature)
{
    CertificateWish wish = authorityWish();
    wish.digest = GNUTLS_DIG_SHA224;
    const Identity shortHash(wish);
    const Identity server(CertificateWish{}, &shortHash);
    wish.curve = GNUTLS_ECC_CURVE_SECP224R1;
    const Identity shortKey(wish);
    const Identity another(CertificateWish{}, &shortKey);
    const auto usage = CertificateUsage::TrustAnchorAssertion;

    BOOST_TEST(judge({&server}, shortHash, usage) == "accepted");
    BOOST_TEST(judge({&server, &shortHash}, shortHash, usage) == "accepted");
    BOOST_TEST(judge({&another}, shortKey, usage) != "accepted");
}

BOOST_AUTO_TEST_SUITE_END()
