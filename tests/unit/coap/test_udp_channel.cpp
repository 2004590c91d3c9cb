// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "agent/coap/dtls_session.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/udp_channel.hpp"
#include "tests/fakes/memory_resumptions.hpp"
#include "tests/fakes/memory_store.hpp"

using namespace causeway;

namespace {

class Datagrams final : public coap::ChannelListener
{
public:
    void onChannelReady(const api::ChannelFacts&, base::Secret) override {}

    void onDatagram(base::ByteView datagram) override
    {
        received.emplace_back(datagram.begin(), datagram.end());
    }

    void onChannelLost(const base::Error&) override {}

    std::vector<base::Bytes> received;
};

} // namespace

BOOST_AUTO_TEST_SUITE(udp_channel)

// A Bootstrap-Server sends keys.
BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_datagram_in_the_shared_buffer)
{
    base::EventLoop loop;
    fakes::MemoryStore store(loop);
    fakes::MemoryResumptions resumptions(loop);
    coap::Environment environment{
        loop,
        store,
        resumptions,
        {},
        coap::TlsContext({coap::DtlsSession::askForKey, coap::DtlsSession::askForKeyPair}, {}),
        coap::Deferred(loop),
        coap::Resolver(loop),
        {}};
    Datagrams listener;
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const base::UniqueFd server(ends[0]);
    const coap::UdpChannel channel(environment, base::UniqueFd(ends[1]), coap::Meter(), listener);
    const auto key = base::toBytes("0123456789abcdef");

    BOOST_REQUIRE(::send(server.get(), key.data(), key.size(), 0) == 16);
    loop.runOnce(std::chrono::seconds(5));

    BOOST_REQUIRE(listener.received.size() == 1U);
    BOOST_TEST((listener.received.front() == key));
    BOOST_TEST(std::ranges::count(environment.receiveBuffer, 0) ==
               static_cast<std::ptrdiff_t>(environment.receiveBuffer.size()));
}

BOOST_AUTO_TEST_SUITE_END()
