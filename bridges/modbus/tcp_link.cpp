// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/tcp_link.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace causeway::bridges::modbus {

using api::LineSettings;
using base::Duration;
using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using base::UniqueFd;

namespace {

/// Long enough for a lost SYN or two (1 s, then 2 s more).
constexpr Duration connectTimeout = std::chrono::seconds(5);

/// The resolver would look for a host "10.0.0.1:1502" or "http://10.0.0.1" again and again.
bool isHostName(std::string_view host)
{
    return std::ranges::all_of(host, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    });
}

/// Of IPv6, perhaps with an interface: fe80::1%eth0. One of IPv4 is a host name by its letters.
bool isAddress(std::string_view host)
{
    const std::string address(host.substr(0, host.find('%')));
    in6_addr octets{};
    return ::inet_pton(AF_INET6, address.c_str(), &octets) == 1;
}

struct FreeAddressInfo
{
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// A peer that lost its power must not keep a connection up. Linux would wait two hours before it
// asks, and a quarter of an hour for who does not confirm what was sent.
constexpr int keepAliveIdleSeconds = 30;     // longer than most poll periods: else polls show it
constexpr int keepAliveIntervalSeconds = 10; // of three probes, two may be lost
constexpr int keepAliveProbes = 3;
/// As long as the probes take; six retransmissions (0.2 s, doubling) are sent meanwhile.
constexpr int userTimeoutMilliseconds = 30000;

void setOption(int fd, int level, int name, int value)
{
    ::setsockopt(fd, level, name, &value, sizeof value);
}

void setOptions(int fd)
{
    setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepAliveIdleSeconds);
    setOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, keepAliveIntervalSeconds);
    setOption(fd, IPPROTO_TCP, TCP_KEEPCNT, keepAliveProbes);
    setOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMilliseconds);
}

} // namespace

TcpLink::TcpLink(base::EventLoop& loop,
                 const LineTuning& tuning,
                 const LineSettings& settings,
                 base::WorkerPool& resolver)
    : DescriptorLink(loop, tuning)
    , settings_(settings)
    , resolver_(resolver)
    , giveUp_(loop, [this] { connectNext("no answer to the connection request"); })
{}

Expected<void> TcpLink::check(const LineSettings& settings)
{
    constexpr std::size_t mostHost = 253; // RFC 1035 §2.3.4, as text
    if (settings.host.empty() || settings.host.size() > mostHost)
        return fail(ErrorKind::InvalidArgument, "a TCP line needs a host");
    if (!isHostName(settings.host) && !isAddress(settings.host))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("host: \"{}\" is neither a host name nor an address such as "
                                "192.0.2.7 or 2001:db8::7; use --port for another port than 502",
                                settings.host));
    if (settings.port == 0)
        return fail(ErrorKind::InvalidArgument, "a TCP line needs a port other than 0");
    return {};
}

Duration TcpLink::wireTime(std::size_t) const
{
    return {};
}

Duration TcpLink::silence() const
{
    return settings_.extraSilence;
}

Expected<TcpLink::Addresses> TcpLink::lookUp(const std::string& host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int result = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, FreeAddressInfo> list(found);
    if (result != 0)
        return fail(ErrorKind::Unreachable,
                    fmt::format("{}: {}", host, ::gai_strerror(result)),
                    Retry::Later);
    Addresses addresses;
    for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
        Address& address = addresses.emplace_back();
        std::memcpy(&address.octets, one->ai_addr, one->ai_addrlen);
        address.size = one->ai_addrlen;
    }
    return addresses;
}

void TcpLink::tryOpen()
{
    const std::uint64_t attempt = ++attempt_;
    if (auto literal = lookUp(settings_.host, settings_.port, AI_NUMERICHOST)) {
        onAddresses(std::move(literal));
        return;
    }
    auto deliver = lifetime().guard([this, attempt](Expected<Addresses> addresses) {
        if (attempt == attempt_)
            onAddresses(std::move(addresses));
    });
    resolver_.post([&scheduler = loop(),
                    host = settings_.host,
                    port = settings_.port,
                    deliver = std::move(deliver)]() mutable {
        scheduler.post([deliver = std::move(deliver), found = lookUp(host, port, 0)]() mutable {
            deliver(std::move(found));
        });
    });
}

void TcpLink::abandon()
{
    ++attempt_;
    giveUp_.stop();
    pendingWatch_ = {};
    pending_.reset();
}

void TcpLink::onAddresses(Expected<Addresses> addresses)
{
    if (!addresses) {
        failed(addresses.error());
        return;
    }
    addresses_ = std::move(*addresses);
    connectNext("the name has no address");
}

void TcpLink::connectNext(const std::string& lastReason)
{
    abandon();
    if (addresses_.empty()) {
        failed({ErrorKind::Unreachable,
                fmt::format("{}:{}: {}", settings_.host, settings_.port, lastReason),
                Retry::AfterReconnect});
        return;
    }
    const Address address = addresses_.front();
    addresses_.pop_front();
    pending_.reset(::socket(
        address.octets.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!pending_.isOpen()) {
        connectNext(base::errnoText(errno));
        return;
    }
    setOptions(pending_.get());
    // The socket API takes every family through this one type.
    const auto* generic = reinterpret_cast<const sockaddr*>(&address.octets);
    if (::connect(pending_.get(), generic, address.size) != 0 && errno != EINPROGRESS) {
        connectNext(base::errnoText(errno));
        return;
    }
    giveUp_.start(connectTimeout);
    pendingWatch_ =
        loop().watch(pending_.get(), EPOLLOUT, [this](std::uint32_t) { onConnected(); });
}

void TcpLink::onConnected()
{
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(pending_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        connectNext(base::errnoText(error));
        return;
    }
    giveUp_.stop();
    pendingWatch_ = {};
    came(std::move(pending_));
}

} // namespace causeway::bridges::modbus
