// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

/// A plain UDP socket that says nothing.
struct SilentServer
{
    explicit SilentServer(int family = AF_INET)
        : socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }

    base::Bytes receive() const
    {
        base::Bytes octets(2048);
        const ssize_t size = ::recv(socket.get(), octets.data(), octets.size(), 0);
        octets.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return octets;
    }

    /// The next datagram, and its sender becomes the peer; empty when there is none.
    base::Bytes receiveFromPeer()
    {
        base::Bytes octets(2048);
        peerSize = sizeof peer;
        const ssize_t size = ::recvfrom(socket.get(),
                                        octets.data(),
                                        octets.size(),
                                        0,
                                        reinterpret_cast<sockaddr*>(&peer),
                                        &peerSize);
        octets.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return octets;
    }

    void sendToPeer(const base::Bytes& octets) const
    {
        (void)::sendto(socket.get(),
                       octets.data(),
                       octets.size(),
                       MSG_NOSIGNAL,
                       reinterpret_cast<const sockaddr*>(&peer),
                       peerSize);
    }

    base::UniqueFd socket;
    std::uint16_t port = 0;
    sockaddr_storage peer{};
    socklen_t peerSize = 0;
};

} // namespace causeway::tests
