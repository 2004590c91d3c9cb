// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/coap/channel.hpp"
#include "agent/coap/tcp_socket.hpp"

namespace causeway::coap {

/// Whom to connect to.
struct TcpPeer
{
    SocketAddress address;
    Meter meter{};
    base::Duration limit{}; ///< for connecting
};

/// A plain stream of octets, for accounts that say NoSec. Ready when it is connected.
class TcpChannel final : public Channel, private TcpSocket::Owner
{
public:
    TcpChannel(Environment& environment,
               base::UniqueFd socket,
               const TcpPeer& peer,
               ChannelListener& listener);

    void send(base::ByteView octets) override { socket_.write(octets); }

    void close() override {}

    void stopReading() override { socket_.listen(false); }

    void readOn() override { socket_.listen(true); }

private:
    // The base is private: who is given it could not convert.
    TcpSocket::Owner& asOwner() { return *this; }

    void onSocketConnected() override;
    void onSocketReadable() override;
    void onSocketLost(const base::Error& reason) override;

    Environment& environment_;
    ChannelListener& listener_;
    TcpSocket socket_;
    base::Timer late_;
};

} // namespace causeway::coap
