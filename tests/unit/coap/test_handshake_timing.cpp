// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"
#include "tests/unit/coap/timed_datagram.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using tests::Arrival;
using tests::DtlsServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;
using tests::TimedDatagram;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";

// RFC 6347 §4.3.1, RFC 5246 §7.2: DTLS 1.2, epoch 0, number 0; fatal, 40.
const base::Bytes handshakeFailure{21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40};

std::string localUri(std::uint16_t port)
{
    return "coaps://127.0.0.1:" + std::to_string(port);
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

/// What depends on when a datagram comes, or on none coming.
BOOST_AUTO_TEST_SUITE(handshake_timing)

// GnuTLS 3.7.9 drops an alert that it sees in the call in which it made its hello: "the handshake
// has not started" (record_add_to_buffers). Nobody sends an alert again.
BOOST_AUTO_TEST_CASE(an_alert_that_is_there_before_the_first_look_ends_the_handshake)
{
    SessionFixture f;
    SilentServer server;
    const TimedDatagram alert(Arrival::BeforeALook, [&server] {
        if (!server.receiveFromPeer().empty())
            server.sendToPeer(handshakeFailure);
    });

    const auto session = f.open(localUri(server.port));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(contains(f.reason(), "handshake_failure"), f.reason());
}

// GnuTLS 3.7.9 looks twice in one call. What comes between the two looks it takes for the sign that
// its flight has arrived, forgets the flight, and never takes the Finished up.
BOOST_AUTO_TEST_CASE(a_finished_that_comes_between_two_looks_ends_the_handshake)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.isSlowToFinish = true;
    const TimedDatagram finished(Arrival::AfterALook, [&server] { server.sendLateFinished(); });

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason() == "");
    BOOST_TEST(f.listener.facts.has_value());
}

BOOST_AUTO_TEST_CASE(a_finished_that_got_lost_is_sent_again)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.isSlowToFinish = true; // and nobody asks for what it kept

    const auto session = f.open(localUri(server.port()));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason() == "");
    BOOST_TEST(f.listener.facts.has_value());
}

BOOST_AUTO_TEST_CASE(a_silent_server_is_given_up_when_the_limit_is_over)
{
    SessionFixture f({true, 100ms});
    const SilentServer server;

    const auto session = f.open(localUri(server.port));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    const std::string expected =
        "no answer to the DTLS handshake from 127.0.0.1:" + std::to_string(server.port) +
        " within 0.1 s";
    BOOST_TEST(f.reason() == expected);
    BOOST_TEST((f.listener.closed.front().kind == base::ErrorKind::Timeout));
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_named_when_the_limit_is_over_and_keeps_no_loop_busy)
{
    SessionFixture f({true, 300ms});
    std::uint16_t port = 0;
    {
        const SilentServer server;
        port = server.port;
    }

    const auto session = f.open(localUri(port));
    int rounds = 0;
    f.runUntil([&] { return ++rounds, !f.listener.closed.empty(); });

    BOOST_TEST(contains(f.reason(), "the port is closed"), f.reason());
    BOOST_TEST(rounds < 100);
}

BOOST_AUTO_TEST_CASE(the_first_flight_is_sent_again)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.isDeaf = true;

    const auto session = f.open(localUri(server.port()));
    f.runUntil([] { return false; }, 300ms);
    server.isDeaf = false;

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.listener.facts.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
