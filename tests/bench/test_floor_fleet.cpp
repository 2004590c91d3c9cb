// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/floor_fleet.hpp"
#include "tests/bench/load_server.hpp"

namespace causeway::bench {

namespace {

constexpr std::chrono::milliseconds round(20);
constexpr int mostRounds = 500;

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int openSocket()
{
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto any = loopback(0);
    BOOST_REQUIRE_EQUAL(::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    return fd;
}

/// Stands between one device and the server, and loses the server's datagrams that it is told to.
/// A device that comes from another port is another peer to the server too.
class LossyWay
{
public:
    using IsLost = std::function<bool(std::span<const std::uint8_t>)>;

    LossyWay(std::uint16_t server, IsLost isLost)
        : server_(loopback(server))
        , isLost_(std::move(isLost))
    {}

    ~LossyWay()
    {
        ::close(front_);
        ::close(back_);
    }

    LossyWay(const LossyWay&) = delete;
    LossyWay& operator=(const LossyWay&) = delete;

    [[nodiscard]] std::uint16_t port() const
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(front_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

    void process()
    {
        sockaddr_in from{};
        for (auto datagram = receive(front_, from); !datagram.empty();
             datagram = receive(front_, from)) {
            if (std::exchange(device_, from).sin_port != from.sin_port) {
                ::close(back_);
                back_ = openSocket();
            }
            send(back_, datagram, server_);
        }
        for (auto datagram = receive(back_, from); !datagram.empty();
             datagram = receive(back_, from)) {
            if (!isLost_(datagram))
                send(front_, datagram, device_);
        }
    }

private:
    std::span<const std::uint8_t> receive(int fd, sockaddr_in& from)
    {
        socklen_t fromSize = sizeof from;
        const auto size = ::recvfrom(
            fd, buffer_.data(), buffer_.size(), 0, reinterpret_cast<sockaddr*>(&from), &fromSize);
        return std::span(buffer_).first(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }

    static void send(int fd, std::span<const std::uint8_t> datagram, const sockaddr_in& to)
    {
        ::sendto(fd,
                 datagram.data(),
                 datagram.size(),
                 0,
                 reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
    }

    sockaddr_in server_;
    sockaddr_in device_{};
    IsLost isLost_;
    int front_ = openSocket();
    int back_ = openSocket();
    std::array<std::uint8_t, 2048> buffer_{};
};

/// Registers one device at a server that loses what `isLost` says; how many are registered then.
std::size_t registeredOver(LossyWay::IsLost isLost)
{
    LoadServer server;
    LossyWay way(server.dtls().port(), std::move(isLost));
    FloorFleet fleet;
    fleet.add(way.port());
    for (int i = 0; i < mostRounds && fleet.registered() == 0; ++i) {
        fleet.runOnce(round);
        way.process();
        server.dtls().process();
        way.process();
    }
    return fleet.registered();
}

} // namespace

BOOST_AUTO_TEST_SUITE(floor_fleet)

// What overtakes its ChangeCipherSpec is of an epoch to come, and dropped (RFC 6347 §4.1).
BOOST_AUTO_TEST_CASE(registers_although_the_servers_finished_came_too_early)
{
    constexpr std::uint8_t handshake = 22;
    constexpr std::size_t epoch = 4; // its lower octet, behind type, version and upper octet
    bool isLostOnce = false;

    const auto registered = registeredOver([&](auto datagram) {
        return datagram[0] == handshake && datagram[epoch] == 1 && !std::exchange(isLostOnce, true);
    });

    BOOST_TEST(isLostOnce);
    BOOST_TEST(registered == 1U);
}

BOOST_AUTO_TEST_CASE(registers_although_the_servers_change_cipher_spec_got_lost)
{
    constexpr std::uint8_t changeCipherSpec = 20;
    bool isLostOnce = false;

    const auto registered = registeredOver([&](auto datagram) {
        return datagram[0] == changeCipherSpec && !std::exchange(isLostOnce, true);
    });

    BOOST_TEST(isLostOnce);
    BOOST_TEST(registered == 1U);
}

BOOST_AUTO_TEST_CASE(registers_although_the_first_answer_got_lost)
{
    constexpr std::uint8_t applicationData = 23;
    bool isLostOnce = false;

    const auto registered = registeredOver([&](auto datagram) {
        return datagram[0] == applicationData && !std::exchange(isLostOnce, true);
    });

    BOOST_TEST(isLostOnce);
    BOOST_TEST(registered == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace causeway::bench
