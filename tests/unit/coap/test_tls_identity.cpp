// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/stream_peer.hpp"
#include "tests/unit/coap/tls_server.hpp"

/// Who the server is, over TLS: the rows that test_server_identity and test_offer have for DTLS.
/// OpenSSL is the peer; it has no raw public keys in 3.0, there GnuTLS's server side is. rNN: the
/// row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::CertificateUsage;
using api::MatchingType;
using api::SecurityMode;
using fakes::CertificateWish;
using fakes::Identity;
using tests::OpensslServer;
using tests::StreamPeer;
using tests::TlsServer;

namespace {

constexpr auto rawKeys = "NONE:+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AES-128-CBC:+AEAD:+SHA256"
                         ":+SIGN-ECDSA-SHA256:+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK";
constexpr auto cbcWithoutEtm =
    "NONE:+VERS-TLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256:%NO_ETM";
constexpr auto ccm = "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0";

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

base::Bytes hashOf(const base::Bytes& octets, MatchingType type)
{
    constexpr std::array digests{
        GNUTLS_DIG_UNKNOWN, GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA512};
    if (type == MatchingType::Exact)
        return octets;
    const auto digest = digests.at(static_cast<std::size_t>(type));
    base::Bytes hash(gnutls_hash_get_len(digest));
    gnutls_hash_fast(digest, octets.data(), octets.size(), hash.data());
    return hash;
}

/// As a TPM signs.
base::Bytes signBy(const Identity& identity, base::Bytes digest)
{
    base::Bytes octets = identity.privateKey();
    gnutls_privkey_t key = nullptr;
    gnutls_privkey_init(&key);
    const gnutls_datum_t datum{octets.data(), static_cast<unsigned>(octets.size())};
    BOOST_REQUIRE(gnutls_privkey_import_x509_raw(key, &datum, GNUTLS_X509_FMT_DER, nullptr, 0) ==
                  0);
    const gnutls_datum_t hash{digest.data(), static_cast<unsigned>(digest.size())};
    gnutls_datum_t made{};
    BOOST_REQUIRE(gnutls_privkey_sign_hash2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &made) == 0);
    base::Bytes signature(made.data, made.data + made.size);
    gnutls_free(made.data);
    gnutls_privkey_deinit(key);
    return signature;
}

struct Trust
{
    Trust() { std::ofstream(file()) << authority.certificatePem(); }

    [[nodiscard]] std::filesystem::path file() const { return directory.path() / "trust.pem"; }

    fakes::TemporaryDirectory directory;
    Identity authority{fakes::authorityWish()};
};

/// The gateway trusts the authority, too: usages 0 and 1 want that.
struct Fixture : Trust, tests::SessionFixture
{
    Fixture()
        : SessionFixture({false, 5s, std::chrono::hours(1), 1000, file()})
    {
        wanted.logName = "meter-1";
        wanted.credential = {"meter-1", "server"};
        wanted.securityMode = SecurityMode::Certificate;
        store.put(wanted.credential, device.keyPair(true));
    }

    /// Says whether there is a session then.
    bool connect(std::uint16_t port, const std::string& host = "localhost")
    {
        begin(port, host);
        return runUntilConnectedOrClosed() && listener.facts;
    }

    void begin(std::uint16_t port, const std::string& host = "localhost")
    {
        wanted.uri = "coaps+tcp://" + host + ":" + std::to_string(port);
        session = open(wanted);
    }

    [[nodiscard]] OpensslServer openssl(const Identity& identity) const
    {
        return OpensslServer({"-cert",
                              write("server.pem", identity.certificatePem()),
                              "-key",
                              write("server.key", identity.keyPem()),
                              "-CAfile",
                              file().string(),
                              "-Verify",
                              "3",
                              "-verify_return_error",
                              "-cipher",
                              ccm},
                             "-tls1_2");
    }

    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const
    {
        const auto path = directory.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    Identity server{CertificateWish{}, &authority};
    Identity device{CertificateWish{}, &authority};
    api::SessionSettings wanted;
    std::unique_ptr<api::Session> session;
};

} // namespace

BOOST_AUTO_TEST_SUITE(tls_identity)

BOOST_AUTO_TEST_CASE(r04_r29_every_usage_and_matching_type_with_openssl)
{
    for (int usage = 0; usage < 4; ++usage)
        for (int type = 0; type < 4; ++type)
            for (const bool isRight : {true, false}) {
                Fixture f;
                const OpensslServer peer = f.openssl(f.server);
                peer.say({0x00, 0xE1});
                const bool isAuthority = usage == 0 || usage == 2;
                // An authority that is known by its hash must be presented, or be the gateway's.
                if (usage == 2 && type > 0 && isRight)
                    continue;
                const Identity& known = isAuthority ? f.authority : f.server;
                const auto matching = static_cast<MatchingType>(type);
                f.wanted.server.certificateUsage = static_cast<CertificateUsage>(usage);
                f.wanted.server.matchingType = matching;
                f.wanted.server.publicKey =
                    hashOf((isRight ? known : f.device).certificate(), matching);

                BOOST_TEST(f.connect(peer.port()) == isRight,
                           "usage " << usage << ", type " << type << ": " << f.reason());
            }
}

BOOST_AUTO_TEST_CASE(r04_a_host_name_that_does_not_match_is_refused)
{
    Fixture f;
    CertificateWish wish;
    wish.name = "elsewhere.example";
    const Identity other(wish, &f.authority);
    const OpensslServer peer = f.openssl(other);
    f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;
    f.wanted.server.publicKey = f.authority.certificate();

    BOOST_TEST(!f.connect(peer.port()));

    BOOST_TEST(contains(f.reason(), "localhost"), f.reason());
}

BOOST_AUTO_TEST_CASE(r19_certificates_with_a_flaw_are_refused)
{
    std::vector<CertificateWish> wishes(4);
    wishes[0].daysUntilEnd = -1;
    wishes[1].daysUntilBegin = 1;
    wishes[2].digest = GNUTLS_DIG_SHA1;
    wishes[3].purpose = GNUTLS_KP_TLS_WWW_CLIENT;
    for (const auto& wish : wishes) {
        Fixture f;
        const Identity flawed(wish, &f.authority);
        const OpensslServer peer = f.openssl(flawed);
        f.wanted.server.certificateUsage = CertificateUsage::TrustAnchorAssertion;
        f.wanted.server.publicKey = f.authority.certificate();

        BOOST_TEST(!f.connect(peer.port()));

        BOOST_TEST(contains(f.reason(), "certificate"), f.reason());
    }
}

BOOST_AUTO_TEST_CASE(r04_raw_public_keys_prove_both_sides)
{
    for (const bool isRight : {true, false}) {
        Fixture f;
        TlsServer peer({rawKeys, {}, {&f.server}, true, true});
        f.store.put(f.wanted.credential, f.device.keyPair(false));
        f.wanted.securityMode = SecurityMode::RawPublicKey;
        f.wanted.server.publicKey = (isRight ? f.server : f.device).publicKey();

        BOOST_TEST(f.connect(peer.port(), "127.0.0.1") == isRight, f.reason());

        BOOST_TEST(peer.sessions() == (isRight ? 1 : 0));
        if (isRight)
            BOOST_TEST(peer.clientsShown() == 1);
    }
}

BOOST_AUTO_TEST_CASE(r23_cbc_without_encrypt_then_mac_is_refused)
{
    for (const bool isAllowed : {false, true}) {
        Fixture f;
        TlsServer peer({cbcWithoutEtm, tests::testKey, {}, false, false});
        f.store.put(f.wanted.credential, "meter-1", tests::testKey);
        f.wanted.securityMode = SecurityMode::Psk;
        f.wanted.allowsCbcWithoutEtm = isAllowed;

        BOOST_TEST(f.connect(peer.port(), "127.0.0.1") == isAllowed, f.reason());
    }
}

BOOST_AUTO_TEST_CASE(a_private_key_in_the_tpm_signs)
{
    Fixture f;
    const OpensslServer peer = f.openssl(f.server);
    peer.say({0x00, 0xE1});
    api::KeyPair pair = f.device.keyPair(true);
    pair.privateKey = {};
    pair.residence = api::KeyResidence::Tpm;
    f.store.put(f.wanted.credential, std::move(pair));
    f.wanted.server.publicKey = f.server.certificate();

    f.begin(peer.port());
    BOOST_TEST_REQUIRE(
        f.runUntil([&] { return !f.store.signing.empty() || !f.listener.closed.empty(); }));
    BOOST_TEST_REQUIRE(f.store.signing.size() == 1U, f.reason());
    auto order = std::move(f.store.signing.front());
    f.store.signing.clear();
    order.second(signBy(f.device, order.first.digest));

    BOOST_TEST_REQUIRE(f.runUntilConnectedOrClosed());
    BOOST_TEST_REQUIRE(f.listener.facts.has_value(), f.reason());
    BOOST_TEST((f.listener.facts->keyResidence == api::KeyResidence::Tpm));
}

// ServerHello without extensions, by hand: no stack would pick these of our offer.
BOOST_AUTO_TEST_CASE(r15_r20_a_server_that_picks_what_was_not_offered_is_refused)
{
    for (const std::string suite : {"c037",    // ECDHE_PSK, the removed one
                                    "008c",    // SHA-1
                                    "002c",    // NULL
                                    "00a8",    // good, and not offered
                                    "c0ae",    // of another mode
                                    "1301",    // of TLS 1.3
                                    "00ff"}) { // none, a signal
        Fixture f;
        StreamPeer peer;
        f.store.put(f.wanted.credential, "meter-1", tests::testKey);
        f.wanted.securityMode = SecurityMode::Psk;
        f.begin(peer.port(), "127.0.0.1");
        BOOST_TEST_REQUIRE(f.runUntil([&] { return !peer.heard().empty(); }));
        const auto hello = peer.heard();

        peer.send("160303002a 02000026 0303" + std::string(64, '7') + "00" + suite + "00");

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(!f.listener.facts.has_value());
        BOOST_TEST(f.runUntil([&] { return peer.hasEnded(); }));
        // A fatal alert, and nothing else.
        const std::string said = peer.heard().substr(hello.size());
        BOOST_TEST(said.substr(0, 12) == "150303000202", suite << ": " << said);
        BOOST_TEST(said.size() == 14U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
