// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <gnutls/crypto.h>

#include "agent/coap/server_check.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"

/// Whom a server must be: the table of certificate usages and matching types.
/// rNN: the row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::CertificateUsage;
using api::MatchingType;
using coap::checkServer;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

constexpr std::array hashes{std::pair{MatchingType::Sha256, GNUTLS_DIG_SHA256},
                            std::pair{MatchingType::Sha384, GNUTLS_DIG_SHA384},
                            std::pair{MatchingType::Sha512, GNUTLS_DIG_SHA512}};

base::Bytes hashOf(gnutls_digest_algorithm_t algorithm, const base::Bytes& octets)
{
    base::Bytes hash(gnutls_hash_get_len(algorithm));
    gnutls_hash_fast(algorithm, octets.data(), octets.size(), hash.data());
    return hash;
}

base::WallTime wallNow()
{
    return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

/// An authority, a server of its own, and a stranger.
struct Site
{
    Identity authority{authorityWish()};
    Identity server{CertificateWish{}, &authority};
    Identity stranger{authorityWish("A stranger")};
    api::ServerIdentity identity;
    api::SecurityMode mode = api::SecurityMode::Certificate;
    std::string host = "localhost";
    bool isLiteral = false;
    base::WallTime now = wallNow();
    bool toleratesUnsetClock = false;
    fakes::TemporaryDirectory directory;

    void pin(base::Bytes octets, CertificateUsage usage)
    {
        identity.publicKey = std::move(octets);
        identity.certificateUsage = usage;
    }

    void trust(const std::vector<const Identity*>& authorities) const
    {
        std::ofstream file(trustFile());
        for (const auto* const one : authorities)
            file << one->certificatePem();
    }

    [[nodiscard]] std::filesystem::path trustFile() const { return directory.path() / "trust.pem"; }

    [[nodiscard]] base::Expected<coap::ServerKeyMark>
    judge(const std::vector<base::Bytes>& presented) const
    {
        coap::GatewayTrust gatewayTrust(trustFile());
        const std::vector<base::ByteView> views(presented.begin(), presented.end());
        return checkServer(
            views, {mode, identity, host, isLiteral, now, toleratesUnsetClock, gatewayTrust});
    }

    [[nodiscard]] std::string reason(const std::vector<base::Bytes>& presented) const
    {
        const auto judged = judge(presented);
        return judged ? "accepted" : judged.error().message;
    }

    [[nodiscard]] std::string reason() const { return reason({server.certificate()}); }
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// What is said of a server with such a certificate by an account that trusts its authority.
std::string reasonFor(const CertificateWish& wish)
{
    Site site;
    const Identity server(wish, &site.authority);
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);
    return site.reason({server.certificate()});
}

} // namespace

BOOST_AUTO_TEST_SUITE(server_check)

BOOST_AUTO_TEST_CASE(r29_a_raw_public_key_counts_octet_by_octet)
{
    Site site;
    site.mode = api::SecurityMode::RawPublicKey;
    const base::Bytes key = site.server.publicKey();
    site.identity.publicKey = key;

    BOOST_TEST(site.reason({key}) == "accepted");
    for (std::size_t i = 0; i < key.size(); ++i) {
        base::Bytes other = key;
        other[i] ^= 1U;
        BOOST_TEST(contains(site.reason({other}), "is not the one of this account"), i);
    }
    BOOST_TEST(contains(site.reason({base::Bytes(key.begin(), key.end() - 1)}), "is not the one"));
    BOOST_TEST(contains(site.reason({{}}), "is not the one"));
    BOOST_TEST(contains(site.reason({}), "presented no raw public key"));
}

BOOST_AUTO_TEST_CASE(r29_a_key_or_certificate_may_be_known_by_its_hash)
{
    for (const auto& [type, algorithm] : hashes) {
        Site site;
        site.identity.matchingType = type;
        site.pin(hashOf(algorithm, site.server.certificate()), CertificateUsage::DomainIssued);
        BOOST_TEST(site.reason() == "accepted");
        BOOST_TEST(site.reason({site.stranger.certificate()}) != "accepted");

        site.mode = api::SecurityMode::RawPublicKey;
        site.identity.publicKey = hashOf(algorithm, site.server.publicKey());
        BOOST_TEST(site.reason({site.server.publicKey()}) == "accepted");
        BOOST_TEST(site.reason({site.stranger.publicKey()}) != "accepted");
        site.identity.publicKey = site.server.publicKey(); // itself is not its hash
        BOOST_TEST(site.reason({site.server.publicKey()}) != "accepted");
    }
}

// TS 1.1 Transport §5.2.8.6. Octet by octet it could not be one; by its hash it could.
BOOST_AUTO_TEST_CASE(r29_a_raw_public_key_on_another_curve_is_refused_though_its_hash_is_right)
{
    CertificateWish wish;
    wish.curve = GNUTLS_ECC_CURVE_SECP384R1;
    const Identity server(wish);
    Site site;
    site.mode = api::SecurityMode::RawPublicKey;
    site.identity.matchingType = MatchingType::Sha256;
    site.identity.publicKey = hashOf(GNUTLS_DIG_SHA256, server.publicKey());

    BOOST_TEST(contains(site.reason({server.publicKey()}), "is not on P-256"));
}

BOOST_AUTO_TEST_CASE(r04_usage_3_takes_the_known_certificate_and_no_other)
{
    Site site;
    site.host = "another.example"; // a known certificate has no name to compare
    site.pin(site.server.certificate(), CertificateUsage::DomainIssued);

    BOOST_TEST(site.reason() == "accepted");
    const Identity twin(CertificateWish{}, &site.authority);
    BOOST_TEST(contains(site.reason({twin.certificate()}), "is not the one of this account"));
    BOOST_TEST(contains(site.reason({twin.certificate(), site.server.certificate()}),
                        "is not the one of this account"));
}

BOOST_AUTO_TEST_CASE(r04_usage_2_takes_what_the_known_authority_signed)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);
    const Identity foreign(CertificateWish{}, &site.stranger);

    BOOST_TEST(site.reason() == "accepted");
    BOOST_TEST(site.reason({site.server.certificate(), site.authority.certificate()}) ==
               "accepted");
    BOOST_TEST(contains(site.reason({foreign.certificate()}), "does not end in an authority"));
    BOOST_TEST(contains(site.reason({foreign.certificate(), site.stranger.certificate()}),
                        "does not end in an authority"));
    BOOST_TEST(contains(site.reason({foreign.certificate(), site.authority.certificate()}),
                        "does not end in an authority"));
}

BOOST_AUTO_TEST_CASE(r19_an_authority_with_a_weak_key_vouches_for_nobody)
{
    CertificateWish weak = authorityWish("Weak");
    weak.rsaBits = 1024;
    const Identity weakAuthority(weak);
    const Identity below(CertificateWish{}, &weakAuthority);
    CertificateWish strong = authorityWish("Strong");
    strong.rsaBits = 2048;
    const Identity strongAuthority(strong);
    const Identity weakBetween(weak, &strongAuthority);
    const Identity belowBetween(CertificateWish{}, &weakBetween);
    const Identity good(CertificateWish{}, &strongAuthority);
    Site site;

    site.pin(weakAuthority.certificate(), CertificateUsage::TrustAnchorAssertion);
    BOOST_TEST(contains(site.reason({below.certificate()}), "too short"));
    site.pin(strongAuthority.certificate(), CertificateUsage::TrustAnchorAssertion);
    BOOST_TEST(contains(site.reason({belowBetween.certificate(), weakBetween.certificate()}),
                        "too short"));
    BOOST_TEST(site.reason({good.certificate()}) == "accepted");
    site.pin(below.certificate(), CertificateUsage::ServiceCertificate);
    site.trust({&weakAuthority});
    BOOST_TEST(contains(site.reason({below.certificate()}), "too short"));
}

BOOST_AUTO_TEST_CASE(r04_usage_2_finds_an_authority_by_its_hash_when_it_is_presented)
{
    Site site;
    site.identity.matchingType = MatchingType::Sha256;
    site.pin(hashOf(GNUTLS_DIG_SHA256, site.authority.certificate()),
             CertificateUsage::TrustAnchorAssertion);

    BOOST_TEST(site.reason({site.server.certificate(), site.authority.certificate()}) ==
               "accepted");
    BOOST_TEST(contains(site.reason(), "is not in the path"));
}

BOOST_AUTO_TEST_CASE(r04_usage_1_wants_the_known_certificate_and_a_trusted_path)
{
    Site site;
    site.pin(site.server.certificate(), CertificateUsage::ServiceCertificate);
    const Identity twin(CertificateWish{}, &site.authority);

    site.trust({&site.authority});
    BOOST_TEST(site.reason() == "accepted");
    BOOST_TEST(contains(site.reason({twin.certificate()}), "is not the one of this account"));
    site.trust({&site.stranger});
    BOOST_TEST(contains(site.reason(), "does not end in an authority"));
    std::filesystem::remove(site.trustFile());
    BOOST_TEST(contains(site.reason(), "has no certificate to offer"));
}

BOOST_AUTO_TEST_CASE(r04_usage_0_wants_the_known_authority_in_a_trusted_path)
{
    Site site;
    const Identity middle(authorityWish("In between"), &site.authority);
    const Identity server(CertificateWish{}, &middle);
    const std::vector<base::Bytes> presented{server.certificate(), middle.certificate()};
    site.trust({&site.authority, &site.stranger});

    site.pin(middle.certificate(), CertificateUsage::CaConstraint);
    BOOST_TEST(site.reason(presented) == "accepted");
    site.pin(site.authority.certificate(), CertificateUsage::CaConstraint);
    BOOST_TEST(site.reason(presented) == "accepted");
    site.pin(site.stranger.certificate(), CertificateUsage::CaConstraint);
    BOOST_TEST(contains(site.reason(presented), "does not end in an authority"));
    site.pin(middle.certificate(), CertificateUsage::CaConstraint);
    site.trust({&site.stranger});
    BOOST_TEST(contains(site.reason(presented), "does not end in an authority"));
}

BOOST_AUTO_TEST_CASE(r04_usage_0_finds_a_trusted_authority_by_its_hash)
{
    Site site;
    site.identity.matchingType = MatchingType::Sha512;
    site.trust({&site.authority, &site.stranger});

    site.pin(hashOf(GNUTLS_DIG_SHA512, site.authority.certificate()),
             CertificateUsage::CaConstraint);
    BOOST_TEST(site.reason() == "accepted");
    site.pin(hashOf(GNUTLS_DIG_SHA512, site.stranger.certificate()),
             CertificateUsage::CaConstraint);
    BOOST_TEST(contains(site.reason(), "is not in the path"));
}

BOOST_AUTO_TEST_CASE(the_name_is_the_uris_host_or_the_accounts_own)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);

    site.host = "other.example";
    BOOST_TEST(contains(site.reason(), "is not for \"other.example\""));
    site.identity.serverName = "localhost";
    BOOST_TEST(site.reason() == "accepted");
    site.host = "localhost";
    site.identity.serverName = "other.example";
    BOOST_TEST(contains(site.reason(), "is not for \"other.example\""));
}

BOOST_AUTO_TEST_CASE(the_dot_that_ends_a_name_is_no_part_of_it)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);

    site.host = "localhost.";
    BOOST_TEST(site.reason() == "accepted");
    site.host = "127.0.0.1";
    site.isLiteral = true;
    site.identity.serverName = "localhost.";
    BOOST_TEST(site.reason() == "accepted");
}

BOOST_AUTO_TEST_CASE(an_address_counts_where_the_certificate_says_it_is_one)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);
    site.host = "127.0.0.1";
    site.isLiteral = true;
    CertificateWish asName;
    asName.name = "127.0.0.1";
    CertificateWish asAddress;
    asAddress.address = "127.0.0.1";

    BOOST_TEST(contains(site.reason(), "is not for \"127.0.0.1\""));
    BOOST_TEST(site.reason({Identity(asName, &site.authority).certificate()}) != "accepted");
    BOOST_TEST(site.reason({Identity(asAddress, &site.authority).certificate()}) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_certificate_counts_in_its_time_only)
{
    CertificateWish expired;
    expired.daysUntilEnd = -1;
    CertificateWish tooNew;
    tooNew.daysUntilBegin = 1;

    BOOST_TEST(contains(reasonFor(expired), "has expired on 20"), reasonFor(expired));
    BOOST_TEST(contains(reasonFor(tooNew), "is not valid before 20"), reasonFor(tooNew));
}

BOOST_AUTO_TEST_CASE(a_known_certificate_expires_like_any_other)
{
    Site site;
    CertificateWish wish;
    wish.daysUntilEnd = -1;
    const Identity server(wish, &site.authority);
    site.pin(server.certificate(), CertificateUsage::DomainIssued);

    BOOST_TEST(contains(site.reason({server.certificate()}), "has expired on 20"));
}

BOOST_AUTO_TEST_CASE(an_authority_that_has_expired_vouches_for_nobody)
{
    Site site;
    CertificateWish wish = authorityWish("In between");
    wish.daysUntilEnd = -1;
    const Identity middle(wish, &site.authority);
    const Identity server(CertificateWish{}, &middle);
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);

    BOOST_TEST(contains(site.reason({server.certificate(), middle.certificate()}),
                        "a certificate of its path has expired"));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_not_set_refuses_certificates_unless_it_is_let)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);
    site.now = base::WallTime(1000s); // 1970

    BOOST_TEST(contains(site.reason(), "clock is not set"));
    site.toleratesUnsetClock = true;
    BOOST_TEST(site.reason() == "accepted");
    CertificateWish wish;
    wish.daysUntilEnd = -1;
    BOOST_TEST(site.reason({Identity(wish, &site.authority).certificate()}) == "accepted");
    site.mode = api::SecurityMode::RawPublicKey; // has no time
    site.toleratesUnsetClock = false;
    site.identity.publicKey = site.server.publicKey();
    BOOST_TEST(site.reason({site.server.publicKey()}) == "accepted");
}

BOOST_AUTO_TEST_CASE(r19_a_signature_with_sha_1_or_md5_is_refused)
{
    CertificateWish wish;
    wish.digest = GNUTLS_DIG_SHA1;

    BOOST_TEST(contains(reasonFor(wish), "weaker than SHA-256"), reasonFor(wish));
    Site site;
    const Identity server(wish, &site.authority);
    site.pin(server.certificate(), CertificateUsage::DomainIssued);
    BOOST_TEST(contains(site.reason({server.certificate()}), "weaker than SHA-256"));
}

BOOST_AUTO_TEST_CASE(r19_so_is_one_in_the_path)
{
    Site site;
    CertificateWish wish = authorityWish("In between");
    wish.digest = GNUTLS_DIG_SHA1;
    const Identity middle(wish, &site.authority);
    const Identity server(CertificateWish{}, &middle);
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);

    BOOST_TEST(contains(site.reason({server.certificate(), middle.certificate()}),
                        "a signature weaker than SHA-256"));
}

BOOST_AUTO_TEST_CASE(a_server_without_an_ecdsa_key_is_refused)
{
    CertificateWish wish;
    wish.rsaBits = 2048;

    BOOST_TEST(contains(reasonFor(wish), "has no ECDSA key"));
}

BOOST_AUTO_TEST_CASE(a_certificate_for_clients_is_no_servers)
{
    CertificateWish wish;
    wish.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
    BOOST_TEST(contains(reasonFor(wish), "not made for servers"), reasonFor(wish));
    wish.purpose = GNUTLS_KP_TLS_WWW_SERVER;
    BOOST_TEST(reasonFor(wish) == "accepted");
}

BOOST_AUTO_TEST_CASE(who_is_no_authority_vouches_for_nobody)
{
    Site site;
    const Identity device(CertificateWish{}, &site.authority);
    const Identity server(CertificateWish{}, &device);
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);

    BOOST_TEST(site.reason({server.certificate(), device.certificate()}) != "accepted");
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_is_refused)
{
    Site site;
    site.pin(site.authority.certificate(), CertificateUsage::TrustAnchorAssertion);
    base::Bytes cut = site.server.certificate();
    cut.resize(cut.size() / 2);
    const std::vector<base::Bytes> many(9, site.server.certificate());

    BOOST_TEST(contains(site.reason({}), "presented no certificate"));
    BOOST_TEST(contains(site.reason({cut}), "no X.509 certificate"));
    BOOST_TEST(contains(site.reason({{}}), "no X.509 certificate"));
    BOOST_TEST(contains(site.reason(many), "more than 8 certificates"));
    site.identity.publicKey = {1, 2, 3};
    BOOST_TEST(contains(site.reason(), "is not in the path"));
}

BOOST_AUTO_TEST_SUITE_END()
