// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>
#include <gnutls/abstract.h>

#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"

/// Handshakes that a private key signs which is not ours: it resides in the TPM, whom the test is.

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
constexpr auto preSharedKeys = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// As a TPM signs.
base::Bytes signBy(const Identity& identity, const base::Bytes& digest)
{
    const base::Bytes octets = identity.privateKey();
    gnutls_privkey_t key = nullptr;
    gnutls_privkey_init(&key);
    const gnutls_datum_t datum{const_cast<unsigned char*>(octets.data()),
                               static_cast<unsigned>(octets.size())};
    BOOST_REQUIRE(gnutls_privkey_import_x509_raw(key, &datum, GNUTLS_X509_FMT_DER, nullptr, 0) ==
                  0);
    const gnutls_datum_t hash{const_cast<unsigned char*>(digest.data()),
                              static_cast<unsigned>(digest.size())};
    gnutls_datum_t made{};
    BOOST_REQUIRE(gnutls_privkey_sign_hash2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &made) == 0);
    base::Bytes signature(made.data, made.data + made.size);
    gnutls_free(made.data);
    gnutls_privkey_deinit(key);
    return signature;
}

struct Fixture : SessionFixture
{
    explicit Fixture(base::Duration limit = 10s)
        : SessionFixture({true, limit})
    {
        api::KeyPair pair = device.keyPair(true);
        pair.privateKey = {};
        pair.residence = api::KeyResidence::Tpm;
        pair.mark = mark;
        store.put({"meter-1", "server"}, std::move(pair));
    }

    void begin(SecurityMode mode, std::uint16_t port, const std::string& host = "127.0.0.1")
    {
        session.reset();
        listener = {};
        wanted.securityMode = mode;
        wanted.logName = "meter-1";
        wanted.uri = "coaps://" + host + ":" + std::to_string(port);
        wanted.credential = {"meter-1", "server"};
        session = open(wanted);
    }

    /// With `peer`, who has shown its raw public key.
    void beginWith(DtlsServer& peer)
    {
        peer.present(server, true);
        wanted.server.publicKey = server.publicKey();
        begin(SecurityMode::RawPublicKey, peer.port());
    }

    bool waitForOrder()
    {
        return runUntil([this] { return !store.signing.empty() || !listener.closed.empty(); }) &&
               !store.signing.empty();
    }

    void answerOrder(base::Expected<base::Bytes> signature)
    {
        auto order = std::move(store.signing.front());
        store.signing.erase(store.signing.begin());
        order.second(std::move(signature));
    }

    void signOrder() { answerOrder(signBy(device, store.signing.front().first.digest)); }

    bool connects() { return runUntilConnectedOrClosed() && listener.facts; }

    Identity authority{authorityWish()};
    Identity server{CertificateWish{}, &authority};
    Identity device{CertificateWish{}, &authority};
    const api::CredentialMark mark{1, 2, 3};
    api::SessionSettings wanted;
    std::unique_ptr<api::Session> session;
    fakes::TemporaryDirectory directory;

    std::string file(const std::string& name, const std::string& text) const
    {
        const auto path = directory.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    /// `openssl s_server` that wants one of the authority's clients.
    std::vector<std::string> opensslArguments() const
    {
        return {"-cert",
                file("server.pem", server.certificatePem()),
                "-key",
                file("server.key", server.keyPem()),
                "-CAfile",
                file("authority.pem", authority.certificatePem()),
                "-Verify",
                "3",
                "-verify_return_error",
                "-cipher",
                "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"};
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(signature)

BOOST_AUTO_TEST_CASE(openssl_takes_a_certificate_whose_key_is_elsewhere)
{
    Fixture f;
    const OpensslServer peer(f.opensslArguments());
    f.wanted.server.publicKey = f.authority.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;

    f.begin(SecurityMode::Certificate, peer.port(), "localhost");
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());
    const auto& order = f.store.signing.front().first;
    BOOST_TEST(order.id.device == "meter-1");
    BOOST_TEST(order.id.server == "server");
    BOOST_CHECK(order.mark == f.mark);
    BOOST_TEST(order.digest.size() == 32U);
    f.signOrder();

    BOOST_TEST_REQUIRE(f.connects(), f.reason());
    BOOST_TEST(f.listener.facts->cipherSuite == 0xC0AE);
    BOOST_CHECK(f.listener.facts->keyResidence == api::KeyResidence::Tpm);
    BOOST_TEST(f.store.signing.empty());
}

BOOST_AUTO_TEST_CASE(a_raw_public_key_is_proved_by_a_key_that_is_elsewhere)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});

    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());
    f.signOrder();

    BOOST_TEST_REQUIRE(f.connects(), f.reason());
    BOOST_TEST(f.runUntil([&] { return peer.isEstablished; }));
    BOOST_TEST(peer.clientKey == f.device.publicKey(), boost::test_tools::per_element());
}

// The server sends its flight again meanwhile (RFC 6347 §4.2.4): GnuTLS's and OpenSSL's after 1 s.
BOOST_AUTO_TEST_CASE(a_signature_that_takes_long_holds_up_nobody_else)
{
    Fixture f;
    const OpensslServer peer(f.opensslArguments());
    DtlsServer other(f.loop, preSharedKeys, tests::testKey);
    f.wanted.server.publicKey = f.authority.certificate();
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;
    f.begin(SecurityMode::Certificate, peer.port(), "localhost");
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());

    constexpr int manyRounds = 100;
    int rounds = 0;
    base::Timer pulse(f.loop, [&] {
        ++rounds;
        pulse.start(5ms);
    });
    pulse.start(5ms);
    f.store.put({"relay-1", "other"}, "relay-1", tests::testKey);
    tests::RecordingListener neighbour;
    const auto second = f.endpoint.open({"relay-1",
                                         "coaps://127.0.0.1:" + std::to_string(other.port()),
                                         SecurityMode::Psk,
                                         {"relay-1", "other"},
                                         false,
                                         {}},
                                        neighbour);
    BOOST_TEST(f.runUntil([&] { return neighbour.facts.has_value(); }));
    const base::TimePoint end = f.loop.now() + 1500ms;
    BOOST_TEST(f.runUntil([&] { return f.loop.now() >= end && rounds >= manyRounds; }));
    BOOST_TEST(!f.listener.facts.has_value());

    f.signOrder();
    BOOST_TEST(f.connects(), f.reason());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_the_tpm_is_the_reason_of_the_session)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());

    f.answerOrder(
        base::fail(base::ErrorKind::Refused, "the private key is gone", base::Retry::Later));

    BOOST_TEST(!f.connects());
    BOOST_TEST(f.reason() == "the key pair cannot be used: the private key is gone");
    BOOST_TEST(f.runUntil([&] { return peer.failure != 0; })); // it was told, and waits no more
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_key_leads_nowhere)
{
    Fixture f(2s);
    DtlsServer peer(f.loop, rawKeys, {});
    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());

    f.answerOrder(signBy(f.server, f.store.signing.front().first.digest));

    BOOST_TEST(!f.connects());
    BOOST_TEST(f.runUntil([&] { return peer.failure != 0; }));
}

BOOST_AUTO_TEST_CASE(a_tpm_that_says_nothing_is_given_up_with_the_handshake)
{
    Fixture f(300ms);
    DtlsServer peer(f.loop, rawKeys, {});
    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());

    BOOST_TEST(!f.connects());

    BOOST_TEST(contains(f.reason(), "the TPM did not sign within the 0.3 s"), f.reason());
    BOOST_TEST(f.store.signing.front().first.wanted.expired());
    f.signOrder(); // too late: nobody hears it
    BOOST_TEST(f.listener.closed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_session_may_go_while_it_waits_for_its_signature)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());

    f.session.reset();

    BOOST_TEST(f.store.signing.front().first.wanted.expired());
    f.signOrder();
    BOOST_TEST(f.listener.closed.empty());
    BOOST_TEST(!f.listener.facts.has_value());
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_who_it_should_be_gets_no_signature)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    peer.present(f.server, true);
    f.wanted.server.publicKey = f.device.publicKey();

    f.begin(SecurityMode::RawPublicKey, peer.port());

    BOOST_TEST(!f.connects());
    BOOST_TEST(f.store.signing.empty());
}

BOOST_AUTO_TEST_CASE(a_resumed_session_needs_no_signature)
{
    Fixture f;
    DtlsServer peer(f.loop, rawKeys, {});
    peer.giveTickets();
    f.beginWith(peer);
    BOOST_TEST_REQUIRE(f.waitForOrder(), f.reason());
    f.signOrder();
    BOOST_TEST_REQUIRE(f.connects(), f.reason());
    BOOST_TEST(f.runUntil([&] { return peer.isEstablished; }));

    peer.expectNext(rawKeys);
    f.begin(SecurityMode::RawPublicKey, peer.port());

    BOOST_TEST_REQUIRE(f.connects(), f.reason());
    BOOST_TEST(f.listener.facts->isResumed);
    BOOST_CHECK(f.listener.facts->keyResidence == api::KeyResidence::Tpm);
    BOOST_TEST(f.store.signing.empty());
}

BOOST_AUTO_TEST_SUITE_END()
