// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <string>

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using tests::DtlsServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";

std::string localUri(std::uint16_t port)
{
    return "coaps://127.0.0.1:" + std::to_string(port);
}

/// A confirmable GET of "/3".
base::Bytes requestNumbered(std::uint8_t number)
{
    return {0x40, 0x01, 0x12, number, 0xB1, '3'};
}

/// RFC 6347 §4.3.1, RFC 5246 §7.2: an alert that nobody has authenticated.
base::Bytes
plainAlert(std::uint8_t epoch, std::uint16_t number, std::uint8_t level, std::uint8_t description)
{
    const auto high = static_cast<std::uint8_t>(number >> 8U);
    const auto low = static_cast<std::uint8_t>(number);
    return {21, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, high, low, 0, 2, level, description};
}

constexpr std::uint8_t warning = 1;
constexpr std::uint8_t fatal = 2;

/// A session that works, with a server that does not stay that way.
struct Fixture : SessionFixture
{
    Fixture()
        : session(open(localUri(server.port())))
    {
        BOOST_REQUIRE(runUntil([&] { return server.isEstablished && listener.facts; }));
    }

    /// Takes what has come before more comes: a socket has room for some hundred datagrams.
    void drain()
    {
        for (int i = 0; i < 100; ++i)
            loop.runOnce(base::Duration::zero());
    }

    /// The session answers as many requests as have been made, and nobody has ended it.
    void mustServe(std::uint8_t number, std::size_t requests)
    {
        drain();
        server.send(requestNumbered(number));
        BOOST_TEST(runUntil([&] { return server.records.size() >= requests; }));
        BOOST_TEST(listener.requests.size() == requests);
        BOOST_TEST(server.records.size() == requests);
        BOOST_TEST(listener.closed.empty());
    }

    DtlsServer server{loop, ccm8, testKey};
    std::unique_ptr<api::Session> session;
};

} // namespace

/// What peers, and those who can send in their name, do to a session that works or begins.
BOOST_AUTO_TEST_SUITE(bad_peers)

BOOST_FIXTURE_TEST_CASE(a_flood_of_forged_alerts_ends_no_session, Fixture)
{
    for (std::uint16_t i = 0; i < 2000; ++i) {
        const auto epoch = static_cast<std::uint8_t>(i % 2);
        const std::uint8_t level = i % 3 == 0 ? warning : fatal;
        server.sendRaw(plainAlert(epoch, i, level, static_cast<std::uint8_t>(i % 120)));
        if (i % 50 == 0)
            drain();
    }

    mustServe(1, 1);
    BOOST_TEST(server.failure == 0); // not a word in reply
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_the_servers_own_warnings_ends_no_session, Fixture)
{
    for (int i = 0; i < 2000; ++i) {
        server.sendWarning();
        if (i % 50 == 0)
            drain();
    }

    mustServe(1, 1);
}

BOOST_FIXTURE_TEST_CASE(a_record_that_is_replayed_is_served_once, Fixture)
{
    const auto record = server.seal(requestNumbered(1));

    for (int i = 0; i < 100; ++i)
        server.sendRaw(record);

    // CoAP would know the message ID again, and answer each time.
    mustServe(2, 2);
}

BOOST_FIXTURE_TEST_CASE(a_record_that_is_truncated_is_none_and_spoils_none, Fixture)
{
    const auto record = server.seal(requestNumbered(1));

    for (std::size_t size = 0; size < record.size(); ++size)
        server.sendRaw({record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size)});
    drain();
    BOOST_TEST(listener.requests.empty());
    server.sendRaw(record);

    mustServe(2, 2);
}

BOOST_FIXTURE_TEST_CASE(a_record_with_a_spoilt_octet_is_none_and_spoils_none, Fixture)
{
    const auto record = server.seal(requestNumbered(1));

    for (std::size_t at = 0; at < record.size(); ++at) {
        auto spoilt = record;
        spoilt[at] ^= 0x01U;
        server.sendRaw(spoilt);
    }
    drain();
    BOOST_TEST(listener.requests.empty());
    server.sendRaw(record);

    mustServe(2, 2);
}

BOOST_FIXTURE_TEST_CASE(an_icmp_that_says_the_port_is_closed_ends_no_session, Fixture)
{
    server.refuseDatagrams(true);
    const SilentServer probe; // proves that there is such an ICMP
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(server.port());
    ::connect(probe.socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    (void)::send(probe.socket.get(), "?", 1, MSG_NOSIGNAL);
    char octet = 0;
    BOOST_TEST_REQUIRE(::recv(probe.socket.get(), &octet, 1, 0) == -1);
    BOOST_TEST_REQUIRE(errno == ECONNREFUSED);

    session->request({}, [](const auto&) {});
    drain();
    server.refuseDatagrams(false);

    BOOST_TEST(listener.closed.empty());
    server.send(requestNumbered(1));
    BOOST_TEST(runUntil([&] { return !listener.requests.empty(); }));
    BOOST_TEST(listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(a_handshake_that_never_ends_ends_with_its_limit_and_holds_up_no_other)
{
    SessionFixture f({true, 300ms});
    SilentServer talker;
    std::uint8_t number = 0;
    // RFC 6347 §4.2.2: the first octet of a ServerHello of 80, over and over.
    base::Timer again(f.loop, [&] {
        (void)talker.receiveFromPeer();
        if (talker.peerSize > 0)
            talker.sendToPeer({22, 0xFE, 0xFD, 0,  0, 0, 0, 0, 0, 0, ++number, 0, 13,
                               2,  0,    0,    80, 0, 0, 0, 0, 0, 0, 0,        1, 0xFE});
        again.start(1ms);
    });
    again.start(1ms);
    DtlsServer server(f.loop, ccm8, testKey);
    coap::Endpoint patient(f.loop, f.store, f.resumptions, {});
    tests::RecordingListener other;

    const auto session = f.open(localUri(talker.port));
    const auto another = patient.open({"meter-1",
                                       localUri(server.port()),
                                       api::SecurityMode::Psk,
                                       {"meter-1", "server"},
                                       false,
                                       {}},
                                      other);

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(f.reason().find("within 0.3 s") != std::string::npos, f.reason());
    BOOST_TEST(f.runUntil([&] { return other.facts.has_value(); }));
    BOOST_TEST(other.closed.empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_one_cookie_after_the_other_is_given_up)
{
    SessionFixture f({true, 300ms});
    SilentServer server;
    unsigned asked = 0;
    // RFC 6347 §4.2.1: a HelloVerifyRequest with another cookie each time.
    const auto watch = f.loop.watch(server.socket.get(), EPOLLIN, [&](std::uint32_t) {
        if (server.receiveFromPeer().empty())
            return;
        const auto number = static_cast<std::uint8_t>(asked++);
        server.sendToPeer({22, 0xFE, 0xFF, 0,      0, 0, 0, 0, 0, 0, number, 0,    16, 3,     0,
                           0,  4,    0,    number, 0, 0, 0, 0, 0, 4, 0xFE,   0xFF, 1,  number});
    });

    const auto session = f.open(localUri(server.port));

    BOOST_TEST(f.runUntilConnectedOrClosed());
    BOOST_TEST(!f.listener.facts);
    BOOST_TEST(f.listener.closed.size() == 1U);
    BOOST_TEST(asked < 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
