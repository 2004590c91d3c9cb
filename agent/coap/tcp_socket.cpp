// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tcp_socket.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "agent/base/door.hpp"

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

template <typename Unit>
int countOf(base::Duration duration)
{
    return static_cast<int>(std::chrono::duration_cast<Unit>(duration).count());
}

int errorOf(int socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

TcpSocket::TcpSocket(
    Environment& environment, base::UniqueFd socket, SocketAddress peer, Meter meter, Owner& owner)
    : environment_(environment)
    , owner_(owner)
    , socket_(std::move(socket))
    , peer_(peer)
    , meter_(meter)
{
    setLimits();
    watch();
}

// The last words may be on their way: closing now could take them back.
TcpSocket::~TcpSocket()
{
    dropUnsent();
    watch_ = {};
    if (isConnected_ && !hasEnded_ && trouble_.empty())
        base::contain("a farewell", [&] { environment_.farewells.take(std::move(socket_)); });
}

void TcpSocket::dropUnsent() noexcept
{
    environment_.output.giveBack(unsent_.size());
    base::wipe(unsent_);
    unsent_ = {};
}

// What the kernel refuses of these costs only the quickness with which a dead peer is noticed.
void TcpSocket::setLimits() noexcept
{
    const auto set = [this](int level, int name, int value) {
        (void)::setsockopt(socket_.get(), level, name, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_SNDBUF, kernelBuffer);
    set(SOL_SOCKET, SO_RCVBUF, kernelBuffer);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, countOf<std::chrono::milliseconds>(sendLimit));
}

void TcpSocket::onEvents(std::uint32_t events)
{
    if (!isConnected_) {
        finishConnect();
        return;
    }
    if ((events & EPOLLOUT) != 0)
        flush();
    const bool hasInput = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    if (hasInput && mayRead() && trouble_.empty())
        owner_.onSocketReadable();
}

void TcpSocket::finishConnect()
{
    if (const int error = errorOf(socket_.get()); error != 0) {
        watch_ = {};
        owner_.onSocketLost({ErrorKind::Unreachable,
                             toText(peer_) + " cannot be reached: " + base::errnoText(error),
                             Retry::Later});
        return;
    }
    isConnected_ = true;
    watch();
    owner_.onSocketConnected();
}

ssize_t TcpSocket::read(void* octets, std::size_t size) noexcept
{
    const ssize_t received = ::recv(socket_.get(), octets, size, MSG_DONTWAIT);
    if (received > 0)
        meter_.countReceived(static_cast<std::size_t>(received));
    hasEnded_ = hasEnded_ || received == 0;
    const int error = errno;
    if (received < 0 && error != EAGAIN && error != EINTR)
        base::contain("a broken connection", [&] { trouble_ = base::errnoText(error); });
    errno = error;
    return received;
}

void TcpSocket::write(base::ByteView octets) noexcept
{
    if (!trouble_.empty())
        return;
    if (unsent_.empty()) {
        const ssize_t sent =
            ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            meter_.countSent(static_cast<std::size_t>(sent));
            octets = octets.subspan(static_cast<std::size_t>(sent));
        }
    }
    // An error shows again when the rest is sent, from the loop.
    if (!octets.empty())
        base::contain("octets for a slow server", [&] { keep(octets); });
}

void TcpSocket::keep(base::ByteView octets)
{
    if (unsent_.size() + octets.size() > mostUnsent) {
        breakOff(fmt::format("the server does not read: more than {} KiB wait for it",
                             mostUnsent / 1024));
        return;
    }
    if (!environment_.output.allows(unsent_.size(), octets.size())) {
        breakOff("the server does not read, and what waits for such servers has reached its bound");
        return;
    }
    unsent_.insert(unsent_.end(), octets.begin(), octets.end());
    environment_.output.take(octets.size());
    watch();
}

void TcpSocket::flush()
{
    const ssize_t sent =
        ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR)
            breakOff("the connection was lost: " + base::errnoText(errno));
        return;
    }
    meter_.countSent(static_cast<std::size_t>(sent));
    base::wipe(std::span(unsent_).first(static_cast<std::size_t>(sent)));
    unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
    environment_.output.giveBack(static_cast<std::size_t>(sent));
    if (unsent_.empty())
        unsent_ = {};
    watch();
}

// From inside a call of the owner: it hears of it when this round of the loop ends.
void TcpSocket::breakOff(std::string reason)
{
    trouble_ = std::move(reason);
    dropUnsent();
    watch_ = {};
    watched_ = 0;
    environment_.deferred.run(lifetime_.guard([this] {
        const Error error{ErrorKind::Unreachable, trouble_, Retry::Later};
        owner_.onSocketLost(error);
    }));
}

void TcpSocket::listen(bool isListening)
{
    isListening_ = isListening;
    if (trouble_.empty())
        watch();
}

bool TcpSocket::mayRead() const
{
    return isConnected_ && isListening_ && unsent_.size() <= mostUnsentWhileReading;
}

// Who has nothing to wait for is not watched at all: a level-triggered hang-up would wake the loop
// again and again.
void TcpSocket::watch()
{
    const std::uint32_t toPeer = !isConnected_ || !unsent_.empty() ? EPOLLOUT : 0U;
    const std::uint32_t fromPeer = mayRead() ? EPOLLIN : 0U;
    const std::uint32_t wanted = toPeer | fromPeer;
    if (wanted == watched_)
        return;
    if (wanted == 0)
        watch_ = {};
    else if (watched_ != 0)
        watch_.setEvents(wanted);
    else
        watch_ = environment_.loop.watch(
            socket_.get(), wanted, [this](std::uint32_t events) { onEvents(events); });
    watched_ = wanted;
}

} // namespace causeway::coap
