// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/resource.h>

#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using tests::DtlsServer;
using tests::OpensslServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";
constexpr auto cbc = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256";
constexpr auto gcmOnly = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-GCM:+AEAD:+SIGN-ECDSA-SHA256";

std::string localUri(std::uint16_t port)
{
    return "coaps://127.0.0.1:" + std::to_string(port);
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dtls)

BOOST_AUTO_TEST_CASE(a_session_is_protected_with_ccm_8)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason() == "");
    BOOST_REQUIRE(f.listener.facts);
    BOOST_TEST(f.listener.facts->cipherSuite == 0xC0A8);
    BOOST_TEST(f.listener.facts->cipherSuiteName == "TLS_PSK_WITH_AES_128_CCM_8");
    BOOST_TEST(f.listener.facts->hasExtendedMasterSecret);
    BOOST_TEST(!f.listener.facts->isResumed);
    BOOST_TEST(f.listener.facts->localAddress == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(cbc_is_used_with_encrypt_then_mac)
{
    SessionFixture f;
    DtlsServer server(f.loop, cbc, testKey);

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_REQUIRE(f.listener.facts);
    BOOST_TEST(f.listener.facts->cipherSuite == 0x00AE);
    BOOST_TEST(f.listener.facts->hasEncryptThenMac);
}

BOOST_AUTO_TEST_CASE(a_server_with_other_suites_only_is_told_apart_by_its_alert)
{
    SessionFixture f;
    DtlsServer server(f.loop, gcmOnly, testKey);

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "(alert 40 handshake_failure)"), f.reason());
}

BOOST_AUTO_TEST_CASE(r12_openssl_agrees_on_both_suites)
{
    struct Row
    {
        std::string cipher;
        int suite;
        bool hasEncryptThenMac;
    };

    for (const Row& row : {Row{"PSK-AES128-CCM8:@SECLEVEL=0", 0xC0A8, false},
                           Row{"PSK-AES128-CBC-SHA256:@SECLEVEL=0", 0x00AE, true}}) {
        SessionFixture f;
        const OpensslServer server(row.cipher, base::toHex(testKey));

        const auto session = f.open(localUri(server.port()));

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST_REQUIRE(f.listener.facts.has_value(), f.reason());
        BOOST_TEST(f.listener.facts->cipherSuite == row.suite);
        BOOST_TEST(f.listener.facts->hasEncryptThenMac == row.hasEncryptThenMac);
        BOOST_TEST(f.listener.facts->hasExtendedMasterSecret);
    }
}

BOOST_AUTO_TEST_CASE(r13_one_suite_is_enough_for_a_server_that_has_both)
{
    constexpr auto both = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+AES-128-CCM-8:+AEAD"
                          ":+SIGN-ECDSA-SHA256";
    for (const int suite : {0xC0A8, 0x00AE}) {
        SessionFixture f;
        DtlsServer server(f.loop, both, testKey);

        const auto session = f.open({"meter-1",
                                     localUri(server.port()),
                                     api::SecurityMode::Psk,
                                     {"meter-1", "server"},
                                     false,
                                     {std::to_string(suite)}});

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST_REQUIRE(f.listener.facts.has_value(), f.reason());
        BOOST_TEST(f.listener.facts->cipherSuite == suite);
    }
}

BOOST_AUTO_TEST_CASE(r25_to_r27_identity_and_key_arrive_octet_by_octet)
{
    struct Row
    {
        std::size_t identitySize;
        std::size_t keySize;
    };

    for (const Row& row : {Row{1, 16}, Row{20, 32}, Row{127, 63}, Row{128, 64}}) {
        base::Bytes key(row.keySize, 0xFF);
        key[1] = 0;
        const std::string identity(row.identitySize, '\xC3'); // no UTF-8
        SessionFixture f;
        f.store.put({"meter-1", "server"}, identity, key);
        DtlsServer server(f.loop, ccm8, key);

        const auto session = f.open(localUri(server.port()));

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(f.listener.facts.has_value(), f.reason());
        BOOST_TEST(server.identity == identity);
    }
}

// RFC 4279 §5.2.
BOOST_AUTO_TEST_CASE(r25_a_hint_of_the_server_does_no_harm)
{
    for (const std::string& hint : {std::string("another"), std::string(128, 'h')}) {
        SessionFixture f;
        const OpensslServer server({"-nocert",
                                    "-cipher",
                                    "PSK-AES128-CCM8:@SECLEVEL=0",
                                    "-psk",
                                    base::toHex(testKey),
                                    "-psk_hint",
                                    hint});

        const auto session = f.open(localUri(server.port()));

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(f.listener.facts.has_value(), f.reason());
    }
}

BOOST_AUTO_TEST_CASE(r03_r10_r24_what_is_not_of_the_session_is_dropped_without_a_word)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));
    base::Bytes clientHello{22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 12};
    clientHello.insert(clientHello.end(), {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    base::Bytes badMac{23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 99, 0, 24};
    badMac.insert(badMac.end(), 24, 0xA5);
    const base::Bytes plainAlert{21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 8, 0, 2, 2, 40};

    for (const auto& datagram :
         {base::Bytes{0x40, 0x01, 0x12, 0x33, 0xB1, '3'}, clientHello, badMac, plainAlert})
        server.sendRaw(datagram);
    server.send({0x40, 0x01, 0x12, 0x34, 0xB1, '3'});

    BOOST_TEST(f.runUntil([&] { return !server.records.empty(); }));
    BOOST_TEST(f.listener.requests.size() == 1U); // the plain one never was one
    BOOST_TEST(server.failure == 0);              // no alert
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(r04_openssl_with_another_key_is_reported_as_such)
{
    SessionFixture f({true, 1s});
    const OpensslServer server("PSK-AES128-CCM8:@SECLEVEL=0", std::string(32, 'a'));

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "pre-shared key"), f.reason());
}

BOOST_AUTO_TEST_CASE(r04_a_wrong_key_is_reported_as_such)
{
    SessionFixture f({true, 500ms});
    DtlsServer server(f.loop, ccm8, base::toBytes("fedcba9876543210"));

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "pre-shared key"), f.reason());
}

BOOST_AUTO_TEST_CASE(every_address_of_a_name_is_tried)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey); // on 127.0.0.1 only, and localhost may be ::1 first

    const auto session = f.open("coaps://localhost:" + std::to_string(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason() == "");
    BOOST_TEST(server.serverName == "localhost");
}

BOOST_AUTO_TEST_CASE(r10_records_go_both_ways_over_ipv6)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey, AF_INET6);
    const auto session = f.open("coaps://[::1]:" + std::to_string(server.port()));
    BOOST_REQUIRE(f.runUntilConnectedOrClosed());
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished; }));

    server.send({0x40, 0x01, 0x12, 0x34, 0xB1, '3'}); // CON GET /3

    BOOST_TEST(f.runUntil([&] { return !server.records.empty(); }));
    const base::Bytes expected{0x60, 0x45, 0x12, 0x34, 0xFF, '3'};
    BOOST_TEST(server.records.front() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_good_bye_of_the_server_closes_the_session_once)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));

    server.sayGoodBye();

    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    BOOST_TEST(contains(f.reason(), "close_notify"), f.reason());
}

BOOST_AUTO_TEST_CASE(a_fatal_alert_closes_the_session_and_fails_what_waits)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));
    std::optional<base::ErrorKind> failure;
    session->request({}, [&](auto result) { failure = result.error().kind; });

    server.sendAlert(GNUTLS_A_INTERNAL_ERROR);

    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    BOOST_TEST(contains(f.reason(), "(alert 80 internal_error)"), f.reason());
    BOOST_TEST(f.listener.alerts == std::vector<int>{80}, boost::test_tools::per_element());
    BOOST_TEST((failure == base::ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_CASE(an_owner_that_closes_when_its_request_failed_hears_no_more)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));
    bool hasFailed = false;
    session->request({}, [&](const auto&) {
        hasFailed = true;
        session->close();
    });

    server.sendAlert(GNUTLS_A_INTERNAL_ERROR);

    BOOST_TEST(f.runUntil([&] { return hasFailed; }));
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(r05_a_renegotiation_is_refused_and_the_session_lives_on)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));

    server.askForRenegotiation();
    f.runUntil([&] { return server.failure != 0; }, 1s);
    server.send({0x40, 0x01, 0x12, 0x34, 0xB1, '3'});

    BOOST_TEST(server.failure == GNUTLS_E_WARNING_ALERT_RECEIVED);
    BOOST_TEST(f.runUntil([&] { return !f.listener.requests.empty(); }));
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(closing_says_good_bye_and_nothing_comes_after_it)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));
    server.failure = 1;

    session->close();

    BOOST_TEST(f.runUntil([&] { return server.failure == 0; }));
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(garbage_on_the_wire_does_not_end_a_session)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    const auto session = f.open(localUri(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && f.listener.facts; }));

    session->request({}, [](auto) {});
    server.send({0xFF, 0xFF});
    server.send({0x40, 0x01, 0x12, 0x34, 0xB1, '3'});

    BOOST_TEST(f.runUntil([&] { return !f.listener.requests.empty(); }));
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(a_descriptor_above_1023_is_like_any_other)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    std::vector<base::UniqueFd> fillers;
    do
        fillers.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    while (fillers.back().isOpen() && fillers.back().get() < 1100);
    BOOST_REQUIRE(fillers.back().get() == 1100);

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.listener.facts.has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist_is_named_in_the_error)
{
    SessionFixture f;

    const auto session = f.open("coaps://nowhere.invalid");

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason().find("\"nowhere.invalid\" cannot be resolved: ") == 0U, f.reason());
}

BOOST_AUTO_TEST_CASE(r28_r34_r40_without_its_credential_no_octet_is_sent)
{
    SessionFixture f;
    const SilentServer server;

    const auto session = f.open({"relay-1",
                                 localUri(server.port),
                                 api::SecurityMode::Psk,
                                 {"relay-1", "server"},
                                 false,
                                 {}});

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST((f.listener.closed.front().kind == base::ErrorKind::NotFound));
    BOOST_TEST(server.receive().empty());
}

BOOST_AUTO_TEST_CASE(r30_a_servers_public_key_means_nothing_with_a_pre_shared_one)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    api::SessionSettings settings{"meter-1",
                                  localUri(server.port()),
                                  api::SecurityMode::Psk,
                                  {"meter-1", "server"},
                                  false,
                                  {}};
    settings.server.publicKey = base::toBytes("no key at all");
    settings.server.matchingType = api::MatchingType::Sha256;

    const auto session = f.open(std::move(settings));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.listener.facts.has_value(), f.reason());
}

BOOST_AUTO_TEST_CASE(r31_each_account_shows_its_own_identity_and_no_other_key_opens_it)
{
    SessionFixture f;
    const base::Bytes otherKey = base::toBytes("fedcba9876543210");
    f.store.put({"meter-1", "other"}, "meter-1-at-other", otherKey);
    DtlsServer server(f.loop, ccm8, testKey);
    DtlsServer other(f.loop, ccm8, otherKey);
    const auto openAt = [&](const DtlsServer& at, const char* account) {
        f.listener = {};
        auto session = f.open({"meter-1",
                               localUri(at.port()),
                               api::SecurityMode::Psk,
                               {"meter-1", account},
                               false,
                               {}});
        BOOST_TEST(f.runUntilConnectedOrClosed());
        return f.listener.facts.has_value();
    };

    BOOST_TEST(openAt(server, "server"));
    BOOST_TEST(openAt(other, "other"));
    BOOST_TEST(server.identity == "meter-1");
    BOOST_TEST(other.identity == "meter-1-at-other");

    server.expectNext(ccm8);
    other.expectNext(ccm8);
    BOOST_TEST(!openAt(server, "other"));
    BOOST_TEST(!openAt(other, "server"));
}

BOOST_AUTO_TEST_CASE(r28_a_credential_that_cannot_be_had_is_the_reason)
{
    SessionFixture f;
    f.store.failWith(base::Error{base::ErrorKind::Locked, "the key store is locked", {}});

    const auto session = f.open("coaps://127.0.0.1:5684");

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST((f.listener.closed.front().kind == base::ErrorKind::Locked));
    BOOST_TEST(f.reason() == "the pre-shared key cannot be used: the key store is locked");
}

BOOST_AUTO_TEST_CASE(plain_coap_needs_the_settings_to_allow_it)
{
    SessionFixture f({false, 1s});

    const auto session = f.open("coap://127.0.0.1", api::SecurityMode::NoSec);

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason() == "plain CoAP is switched off in this gateway's settings");
}

BOOST_AUTO_TEST_CASE(r43_a_scheme_that_does_not_fit_the_security_mode_is_refused)
{
    SessionFixture f;

    const auto session = f.open("coap://127.0.0.1", api::SecurityMode::Psk);

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "goes with"), f.reason());
}

BOOST_AUTO_TEST_CASE(a_plain_session_sends_and_receives)
{
    SessionFixture f;
    const SilentServer server;
    const auto session =
        f.open("coap://127.0.0.1:" + std::to_string(server.port), api::SecurityMode::NoSec);
    BOOST_REQUIRE(f.runUntilConnectedOrClosed());

    session->request({api::Method::Post, {"rd"}, {}, {}, {}, {}, {}, {}}, [](auto) {});

    base::Bytes datagram;
    f.runUntil([&] {
        if (datagram.empty())
            datagram = server.receive();
        return !datagram.empty();
    });
    BOOST_REQUIRE_EQUAL(datagram.size(), 4U + 8U + 3U);
    BOOST_TEST(datagram[0] == 0x48);
    BOOST_TEST(datagram[1] == 0x02);
}

BOOST_AUTO_TEST_CASE(a_session_may_go_while_its_handshake_runs)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    auto session = f.open(localUri(server.port()));
    f.loop.runOnce(10ms);

    session.reset();

    f.runUntil([] { return false; }, 50ms);
    BOOST_TEST(!f.listener.facts);
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_SUITE_END()
