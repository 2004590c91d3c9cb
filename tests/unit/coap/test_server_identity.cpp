// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"

/// Handshakes in the security modes RawPublicKey and Certificate, against GnuTLS and OpenSSL.
/// rNN: the row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::CertificateUsage;
using api::SecurityMode;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;
using tests::DtlsServer;
using tests::OpensslServer;
using tests::SessionFixture;

namespace {

constexpr auto rawKeys =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AES-128-CBC:+AEAD:+SHA256:+SIGN-ECDSA-SHA256"
    ":+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK";
constexpr auto certificates =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AES-128-CBC:+AEAD:+SHA256:+SIGN-ECDSA-SHA256"
    ":+GROUP-SECP256R1:+CTYPE-CLI-X509:+CTYPE-SRV-X509";
constexpr auto certificatesInCbcWithoutEtm =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256"
    ":+GROUP-SECP256R1:+CTYPE-CLI-X509:+CTYPE-SRV-X509:%NO_ETM";

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// A device with a key pair and a server with one.
struct Fixture : SessionFixture
{
    Fixture()
        : Fixture(coap::EndpointSettings{true, 5s})
    {}

    explicit Fixture(coap::EndpointSettings settings)
        : SessionFixture(std::move(settings))
    {
        store.put({"meter-1", "server"}, device.keyPair(true));
    }

    bool connect(SecurityMode mode, std::uint16_t port, const std::string& host = "127.0.0.1")
    {
        session.reset();
        listener = {};
        wanted.securityMode = mode;
        wanted.logName = "meter-1";
        wanted.uri = "coaps://" + host + ":" + std::to_string(port);
        wanted.credential = {"meter-1", "server"};
        session = open(wanted);
        return runUntilConnectedOrClosed() && listener.facts;
    }

    Identity authority{authorityWish()};
    Identity server{CertificateWish{}, &authority};
    Identity device{CertificateWish{}, &authority};
    api::SessionSettings wanted;
    std::unique_ptr<api::Session> session;
    fakes::TemporaryDirectory directory;

    std::string file(const std::string& name, const std::string& text) const
    {
        const auto path = directory.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    /// `openssl s_server` with this certificate, that wants one of the authority's clients.
    std::vector<std::string> opensslArguments(const Identity& identity,
                                              const std::string& cipher) const
    {
        return {"-cert",
                file("server.pem", identity.certificatePem()),
                "-key",
                file("server.key", identity.keyPem()),
                "-CAfile",
                file("authority.pem", authority.certificatePem()),
                "-Verify",
                "3",
                "-verify_return_error",
                "-cipher",
                cipher};
    }
};

constexpr auto opensslCcm8 = "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0";
constexpr auto opensslCbc = "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0";

} // namespace

BOOST_AUTO_TEST_SUITE(server_identity)

BOOST_AUTO_TEST_CASE(r04_raw_public_keys_prove_both_sides)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    peer.present(f.server, true);
    f.wanted.server.publicKey = f.server.publicKey();

    BOOST_TEST_REQUIRE(f.connect(SecurityMode::RawPublicKey, peer.port()), f.reason());

    BOOST_TEST((f.listener.facts->securityMode == SecurityMode::RawPublicKey));
    BOOST_TEST(f.listener.facts->cipherSuite == 0xC0AE);
    BOOST_TEST(f.listener.facts->hasExtendedMasterSecret);
    BOOST_TEST(f.runUntil([&] { return peer.isEstablished; }));
    BOOST_TEST(peer.clientKey == f.device.publicKey(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(r04_a_server_with_another_raw_public_key_is_refused)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    peer.present(f.server, true);
    f.wanted.server.publicKey = f.device.publicKey();

    BOOST_TEST(!f.connect(SecurityMode::RawPublicKey, peer.port()));

    BOOST_TEST(contains(f.reason(), "public key is not the one of this account"), f.reason());
    BOOST_TEST(f.runUntil([&] { return peer.failure != 0; }));
    BOOST_TEST(peer.clientKey.empty()); // it got nothing of ours
}

BOOST_AUTO_TEST_CASE(r04_certificates_prove_both_sides)
{
    Fixture f;
    DtlsServer peer(f.loop, certificates, {});
    peer.present(f.server, false);
    f.wanted.server.publicKey = f.authority.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

    BOOST_TEST_REQUIRE(f.connect(SecurityMode::Certificate, peer.port(), "localhost"), f.reason());

    BOOST_TEST((f.listener.facts->securityMode == SecurityMode::Certificate));
    BOOST_TEST(f.runUntil([&] { return peer.isEstablished; }));
    BOOST_TEST(peer.clientKey == f.device.certificate(), boost::test_tools::per_element());
    BOOST_TEST(peer.serverName == "localhost");
}

BOOST_AUTO_TEST_CASE(r12_openssl_agrees_on_both_suites_with_certificates)
{
    for (const auto& [cipher, number] :
         {std::pair{opensslCcm8, 0xC0AE}, std::pair{opensslCbc, 0xC023}}) {
        Fixture f;
        const OpensslServer peer(f.opensslArguments(f.server, cipher));
        f.wanted.server.publicKey = f.authority.certificate();
        f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

        BOOST_TEST_REQUIRE(f.connect(SecurityMode::Certificate, peer.port(), "localhost"),
                           f.reason());

        BOOST_TEST(f.listener.facts->cipherSuite == number);
        BOOST_TEST(f.listener.facts->hasEncryptThenMac == (number == 0xC023)); // R23
    }
}

BOOST_AUTO_TEST_CASE(r19_openssl_with_a_certificate_that_will_not_do_is_refused)
{
    struct Row
    {
        CertificateWish wish;
        std::string host;
        std::string reason;
    };

    CertificateWish expired;
    expired.daysUntilEnd = -1;
    CertificateWish sha1;
    sha1.digest = GNUTLS_DIG_SHA1;
    CertificateWish elsewhere;
    elsewhere.name = "other.example";
    for (const Row& row : {Row{expired, "localhost", "has expired on"},
                           Row{sha1, "localhost", "weaker than SHA-256"},
                           Row{elsewhere, "localhost", "is not for \"localhost\""},
                           Row{CertificateWish{}, "127.0.0.1", "is not for \"127.0.0.1\""}}) {
        Fixture f;
        const Identity server(row.wish, &f.authority);
        const OpensslServer peer(f.opensslArguments(server, opensslCcm8));
        f.wanted.server.publicKey = f.authority.certificate();
        f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

        BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), row.host));
        BOOST_TEST(contains(f.reason(), row.reason), f.reason());
    }
}

// RFC 6066 §3: "without a trailing dot"
BOOST_AUTO_TEST_CASE(a_server_name_is_sent_and_compared_without_its_final_dot)
{
    Fixture f;
    DtlsServer peer(f.loop, certificates, {});
    peer.present(f.server, false);
    f.wanted.server.publicKey = f.authority.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;
    f.wanted.server.serverName = "localhost.";

    BOOST_TEST(f.connect(SecurityMode::Certificate, peer.port()), f.reason());

    BOOST_TEST(peer.serverName == "localhost");
}

BOOST_AUTO_TEST_CASE(r04_openssl_of_another_authority_is_refused)
{
    Fixture f;
    const Identity stranger(authorityWish("A stranger"));
    const OpensslServer peer(f.opensslArguments(f.server, opensslCcm8));
    f.wanted.server.publicKey = stranger.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));

    BOOST_TEST(contains(f.reason(), "does not end in an authority that is trusted"), f.reason());
}

BOOST_AUTO_TEST_CASE(r04_a_server_with_an_rsa_certificate_has_no_suite_of_ours)
{
    Fixture f;
    CertificateWish wish;
    wish.rsaBits = 2048;
    const Identity server(wish, &f.authority);
    const OpensslServer peer(f.opensslArguments(server, "ALL:@SECLEVEL=0"));
    f.wanted.server.publicKey = server.certificate();

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));

    BOOST_TEST(contains(f.reason(), "handshake_failure"), f.reason());
}

// RFC 8422 §5.1, §5.3: P-256 alone is offered. GnuTLS's server side presents it nevertheless.
BOOST_AUTO_TEST_CASE(r04_a_servers_certificate_on_another_curve_than_was_offered_is_refused)
{
    for (const auto usage :
         {CertificateUsage::DomainIssued, CertificateUsage::TrustAnchorAssertion}) {
        const bool isOwn = usage == CertificateUsage::DomainIssued;
        Fixture f;
        CertificateWish wish;
        wish.curve = GNUTLS_ECC_CURVE_SECP384R1;
        const Identity server(wish, &f.authority);
        DtlsServer peer(f.loop, certificates, {});
        peer.present(server, false);
        f.wanted.server.publicKey = isOwn ? server.certificate() : f.authority.certificate();
        f.wanted.server.certificateUsage = usage;
        BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));
        BOOST_TEST(contains(f.reason(), "SECP384R1, and P-256 alone was offered"), f.reason());
        BOOST_TEST(peer.clientKey.empty()); // it got nothing of ours
    }
}

// It sees by itself that nothing of its own goes with the offer.
BOOST_AUTO_TEST_CASE(openssl_has_no_certificate_on_another_curve_for_us)
{
    Fixture f;
    CertificateWish wish;
    wish.curve = GNUTLS_ECC_CURVE_SECP384R1;
    const Identity server(wish, &f.authority);
    const OpensslServer peer(f.opensslArguments(server, opensslCcm8));
    f.wanted.server.publicKey = server.certificate();

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));

    BOOST_TEST(contains(f.reason(), "handshake_failure"), f.reason());
}

// An authority on P-384 may vouch: the offer is about the server's own key (RFC 8422 §5.3).
BOOST_AUTO_TEST_CASE(openssl_below_an_authority_on_another_curve_is_accepted)
{
    Fixture f;
    CertificateWish wish = authorityWish("On P-384");
    wish.curve = GNUTLS_ECC_CURVE_SECP384R1;
    const Identity authority(wish);
    const Identity server(CertificateWish{}, &authority);
    const OpensslServer peer(f.opensslArguments(server, opensslCcm8));
    f.wanted.server.publicKey = authority.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

    BOOST_TEST(f.connect(SecurityMode::Certificate, peer.port(), "localhost"), f.reason());
}

BOOST_AUTO_TEST_CASE(openssl_that_does_not_know_the_devices_authority_says_so)
{
    Fixture f;
    const Identity stranger(authorityWish("A stranger"));
    const Identity device(CertificateWish{}, &stranger);
    f.store.put({"meter-1", "server"}, device.keyPair(true));
    const OpensslServer peer(f.opensslArguments(f.server, opensslCcm8));
    f.wanted.server.publicKey = f.server.certificate();

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));

    BOOST_TEST(contains(f.reason(), "does not accept the device's certificate"), f.reason());
    BOOST_CHECK(f.listener.closed.front().retry == base::Retry::Never); // another one may be let in
}

BOOST_AUTO_TEST_CASE(usage_0_and_1_trust_whom_the_gateway_trusts)
{
    const fakes::TemporaryDirectory directory;
    const auto file = directory.path() / "trust.pem";
    coap::EndpointSettings settings{true, 5s};
    settings.trustStore = file;
    Fixture f(settings);
    const OpensslServer peer(f.opensslArguments(f.server, opensslCcm8));
    f.wanted.server.publicKey = f.server.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::ServiceCertificate;

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port(), "localhost"));
    BOOST_TEST(contains(f.reason(), "has no certificate to offer"), f.reason());
    std::ofstream(file) << f.authority.certificatePem();
    BOOST_TEST(f.connect(SecurityMode::Certificate, peer.port(), "localhost"), f.reason());
}

BOOST_AUTO_TEST_CASE(r04_a_server_that_asks_for_no_client_key_is_refused)
{
    for (const auto mode : {SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        const bool isRawKey = mode == SecurityMode::RawPublicKey;
        Fixture f;
        DtlsServer peer(f.loop, isRawKey ? rawKeys : certificates, {});
        peer.isCareless = true;
        peer.present(f.server, isRawKey);
        f.wanted.server.publicKey = isRawKey ? f.server.publicKey() : f.server.certificate();

        BOOST_TEST(!f.connect(mode, peer.port()));
        BOOST_TEST(contains(f.reason(), "lets anybody in"), f.reason());
    }
}

BOOST_AUTO_TEST_CASE(r21_a_server_of_another_mode_gets_no_weaker_offer)
{
    Fixture f;
    DtlsServer peer(f.loop, certificates, {});
    peer.present(f.server, false);
    f.wanted.server.publicKey = f.server.publicKey();

    BOOST_TEST(!f.connect(SecurityMode::RawPublicKey, peer.port()));

    BOOST_TEST(!f.reason().empty());
    BOOST_TEST(!peer.isEstablished);
}

BOOST_AUTO_TEST_CASE(r23_cbc_wants_encrypt_then_mac_with_certificates_too)
{
    Fixture f;
    DtlsServer peer(f.loop, certificatesInCbcWithoutEtm, {});
    peer.present(f.server, false);
    f.wanted.server.publicKey = f.server.certificate();

    BOOST_TEST(!f.connect(SecurityMode::Certificate, peer.port()));
    BOOST_TEST(contains(f.reason(), "encrypt-then-MAC"), f.reason());
    peer.expectNext(certificatesInCbcWithoutEtm);
    f.wanted.allowsCbcWithoutEtm = true;
    BOOST_TEST_REQUIRE(f.connect(SecurityMode::Certificate, peer.port()), f.reason());
    BOOST_TEST(!f.listener.facts->hasEncryptThenMac);
}

BOOST_AUTO_TEST_CASE(r07_a_session_with_a_key_pair_is_resumed)
{
    for (const auto mode : {SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        const bool isRawKey = mode == SecurityMode::RawPublicKey;
        const auto* const priority = isRawKey ? rawKeys : certificates;
        Fixture f;
        DtlsServer peer(f.loop, priority, {});
        peer.present(f.server, isRawKey);
        peer.giveTickets();
        f.wanted.server.publicKey = isRawKey ? f.server.publicKey() : f.server.certificate();
        peer.expectNext(priority);
        BOOST_TEST_REQUIRE(f.connect(mode, peer.port()), f.reason());
        const auto serverKey = f.listener.facts->serverKey;

        peer.expectNext(priority);
        BOOST_TEST_REQUIRE(f.connect(mode, peer.port()), f.reason());

        BOOST_TEST(f.listener.facts->isResumed);
        BOOST_TEST((f.listener.facts->serverKey == serverKey));
    }
}

// Ticket and certificates are as long as the server likes: 65 KiB in each ClientHello, and as much
// in the store for each of ten thousand accounts.
BOOST_AUTO_TEST_CASE(r07_what_a_server_makes_too_long_is_not_kept)
{
    Fixture f;
    CertificateWish wish;
    wish.alter = [](gnutls_x509_crt_t certificate) {
        const base::Bytes much(20'000, 0x04); // octets of no meaning, not critical
        gnutls_x509_crt_set_extension_by_oid(
            certificate, "1.3.6.1.4.1.1.1", much.data(), much.size(), 0);
    };
    const Identity longWinded(wish, &f.authority);
    DtlsServer peer(f.loop, certificates, {});
    peer.present(longWinded, false);
    peer.giveTickets();
    f.wanted.server.publicKey = longWinded.certificate();

    for (int i = 0; i < 2; ++i) {
        peer.expectNext(certificates);

        BOOST_TEST_REQUIRE(f.connect(SecurityMode::Certificate, peer.port()), f.reason());
        BOOST_TEST(!f.listener.facts->isResumed);
    }
}

BOOST_AUTO_TEST_CASE(r06_what_is_resumed_is_held_against_the_account_as_it_is_now)
{
    for (const auto mode : {SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        const bool isRawKey = mode == SecurityMode::RawPublicKey;
        const auto* const priority = isRawKey ? rawKeys : certificates;
        Fixture f;
        DtlsServer peer(f.loop, priority, {});
        peer.present(f.server, isRawKey);
        peer.giveTickets();
        peer.followsClients = true;
        f.wanted.server.publicKey = isRawKey ? f.server.publicKey() : f.server.certificate();
        peer.expectNext(priority);
        BOOST_TEST_REQUIRE(f.connect(mode, peer.port()), f.reason());

        f.wanted.server.publicKey = isRawKey ? f.device.publicKey() : f.device.certificate();
        BOOST_TEST(!f.connect(mode, peer.port()));

        BOOST_TEST(contains(f.reason(), "is not the one of this account"), f.reason());
    }
}

BOOST_AUTO_TEST_CASE(r29_a_credential_of_another_mode_ends_a_session_before_its_first_octet)
{
    struct Row
    {
        SecurityMode mode;
        bool hasKeyPair;
        std::string reason;
    };

    for (const Row& row :
         {Row{SecurityMode::Psk, true, "wants a pre-shared key, the device has a key pair"},
          Row{SecurityMode::RawPublicKey, false, "wants a key pair, the device has a pre-shared"},
          Row{SecurityMode::Certificate, true, "the device's key pair has none yet"}}) {
        Fixture f;
        if (row.hasKeyPair)
            f.store.put({"meter-1", "server"}, f.device.keyPair(false));
        else
            f.store.put({"meter-1", "server"}, "meter-1", tests::testKey);

        BOOST_TEST(!f.connect(row.mode, 1));
        BOOST_TEST(contains(f.reason(), row.reason), f.reason());
    }
}

BOOST_AUTO_TEST_SUITE_END()
