// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/stream_peer.hpp"

/// Sessions over TLS (RFC 8323 §8.2, §9) with OpenSSL. rNN: the row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::SecurityMode;
using base::ErrorKind;
using tests::OpensslServer;
using tests::StreamPeer;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// TLS: `openssl s_server` on TCP.
struct TlsFixture : tests::SessionFixture
{
    TlsFixture()
        : SessionFixture({false, 5s})
    {}

    bool connect(const OpensslServer& to, api::SessionSettings wanted)
    {
        to.say({0x00, 0xE1, 0x21, 0x01, 0x7F, 0xB1, 0x33}); // settings, then GET /3
        wanted.logName = "meter-1";
        wanted.uri = "coaps+tcp://localhost:" + std::to_string(to.port());
        wanted.credential = {"meter-1", "server"};
        session = open(std::move(wanted));
        return runUntilConnectedOrClosed() && listener.facts;
    }

    std::vector<std::string> arguments(const fakes::Identity& identity, const std::string& cipher)
    {
        return {"-cert",
                file("server.pem", identity.certificatePem()),
                "-key",
                file("server.key", identity.keyPem()),
                "-CAfile",
                file("authority.pem", authority.certificatePem()),
                "-Verify",
                "3",
                "-cipher",
                cipher,
                "-verify_return_error"};
    }

    std::string file(const std::string& name, const std::string& text) const
    {
        const auto path = directory.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    fakes::Identity authority{fakes::authorityWish()};
    fakes::Identity server{fakes::CertificateWish{}, &authority};
    fakes::Identity device{fakes::CertificateWish{}, &authority};
    fakes::TemporaryDirectory directory;
    std::unique_ptr<api::Session> session;
};

std::vector<std::string> pskArguments(const std::string& cipher, const std::string& key)
{
    return {"-nocert", "-psk_identity", "meter-1", "-psk", key, "-cipher", cipher};
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(r12_openssl_agrees_on_the_suites_of_dtls)
{
    for (const auto& [cipher, suite] : {std::pair{"PSK-AES128-CCM8:@SECLEVEL=0", 0xC0A8},
                                        std::pair{"PSK-AES128-CBC-SHA256:@SECLEVEL=0", 0x00AE}}) {
        TlsFixture f;
        const OpensslServer peer(pskArguments(cipher, base::toHex(tests::testKey)), "-tls1_2");

        BOOST_TEST_REQUIRE(f.connect(peer, {}), f.reason());

        BOOST_TEST(f.listener.facts->cipherSuite == suite);
        BOOST_TEST(f.listener.facts->hasEncryptThenMac == (suite == 0x00AE));
        BOOST_TEST(f.listener.facts->hasExtendedMasterSecret);
        BOOST_TEST(f.listener.facts->isReliable);
        BOOST_TEST(f.runUntil([&] { return f.listener.requests.size() == 1U; }));
    }
}

BOOST_AUTO_TEST_CASE(r04_certificates_prove_both_sides)
{
    TlsFixture f;
    f.store.put({"meter-1", "server"}, f.device.keyPair(true));
    const OpensslServer peer(f.arguments(f.server, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"),
                             "-tls1_2");
    api::SessionSettings wanted;
    wanted.securityMode = SecurityMode::Certificate;
    wanted.server.publicKey = f.authority.certificate();
    wanted.server.certificateUsage = api::CertificateUsage::TrustAnchorAssertion;

    BOOST_TEST_REQUIRE(f.connect(peer, wanted), f.reason());

    BOOST_TEST(f.listener.facts->cipherSuite == 0xC0AE);
    BOOST_TEST(f.runUntil([&] { return f.listener.requests.size() == 1U; }));
}

BOOST_AUTO_TEST_CASE(r04_a_server_with_another_certificate_is_refused)
{
    TlsFixture f;
    f.store.put({"meter-1", "server"}, f.device.keyPair(true));
    const OpensslServer peer(f.arguments(f.server, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"),
                             "-tls1_2");
    api::SessionSettings wanted;
    wanted.securityMode = SecurityMode::Certificate;
    wanted.server.publicKey = f.device.certificate();

    BOOST_TEST(!f.connect(peer, wanted));

    BOOST_TEST(contains(f.reason(), "certificate"), f.reason());
}

BOOST_AUTO_TEST_CASE(r13_a_suite_that_is_not_offered_is_not_agreed_on)
{
    TlsFixture f;
    const OpensslServer peer(
        pskArguments("PSK-AES256-CBC-SHA:@SECLEVEL=0", base::toHex(tests::testKey)), "-tls1_2");

    BOOST_TEST(!f.connect(peer, {}));

    BOOST_TEST(contains(f.reason(), "alert"), f.reason());
}

BOOST_AUTO_TEST_CASE(a_wrong_key_is_told_in_words)
{
    TlsFixture f;
    const OpensslServer peer(pskArguments("PSK-AES128-CCM8:@SECLEVEL=0", std::string(32, 'a')),
                             "-tls1_2");

    BOOST_TEST(!f.connect(peer, {}));

    BOOST_TEST((f.listener.closed.front().kind == ErrorKind::Refused), f.reason());
}

BOOST_AUTO_TEST_CASE(a_server_of_another_version_is_refused)
{
    TlsFixture f;
    const OpensslServer peer(
        pskArguments("PSK-AES128-GCM-SHA256:@SECLEVEL=0", base::toHex(tests::testKey)), "-tls1_3");

    BOOST_TEST(!f.connect(peer, {}));
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed)
{
    TlsFixture f;
    const OpensslServer peer(
        pskArguments("PSK-AES128-CCM8:@SECLEVEL=0", base::toHex(tests::testKey)), "-tls1_2");
    BOOST_TEST_REQUIRE(f.connect(peer, {}), f.reason());
    BOOST_TEST(!f.listener.facts->isResumed);
    f.session->close();
    f.session.reset();
    f.listener = {};

    // Whom s_server tells depends on when it has noticed that the first client is gone.
    f.session = f.open("coaps+tcp://localhost:" + std::to_string(peer.port()));
    while (!f.runUntil([&] { return f.listener.facts || !f.listener.closed.empty(); }, 200ms))
        peer.say({0x00, 0xE1});

    BOOST_TEST_REQUIRE(f.listener.facts.has_value(), f.reason());
    BOOST_TEST(f.listener.facts->isResumed);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_silent_in_the_handshake_is_given_up)
{
    tests::SessionFixture f({false, 300ms});
    StreamPeer silent;
    const auto session = f.open("coaps+tcp://127.0.0.1:" + std::to_string(silent.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());

    BOOST_TEST(contains(f.reason(), "no answer to the TLS handshake"), f.reason());
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_up_in_the_handshake_is_told)
{
    tests::SessionFixture f({false, 5s});
    StreamPeer peer;
    const auto session = f.open("coaps+tcp://127.0.0.1:" + std::to_string(peer.port()));
    BOOST_TEST(f.runUntil([&] { return !peer.heard().empty(); }));

    peer.hangUp();

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "closed the connection in the TLS handshake"), f.reason());
}

BOOST_AUTO_TEST_SUITE_END()
