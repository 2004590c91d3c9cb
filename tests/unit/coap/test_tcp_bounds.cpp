// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/farewells.hpp"
#include "tests/unit/coap/tcp_fixture.hpp"

/// What a peer that does not read, or does not end, costs; and what it costs others.

using namespace causeway;
using namespace std::chrono_literals;
using tests::contains;
using tests::ourSettings;
using tests::StreamPeer;
using Fixture = tests::TcpFixture;

namespace {

constexpr int small = 4096;

/// A TCP connection to it.
base::UniqueFd connectTo(const StreamPeer& peer)
{
    base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(peer.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(::connect(socket.get(),
                                 reinterpret_cast<sockaddr*>(&address), // NOLINT: the sockets API
                                 sizeof address) == 0);
    return socket;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tcp_bounds)

// It costs its own session, and no other.
BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_loses_the_connection)
{
    Fixture f(small);
    f.connectWhole("40e1230fffff"); // a megabyte
    Fixture other;
    other.connectWhole();

    int count = 0;
    while (f.listener.closed.empty() && count < 20) {
        f.tell('x');
        f.loop.runOnce(base::Duration::zero());
        ++count;
    }

    BOOST_TEST(f.reason() == "the server does not read: more than 128 KiB wait for it");
    BOOST_TEST(count <= 5); // what the two kernels take, and the bound
    other.peer.send("21017fb133");
    BOOST_TEST(other.hears("21457fff33"));
}

// Two of these are more than the kernels take, and less than the bound.
BOOST_AUTO_TEST_CASE(what_a_slow_reader_has_not_read_waits_for_it)
{
    Fixture f(small);
    f.connectWhole("40e1230fffff");

    f.tell('a');
    f.tell('b');
    f.runUntil([] { return false; }, 100ms);
    BOOST_TEST(f.listener.closed.empty());

    const std::string first = base::toHex(base::Bytes(60'000, 'a'));
    const std::string second = base::toHex(base::Bytes(60'000, 'b'));
    BOOST_TEST(f.runUntil([&] { return f.peer.heard().size() > (2 * 60'000 + 6) * 2; }));
    const auto at = f.peer.heard().find(first);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    BOOST_TEST(contains(f.peer.heard().substr(at + first.size()), second));
    f.peer.send("21017fb133");
    BOOST_TEST(f.runUntil([&] { return f.listener.requests.size() == 1U; }));
}

// The kernel's buffers are counted to the unit's memory, too.
BOOST_AUTO_TEST_CASE(who_does_not_read_is_not_read)
{
    Fixture f(small);
    f.connectWhole();
    base::Bytes pings;
    for (int i = 0; i < 1000; ++i)
        pings.insert(pings.end(), {0x08, 0xE2, 1, 2, 3, 4, 5, 6, 7, 8});

    std::size_t sent = 0;
    for (int rest = 0; rest < 20 && sent < 1'000'000; ++rest) {
        const std::size_t size = f.peer.sendSome(base::ByteView(pings).subspan(sent % 10'000));
        sent += size;
        rest = size > 0 ? 0 : rest;
        f.loop.runOnce(5ms);
    }

    BOOST_TEST(sent < 500'000U);
    BOOST_TEST(f.listener.closed.empty(), f.reason());
    BOOST_TEST(f.runUntil([&] { return f.peer.heard().size() / 2 >= sent / 10 * 10; }));
    BOOST_TEST(f.listener.closed.empty());
}

// RFC 1122 §4.2.2.13: a reset takes back what is on its way.
BOOST_AUTO_TEST_CASE(an_abort_is_not_overtaken_by_a_reset)
{
    Fixture f;
    f.connectWhole();
    f.peer.send("0f01");
    BOOST_TEST(f.isClosed());

    f.peer.send(base::Bytes(4000, 0));
    f.loop.runOnce(5ms);
    f.peer.send(base::Bytes(4000, 0));

    BOOST_TEST(f.runUntil([&] { return f.peer.hasEnded(); }, 1s));
}

BOOST_AUTO_TEST_CASE(who_goes_beyond_what_all_may_leave_unread_loses_the_connection)
{
    coap::EndpointSettings settings{true, 5s};
    settings.mostUnsent = 60UL * 1024;
    Fixture f(small, settings);
    f.connectWhole("40e1230fffff");
    tests::RecordingListener others;
    StreamPeer otherPeer(small);
    const auto other = f.endpoint.open({"meter-1",
                                        "coap+tcp://127.0.0.1:" + std::to_string(otherPeer.port()),
                                        api::SecurityMode::NoSec,
                                        {},
                                        false,
                                        {}},
                                       others);
    BOOST_TEST(f.runUntil([&] { return otherPeer.heard() == ourSettings; }));
    otherPeer.send("40e1230fffff");
    BOOST_TEST(f.runUntil([&] { return others.facts.has_value(); }));

    f.tell('a');
    api::Response large;
    large.payload.assign(60'000, 'x');
    other->notify({{7}, 1}, large, false, {});
    other->notify({{7}, 1}, large, false, {});

    BOOST_TEST(f.runUntil([&] { return !others.closed.empty(); }));
    BOOST_TEST(others.closed.front().message == "the server does not read, and what waits for such "
                                                "servers has reached its bound");
    BOOST_TEST(f.runUntil([&] { return f.peer.heard().size() > 60'000 * 2; }));
    BOOST_TEST(f.listener.closed.empty());
    f.tell('b'); // the budget is there again
    BOOST_TEST(f.runUntil([&] { return f.peer.heard().size() > 120'000 * 2; }));
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(farewells)

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_end_is_left_after_a_while)
{
    base::EventLoop loop;
    coap::Farewells farewells(loop);
    StreamPeer peer;
    farewells.take(connectTo(peer));
    BOOST_TEST_REQUIRE(peer.isConnected());
    BOOST_TEST(farewells.count() == 1U);

    loop.runOnce(base::Duration::zero());
    const auto begin = loop.now();
    while (farewells.count() > 0 && loop.now() < begin + 10s)
        loop.runOnce(100ms);

    BOOST_TEST(farewells.count() == 0U);
    BOOST_TEST((loop.now() - begin >= 1900ms));
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_on_sending_is_left)
{
    base::EventLoop loop;
    coap::Farewells farewells(loop);
    StreamPeer peer;
    farewells.take(connectTo(peer));
    BOOST_TEST_REQUIRE(peer.isConnected());
    const base::Bytes flood(32'000);

    for (int i = 0; i < 100 && farewells.count() > 0; ++i) {
        (void)peer.sendSome(flood);
        loop.runOnce(1ms);
    }

    BOOST_TEST(farewells.count() == 0U);
}

BOOST_AUTO_TEST_CASE(only_so_many_are_waited_for)
{
    base::EventLoop loop;
    coap::Farewells farewells(loop);
    std::vector<std::unique_ptr<StreamPeer>> peers;

    for (std::size_t i = 0; i <= coap::Farewells::most; ++i) {
        peers.push_back(std::make_unique<StreamPeer>());
        farewells.take(connectTo(*peers.back()));
        BOOST_TEST_REQUIRE(peers.back()->isConnected());
    }

    BOOST_TEST(farewells.count() == coap::Farewells::most);
    peers.back()->hangUp();
    for (int i = 0; i < 100 && farewells.count() == coap::Farewells::most; ++i)
        loop.runOnce(10ms);
    BOOST_TEST(farewells.count() == coap::Farewells::most - 1);
}

BOOST_AUTO_TEST_SUITE_END()
