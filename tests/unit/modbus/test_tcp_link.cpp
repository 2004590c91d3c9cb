// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/base/worker.hpp"
#include "bridges/modbus/tcp_link.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;

BOOST_AUTO_TEST_SUITE(tcp_link)

namespace {

/// Its port is the kernel's choice.
struct Server
{
    base::UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port = 0;

    Server()
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address); // as the socket API wants it
        BOOST_REQUIRE(::bind(fd.get(), generic, size) == 0);
        BOOST_REQUIRE(::listen(fd.get(), 1) == 0);
        BOOST_REQUIRE(::getsockname(fd.get(), generic, &size) == 0);
        port = ntohs(address.sin_port);
    }
};

/// The socket of this process that is connected to this port.
int connectedTo(std::uint16_t port)
{
    constexpr int mostDescriptors = 256;
    for (int fd = 0; fd < mostDescriptors; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        auto* generic = reinterpret_cast<sockaddr*>(&peer); // as the socket API wants it
        if (::getpeername(fd, generic, &size) == 0 && ntohs(peer.sin_port) == port)
            return fd;
    }
    return -1;
}

int optionOf(int fd, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    BOOST_REQUIRE(::getsockopt(fd, IPPROTO_TCP, name, &value, &size) == 0);
    return value;
}

struct Listener final : LinkListener
{
    base::EventLoop& loop;

    explicit Listener(base::EventLoop& itsLoop)
        : loop(itsLoop)
    {}

    void onUp() override { loop.stop(); }

    void onDown(const base::Error&) override { loop.stop(); }

    void onOctets(base::ByteView) override {}
};

} // namespace

BOOST_AUTO_TEST_CASE(a_connection_to_who_has_lost_its_power_does_not_stay)
{
    const Server server;
    base::EventLoop loop;
    base::WorkerPool resolver("names", 1);
    api::LineSettings settings;
    settings.kind = api::LineSettings::Kind::Tcp;
    settings.host = "127.0.0.1";
    settings.port = server.port;
    Listener listener(loop);
    TcpLink link(loop, LineTuning{}, settings, resolver);

    link.open(listener);
    loop.run();
    const int fd = connectedTo(server.port);

    BOOST_REQUIRE(fd >= 0);
    const int noticed =
        optionOf(fd, TCP_KEEPIDLE) + optionOf(fd, TCP_KEEPINTVL) * optionOf(fd, TCP_KEEPCNT);
    BOOST_TEST(noticed <= 60);
    BOOST_TEST(optionOf(fd, TCP_USER_TIMEOUT) > 0);
    BOOST_TEST(optionOf(fd, TCP_USER_TIMEOUT) <= 60000);
}

BOOST_AUTO_TEST_SUITE_END()
