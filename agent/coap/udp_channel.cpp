// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/udp_channel.hpp"

#include <utility>

#include <sys/socket.h>

namespace causeway::coap {

UdpChannel::UdpChannel(Environment& environment,
                       base::UniqueFd socket,
                       Meter meter,
                       ChannelListener& listener)
    : environment_(environment)
    , listener_(listener)
    , socket_(std::move(socket))
    , meter_(meter)
    , watch_(
          environment.loop.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { onReadable(); }))
{}

void UdpChannel::send(base::ByteView datagram)
{
    const ssize_t sent =
        ::send(socket_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
        meter_.countSent(datagram.size());
}

// One datagram for each wake-up, then the others' turn. An error is what ICMP said: a hint that
// anybody can forge, and reading it has taken it off the socket.
void UdpChannel::onReadable()
{
    auto& buffer = environment_.receiveBuffer;
    const ssize_t size =
        ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size <= 0 || static_cast<std::size_t>(size) > buffer.size())
        return;
    meter_.countReceived(static_cast<std::size_t>(size));
    environment_.deliver(static_cast<std::size_t>(size), listener_);
}

} // namespace causeway::coap
