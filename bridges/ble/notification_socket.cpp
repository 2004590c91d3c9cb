// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/notification_socket.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace causeway::bridges::ble {

namespace {

/// The largest ATT_MTU of an LE connection in BlueZ is 517 (BT_ATT_MAX_LE_MTU), of which a value
/// has 514; no attribute is longer than 512 (Core 5.4 Vol 3 Part F §3.2.9). What is longer is cut,
/// and has no length that a profile could expect.
constexpr std::size_t mostOctets = 514;

} // namespace

NotificationSocket::NotificationSocket(base::EventLoop& loop,
                                       base::UniqueFd socket,
                                       Listener listener)
    : socket_(std::move(socket))
    , listener_(std::move(listener))
    , watch_(loop.watch(socket_.get(), EPOLLIN, [this](std::uint32_t events) { onReady(events); }))
{}

/// An empty datagram is an empty value, and looks like the end: but there was no end in sight when
/// the loop found it readable, so that it is one datagram each time.
void NotificationSocket::onReady(std::uint32_t events)
{
    std::array<std::uint8_t, mostOctets> octets{};
    const auto size = ::recv(socket_.get(), octets.data(), octets.size(), MSG_DONTWAIT);
    const bool hasEnded = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (size > 0 || (size == 0 && !hasEnded)) {
        const auto take = listener_.take; // this may go meanwhile
        return take(base::ByteView(octets).first(static_cast<std::size_t>(size)));
    }
    if (hasEnded || (errno != EAGAIN && errno != EINTR))
        end();
}

void NotificationSocket::end()
{
    watch_ = base::Watch();
    const auto onEnded = std::move(listener_.onEnded); // this may go meanwhile
    onEnded();
}

} // namespace causeway::bridges::ble
