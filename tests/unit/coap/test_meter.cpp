// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

using namespace causeway;
using tests::DtlsServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";
constexpr std::size_t udpAndIpv4 = 28;

api::SessionSettings counted(std::string uri, api::SecurityMode mode, api::Traffic& traffic)
{
    api::SessionSettings settings;
    settings.logName = "meter-1";
    settings.uri = std::move(uri);
    settings.securityMode = mode;
    settings.credential = {"meter-1", "server"};
    settings.traffic = &traffic;
    return settings;
}

api::Request hello()
{
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd"};
    return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(meter)

BOOST_AUTO_TEST_CASE(counts_plain_messages_with_and_without_their_headers)
{
    SessionFixture f;
    SilentServer server;
    api::Traffic traffic;
    const auto session = f.open(counted(
        "coap://127.0.0.1:" + std::to_string(server.port), api::SecurityMode::NoSec, traffic));
    BOOST_REQUIRE(f.runUntilConnectedOrClosed());

    session->request(hello(), [](const auto&) {});
    base::Bytes sent;
    BOOST_REQUIRE(f.runUntil([&] {
        if (sent.empty())
            sent = server.receiveFromPeer();
        return !sent.empty();
    }));
    server.sendToPeer({0x60, 0x00, sent[2], sent[3]}); // acknowledged, the answer comes later
    BOOST_REQUIRE(f.runUntil([&] { return traffic.octetsReceived > 0; }));

    BOOST_TEST(traffic.octetsSent == sent.size() + udpAndIpv4);
    BOOST_TEST(traffic.octetsReceived == 4 + udpAndIpv4);
    BOOST_TEST(traffic.messages == 2U);
    BOOST_TEST(traffic.messageOctets == sent.size() + 4);
    BOOST_TEST(traffic.longestMessage == sent.size());
}

BOOST_AUTO_TEST_CASE(counts_a_handshake_that_carries_no_message)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    api::Traffic traffic;

    const auto session = f.open(counted(
        "coaps://127.0.0.1:" + std::to_string(server.port()), api::SecurityMode::Psk, traffic));

    BOOST_REQUIRE(f.runUntilConnectedOrClosed());
    BOOST_REQUIRE(f.reason() == "");
    BOOST_TEST(traffic.octetsSent > udpAndIpv4);
    BOOST_TEST(traffic.octetsReceived > udpAndIpv4);
    BOOST_TEST(traffic.messages == 0U);
}

BOOST_AUTO_TEST_CASE(counts_what_dtls_adds_to_a_message)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    api::Traffic traffic;
    const auto session = f.open(counted(
        "coaps://127.0.0.1:" + std::to_string(server.port()), api::SecurityMode::Psk, traffic));
    BOOST_REQUIRE(f.runUntilConnectedOrClosed());
    traffic = {};

    session->request(hello(), [](const auto&) {});
    BOOST_REQUIRE(f.runUntil([&] { return !server.records.empty(); }));

    // RFC 6655: a record's header of 13 octets, 8 of explicit nonce and 8 of tag.
    BOOST_TEST(traffic.messageOctets == server.records.front().size());
    BOOST_TEST(traffic.octetsSent == server.records.front().size() + 13 + 8 + 8 + udpAndIpv4);
}

BOOST_AUTO_TEST_SUITE_END()
