// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/tls_context.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/unit/coap/client_hello.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

/// What leaves the socket in a ClientHello, and what a ServerHello may make of it.
/// rNN: the row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::SecurityMode;
using tests::ClientHello;
using tests::DtlsServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;

namespace {

constexpr auto cbcWithoutEtm =
    "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256:%NO_ETM";

std::string localUri(std::uint16_t port)
{
    return "coaps://127.0.0.1:" + std::to_string(port);
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

api::SessionSettings pskSession(const std::string& uri, std::vector<std::string> suites = {})
{
    return {"meter-1", uri, SecurityMode::Psk, {"meter-1", "server"}, false, std::move(suites)};
}

base::Bytes nextDatagram(SessionFixture& fixture, SilentServer& server)
{
    base::Bytes datagram;
    fixture.runUntil([&] {
        if (datagram.empty())
            datagram = server.receiveFromPeer();
        return !datagram.empty();
    });
    return datagram;
}

/// With the credential that the mode wants; the server is one that nobody is.
api::SessionSettings sessionFor(SessionFixture& fixture, SecurityMode mode, const std::string& uri)
{
    static const fakes::Identity device;
    api::SessionSettings settings = pskSession(uri);
    settings.securityMode = mode;
    settings.server.publicKey = {1};
    if (mode != SecurityMode::Psk)
        fixture.store.put({"meter-1", "server"}, device.keyPair(true));
    return settings;
}

ClientHello helloOf(SecurityMode mode,
                    std::vector<std::string> suites = {},
                    const std::string& host = "127.0.0.1",
                    const std::string& serverName = {})
{
    SessionFixture f;
    SilentServer server;
    auto settings = sessionFor(f, mode, "coaps://" + host + ":" + std::to_string(server.port));
    settings.cipherSuites = std::move(suites);
    settings.server.serverName = serverName;
    const auto session = f.open(std::move(settings));
    return ClientHello(nextDatagram(f, server));
}

ClientHello helloWith(std::vector<std::string> suites, const std::string& host = "127.0.0.1")
{
    return helloOf(SecurityMode::Psk, std::move(suites), host);
}

constexpr std::array keyPairModes{SecurityMode::RawPublicKey, SecurityMode::Certificate};

std::vector<coap::CipherSuite> suitesOf(SecurityMode mode)
{
    const std::string_view keyExchange = mode == SecurityMode::Psk ? "PSK" : "ECDHE-ECDSA";
    std::vector<coap::CipherSuite> suites;
    std::ranges::copy_if(coap::allCipherSuites(),
                         std::back_inserter(suites),
                         [&](const auto& suite) { return suite.keyExchange == keyExchange; });
    return suites;
}

void append16(base::Bytes& octets, unsigned number)
{
    octets.push_back(static_cast<std::uint8_t>(number >> 8U));
    octets.push_back(static_cast<std::uint8_t>(number));
}

struct Lie
{
    unsigned suite;
    unsigned version = 0xFEFD;
    SecurityMode mode = SecurityMode::Psk;
    std::uint8_t compression = 0;
    std::vector<unsigned> extensions = {23}; ///< empty ones: an extended master secret
};

/// A ServerHello in one record, as RFC 5246 §7.4.1.3 has it.
base::Bytes serverHello(const Lie& lie)
{
    base::Bytes body;
    append16(body, lie.version);
    body.insert(body.end(), 32, 0x5A); // random
    body.push_back(0);                 // no session ID
    append16(body, lie.suite);
    body.push_back(lie.compression);
    append16(body, static_cast<unsigned>(4 * lie.extensions.size()));
    for (const unsigned extension : lie.extensions) {
        append16(body, extension);
        append16(body, 0);
    }
    const auto size = static_cast<std::uint8_t>(body.size());
    base::Bytes record{22, 0xFE, static_cast<std::uint8_t>(lie.version)};
    record.insert(record.end(), 8, 0); // epoch 0, record 0
    append16(record, 12U + size);
    record.insert(record.end(), {2, 0, 0, size, 0, 0, 0, 0, 0, 0, 0, size});
    record.insert(record.end(), body.begin(), body.end());
    return record;
}

/// As TLS writes a list of numbers: after its length.
base::Bytes listOf16(const std::vector<unsigned>& numbers)
{
    base::Bytes octets;
    append16(octets, static_cast<unsigned>(2 * numbers.size()));
    for (const unsigned number : numbers)
        append16(octets, number);
    return octets;
}

/// What the client says to a server that lies: its reason, and the last octets it sent.
struct Refusal
{
    bool isConnected = false;
    std::string reason;
    base::Bytes lastWord;
};

Refusal answerWith(const Lie& lie)
{
    SessionFixture f({true, 1s});
    SilentServer server;
    const auto session = f.open(sessionFor(f, lie.mode, localUri(server.port)));
    BOOST_REQUIRE(!nextDatagram(f, server).empty());
    server.sendToPeer(serverHello(lie));
    f.runUntilConnectedOrClosed();
    return {f.listener.facts.has_value(), f.reason(), server.receive()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(offer)

BOOST_AUTO_TEST_CASE(r14_the_client_hello_offers_exactly_our_two_suites)
{
    const ClientHello hello = helloWith({});

    const std::vector<unsigned> expected{0xC0A8, 0x00AE};
    BOOST_TEST(hello.version == 0xFEFD); // R01
    BOOST_TEST(hello.suites == expected, boost::test_tools::per_element());
    BOOST_TEST(hello.hasExtension(22)); // R23, encrypt-then-MAC
    BOOST_TEST(hello.hasExtension(23)); // extended master secret
    BOOST_TEST(!hello.hasExtension(0)); // no server name for a literal
}

BOOST_AUTO_TEST_CASE(r19_no_signature_algorithm_is_weaker_than_sha_256)
{
    const ClientHello hello = helloWith({});

    BOOST_REQUIRE(hello.hasExtension(13));
    const base::Bytes ecdsaWithSha256{0, 2, 4, 3};
    BOOST_TEST(hello.extensions.at(13) == ecdsaWithSha256, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(r14_raw_public_keys_are_offered_with_these_octets)
{
    const ClientHello hello = helloOf(SecurityMode::RawPublicKey);

    const std::vector<unsigned> suites{0xC0AE, 0xC023};
    const base::Bytes onlyRawKeys{1, 2}; // RFC 7250 §3
    BOOST_TEST(hello.version == 0xFEFD);
    BOOST_TEST(hello.suites == suites, boost::test_tools::per_element());
    BOOST_TEST(hello.extensions.at(10) == listOf16({23})); // secp256r1
    BOOST_TEST(hello.extensions.at(13) == listOf16({0x0403, 0x0503, 0x0603}));
    BOOST_TEST(hello.extensions.at(19) == onlyRawKeys);
    BOOST_TEST(hello.extensions.at(20) == onlyRawKeys);
    BOOST_TEST(hello.hasExtension(22));
    BOOST_TEST(hello.hasExtension(23));
    BOOST_TEST(!hello.hasExtension(0));
}

BOOST_AUTO_TEST_CASE(r14_certificates_are_offered_with_these_octets)
{
    const ClientHello hello = helloOf(SecurityMode::Certificate);

    const std::vector<unsigned> suites{0xC0AE, 0xC023};
    BOOST_TEST(hello.version == 0xFEFD);
    BOOST_TEST(hello.suites == suites, boost::test_tools::per_element());
    BOOST_TEST(hello.extensions.at(10) == listOf16({23}));
    BOOST_TEST(hello.extensions.at(13) ==
               listOf16({0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601})); // R19
    BOOST_TEST(!hello.hasExtension(19)); // X.509 is what is meant without them
    BOOST_TEST(!hello.hasExtension(20));
    BOOST_TEST(hello.hasExtension(22));
    BOOST_TEST(hello.hasExtension(23));
    BOOST_TEST(!hello.hasExtension(0));
}

BOOST_AUTO_TEST_CASE(the_client_hello_names_the_server_when_it_has_a_name)
{
    BOOST_TEST(helloWith({}, "localhost").hasExtension(0));
    for (const auto mode : keyPairModes)
        BOOST_TEST(helloOf(mode, {}, "localhost").hasExtension(0));
}

BOOST_AUTO_TEST_CASE(the_accounts_server_name_goes_before_the_uris)
{
    const ClientHello hello = helloOf(SecurityMode::Certificate, {}, "localhost", "lwm2m.example");

    BOOST_REQUIRE(hello.hasExtension(0));
    const auto& name = hello.extensions.at(0);
    BOOST_TEST(contains(std::string(name.begin(), name.end()), "lwm2m.example"));
}

BOOST_AUTO_TEST_CASE(r02_a_suite_is_named_by_number_or_by_name)
{
    const std::vector<unsigned> expected{0xC0A8};
    for (const std::string text : {"TLS_PSK_WITH_AES_128_CCM_8", "0xC0A8", "49320", "0xC0,0xA8"}) {
        const ClientHello hello = helloWith({text});
        BOOST_TEST(hello.suites == expected, boost::test_tools::per_element());
    }
}

// RFC 3986 §7.4, RFC 6066 §3
BOOST_AUTO_TEST_CASE(an_address_in_a_rare_writing_is_told_to_nobody)
{
    for (const std::string host : {"127.1", "0x7f000001", "2130706433", "0177.0.0.1"}) {
        SessionFixture f;
        SilentServer server;
        const auto session = f.open(sessionFor(
            f, SecurityMode::Psk, "coaps://" + host + ":" + std::to_string(server.port)));

        BOOST_TEST(f.runUntilConnectedOrClosed());

        BOOST_TEST(f.reason().find("write 127.0.0.1 if that is meant") != std::string::npos,
                   f.reason());
        BOOST_TEST(server.receive().empty(), host);
    }
    BOOST_TEST(!helloOf(SecurityMode::Certificate, {}, "127.0.0.1", "127.1").hasExtension(0));
}

BOOST_AUTO_TEST_CASE(r11_every_suite_that_can_be_named_is_offered_alone)
{
    for (const auto mode :
         {SecurityMode::Psk, SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        for (const auto& suite : suitesOf(mode)) {
            const ClientHello hello = helloOf(mode, {std::string(suite.name)});

            const std::vector<unsigned> expected{suite.number};
            BOOST_TEST(hello.suites == expected, boost::test_tools::per_element());
            BOOST_TEST(hello.hasExtension(22) == suite.isCbc, suite.name); // R23
        }
    }
}

BOOST_AUTO_TEST_CASE(r20_suites_are_offered_best_first_whatever_the_order_of_the_list)
{
    for (const auto mode :
         {SecurityMode::Psk, SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        std::vector<std::string> backwards;
        std::vector<unsigned> expected;
        for (const auto& suite : suitesOf(mode)) {
            backwards.insert(backwards.begin(), std::string(suite.name));
            expected.push_back(suite.number);
        }

        const ClientHello hello = helloOf(mode, backwards);

        BOOST_TEST(hello.suites == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(r11_a_named_suite_carries_a_session)
{
    SessionFixture f;
    DtlsServer server(
        f.loop, "NONE:+VERS-DTLS1.2:+PSK:+AES-128-GCM:+AEAD:+SIGN-ECDSA-SHA256", testKey);

    const auto session = f.open(pskSession(localUri(server.port()), {"0x00A8"}));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST_REQUIRE(f.listener.facts.has_value(), f.reason());
    BOOST_TEST(f.listener.facts->cipherSuite == 0x00A8);
}

BOOST_AUTO_TEST_CASE(r15_to_r18_forbidden_suites_cannot_be_named)
{
    struct Row
    {
        std::string text;
        std::string reason;
    };

    for (const Row& row : {
             Row{"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", "removed the ECDHE_PSK"},
             Row{"49207", "removed the ECDHE_PSK"},
             Row{"0xC0,0x37", "removed the ECDHE_PSK"},
             Row{"0xC033", "removed the ECDHE_PSK"},
             Row{"0xD005", "removed the ECDHE_PSK"},
             Row{"0x008C", "SHA-1"},
             Row{"TLS_PSK_WITH_AES_128_CBC_SHA", "SHA-1"},
             Row{"0xC009", "SHA-1"},
             Row{"0x0004", "MD5"},
             Row{"TLS_RSA_WITH_RC4_128_MD5", "MD5"},
             Row{"0x002C", "does not encrypt"},
             Row{"TLS_PSK_WITH_NULL_SHA256", "does not encrypt"},
             Row{"0x00B0", "does not encrypt"},
             Row{"TLS_DH_anon_WITH_AES_128_GCM_SHA256", "anonymous"},
             Row{"0xC018", "anonymous"},
             Row{"0x0003", "export"},
             Row{"TLS_RSA_EXPORT_WITH_RC4_40_MD5", "export"},
             Row{"0xC01A", "passwords"},
             Row{"0xC0FF", "passwords"},
             Row{"0x1301", "no cipher suite that this gateway has"},
             Row{"65536", "no cipher suite that this gateway has"},
             Row{"NORMAL", "no cipher suite that this gateway has"},
             Row{"", "no cipher suite that this gateway has"},
         }) {
        const std::vector<std::string> wanted{"0xC0A8", row.text};
        const auto offered = coap::offeredSuites(SecurityMode::Psk, wanted);
        BOOST_REQUIRE_MESSAGE(!offered, row.text);
        BOOST_TEST(contains(offered.error().message, row.reason), offered.error().message);
    }
}

BOOST_AUTO_TEST_CASE(r15_a_forbidden_suite_ends_a_session_before_its_first_octet)
{
    SessionFixture f;
    const SilentServer server;

    const auto session = f.open(pskSession(localUri(server.port), {"0xC037"}));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "never used"), f.reason());
    BOOST_TEST(server.receive().empty());
}

BOOST_AUTO_TEST_CASE(r15_r20_a_server_that_picks_what_was_not_offered_is_refused)
{
    for (const unsigned suite :
         {0xC037U, 0x008CU, 0x00A8U, 0x002CU, 0x0000U, 0xC023U, 0xC0AEU, 0x1301U, 0xFFFFU}) {
        const Refusal refusal = answerWith({suite});

        BOOST_TEST(!refusal.isConnected, suite);
        BOOST_TEST(contains(refusal.reason, "not offered"), refusal.reason);
        BOOST_REQUIRE_EQUAL(refusal.lastWord.size(), 15U);
        BOOST_TEST(refusal.lastWord[0] == 21);  // alert
        BOOST_TEST(refusal.lastWord[13] == 2);  // fatal
        BOOST_TEST(refusal.lastWord[14] == 40); // handshake_failure
    }
}

BOOST_AUTO_TEST_CASE(r15_r20_so_it_is_with_raw_public_keys_and_certificates)
{
    for (const auto mode : keyPairModes) {
        for (const unsigned suite :
             {0xC0A8U, 0x00AEU, 0xC02BU, 0xC009U, 0xC037U, 0xC006U, 0x002FU, 0xC02FU, 0x1301U}) {
            const Refusal refusal = answerWith({suite, 0xFEFD, mode});

            BOOST_TEST(!refusal.isConnected, suite);
            BOOST_TEST(contains(refusal.reason, "not offered"), refusal.reason);
            BOOST_REQUIRE_EQUAL(refusal.lastWord.size(), 15U);
            BOOST_TEST(refusal.lastWord[13] == 2); // fatal
        }
    }
}

// RFC 5246 §7.4.1.4: a Connection ID, a version of TLS 1.3, one that nobody knows.
BOOST_AUTO_TEST_CASE(r20_a_server_that_answers_an_extension_that_was_not_offered_is_refused)
{
    for (const unsigned extension : {54U, 43U, 12345U}) {
        const Refusal refusal = answerWith({0xC0A8, 0xFEFD, SecurityMode::Psk, 0, {23, extension}});

        BOOST_TEST(!refusal.isConnected);
        BOOST_TEST(contains(refusal.reason, std::to_string(extension)), refusal.reason);
        BOOST_REQUIRE_EQUAL(refusal.lastWord.size(), 15U);
        BOOST_TEST(refusal.lastWord[14] == 110); // unsupported_extension
    }
}

BOOST_AUTO_TEST_CASE(r20_a_server_hello_that_contradicts_itself_is_refused)
{
    const Lie compressed{0xC0A8, 0xFEFD, SecurityMode::Psk, 1};
    const Lie ofNoUse{0xC0A8, 0xFEFD, SecurityMode::Psk, 0, {23, 22}}; // RFC 7366 §3
    const Lie twice{0xC0A8, 0xFEFD, SecurityMode::Psk, 0, {23, 23}};
    for (const Lie& lie : {compressed, ofNoUse, twice}) {
        const Refusal refusal = answerWith(lie);

        BOOST_TEST(!refusal.isConnected);
        BOOST_REQUIRE_EQUAL(refusal.lastWord.size(), 15U);
        BOOST_TEST(refusal.lastWord[14] == 47); // illegal_parameter
    }
}

BOOST_AUTO_TEST_CASE(r01_r22_a_server_that_speaks_dtls_1_0_only_is_refused)
{
    const Refusal refusal = answerWith({0xC0A8, 0xFEFF});

    BOOST_TEST(!refusal.isConnected);
    BOOST_REQUIRE_EQUAL(refusal.lastWord.size(), 15U);
    BOOST_TEST(refusal.lastWord[14] == 70); // protocol_version
}

BOOST_AUTO_TEST_CASE(r21_after_a_refusal_the_same_offer_is_made_again)
{
    SessionFixture f;
    SilentServer server;
    const auto first = f.open(localUri(server.port));
    const ClientHello before(nextDatagram(f, server));
    server.sendToPeer({21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40}); // handshake_failure
    BOOST_REQUIRE(f.runUntilConnectedOrClosed());

    const auto second = f.open(localUri(server.port));
    const ClientHello after(nextDatagram(f, server));

    BOOST_TEST(before.suites == after.suites, boost::test_tools::per_element());
    BOOST_TEST(after.version == 0xFEFD);
}

BOOST_AUTO_TEST_CASE(r23_cbc_without_encrypt_then_mac_is_refused)
{
    SessionFixture f;
    DtlsServer server(f.loop, cbcWithoutEtm, testKey);

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(!f.listener.facts);
    BOOST_TEST(contains(f.reason(), "encrypt-then-MAC"), f.reason());
}

BOOST_AUTO_TEST_CASE(r23_cbc_without_encrypt_then_mac_works_for_the_account_that_allows_it)
{
    SessionFixture f;
    DtlsServer server(f.loop, cbcWithoutEtm, testKey);

    const auto session = f.open(localUri(server.port()), SecurityMode::Psk, true);

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_REQUIRE(f.listener.facts);
    BOOST_TEST(!f.listener.facts->hasEncryptThenMac);
}

BOOST_AUTO_TEST_CASE(keeps_so_many_policies_and_no_more_whatever_lists_of_suites_come)
{
    coap::TlsContext context({nullptr, nullptr}, {});
    std::vector<std::shared_ptr<const coap::Offer>> inUse;
    api::SessionSettings settings = pskSession("coaps://server.example");

    for (std::size_t i = 0; i < 2 * coap::TlsContext::mostOffers; ++i) {
        settings.cipherSuites.emplace_back("0xC0A8"); // once more: another list each time
        BOOST_REQUIRE(context.offer(settings));
        inUse.push_back(*context.offer(settings));
    }

    BOOST_TEST(context.keptOffers() == coap::TlsContext::mostOffers);
    inUse.clear();
    settings.cipherSuites = {"0xC0A8"};
    const auto shared = context.offer(settings);
    settings.cipherSuites.assign(3 * coap::TlsContext::mostOffers, "0xC0A8");
    BOOST_REQUIRE(context.offer(settings));
    BOOST_TEST(context.keptOffers() <= 3U); // nobody worked with the others any more
    BOOST_TEST(shared->use_count() >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
