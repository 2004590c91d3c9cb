// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

/// The other end of one TCP connection, octet by octet: reads when it is asked to, and never
/// blocks.
class StreamPeer
{
public:
    /// `kernelBuffer`: what the kernel keeps, each way, for who does not read; 0: as it likes.
    explicit StreamPeer(int kernelBuffer = 0)
        : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (const int option : {SO_RCVBUF, SO_SNDBUF})
            if (kernelBuffer != 0)
                ::setsockopt(
                    listening_.get(), SOL_SOCKET, option, &kernelBuffer, sizeof kernelBuffer);
        auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets API
        socklen_t size = sizeof address;
        if (::bind(listening_.get(), generic, size) != 0 || ::listen(listening_.get(), 4) != 0 ||
            ::getsockname(listening_.get(), generic, &size) != 0)
            throw std::runtime_error("no port for a TCP server");
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Whether there is a client; takes one that waits.
    bool isConnected()
    {
        if (!client_.isOpen())
            client_.reset(
                ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        return client_.isOpen();
    }

    /// Hexadecimal, spaces allowed.
    void send(std::string hex)
    {
        std::erase(hex, ' ');
        send(*base::fromHex(hex));
    }

    void send(const base::Bytes& octets) const
    {
        if (::send(client_.get(), octets.data(), octets.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(octets.size()))
            throw std::runtime_error("the client takes no more");
    }

    /// As many as the client takes now.
    [[nodiscard]] std::size_t sendSome(base::ByteView octets) const
    {
        const ssize_t size = ::send(client_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }

    /// All that has come since the client is there, in hexadecimal.
    std::string heard()
    {
        std::array<std::uint8_t, 4096> part{};
        for (;;) {
            const ssize_t size =
                isConnected() ? ::recv(client_.get(), part.data(), part.size(), 0) : -1;
            hasEnded_ = hasEnded_ || size == 0;
            if (size <= 0)
                return heard_;
            heard_ += base::toHex(base::ByteView(part).first(static_cast<std::size_t>(size)));
        }
    }

    /// The client has closed its end.
    bool hasEnded()
    {
        (void)heard();
        return hasEnded_;
    }

    void hangUp() { client_.reset(); }

    void stopListening() { listening_.reset(); }

private:
    base::UniqueFd listening_;
    base::UniqueFd client_;
    std::uint16_t port_ = 0;
    std::string heard_;
    bool hasEnded_ = false;
};

} // namespace causeway::tests
