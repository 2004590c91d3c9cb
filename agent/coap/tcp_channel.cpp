// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tcp_channel.hpp"

#include <cerrno>
#include <utility>

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

TcpChannel::TcpChannel(Environment& environment,
                       base::UniqueFd socket,
                       const TcpPeer& peer,
                       ChannelListener& listener)
    : environment_(environment)
    , listener_(listener)
    , socket_(environment, std::move(socket), peer.address, peer.meter, asOwner())
    , late_(environment.loop, [this, address = peer.address] {
        onSocketLost({ErrorKind::Timeout,
                      toText(address) + " does not answer to a TCP connection",
                      Retry::Later});
    })
{
    late_.start(peer.limit);
}

void TcpChannel::onSocketConnected()
{
    late_.stop();
    listener_.onChannelReady({}, {});
}

// So much for each wake-up, then the others' turn.
void TcpChannel::onSocketReadable()
{
    auto& buffer = environment_.receiveBuffer;
    const ssize_t size = socket_.read(buffer.data(), buffer.size());
    if (size > 0)
        environment_.deliver(static_cast<std::size_t>(size), listener_);
    else if (size == 0)
        onSocketLost({ErrorKind::Unreachable, "the server closed the connection", Retry::Later});
    else if (!socket_.trouble().empty())
        onSocketLost({ErrorKind::Unreachable,
                      "the connection was lost: " + socket_.trouble(),
                      Retry::Later});
}

void TcpChannel::onSocketLost(const Error& reason)
{
    late_.stop();
    listener_.onChannelLost(Error(reason)); // the timer's own copy goes with this
}

} // namespace causeway::coap
