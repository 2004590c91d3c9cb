// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <sys/types.h>

#include "agent/base/error.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/meter.hpp"

namespace causeway::coap {

/// One TCP connection, from connect() on. What it does not take at once is kept, up to a bound: a
/// peer that does not read loses the connection, and holds up nobody else. Lives on the loop's
/// thread.
class TcpSocket
{
public:
    /// Hears nothing from inside a call; may destroy the socket in each.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual void onSocketConnected() = 0;
        /// Octets, or the end: read() says which.
        virtual void onSocketReadable() = 0;
        virtual void onSocketLost(const base::Error& reason) = 0;
    };

    /// What may wait for a peer that does not read: more than one message of the largest size that
    /// it can ask for, and some notifications.
    static constexpr std::size_t mostUnsent = 128UL * 1024;

    /// Whose answers wait up to here is not read meanwhile: a flood of Pings from a peer that does
    /// not read costs no more than this.
    static constexpr std::size_t mostUnsentWhileReading = 32UL * 1024;

    /// Asked of the kernel, each way; it takes twice that, counts it to the unit's memory, and
    /// would else let it grow to megabytes. Enough for 160 KB/s at a round trip of 100 ms.
    static constexpr int kernelBuffer = 16 * 1024;

    /// What is not acknowledged for so long, or waits for a closed window, ends the connection, as
    /// MAX_TRANSMIT_WAIT does by UDP (RFC 7252 §4.8.2).
    static constexpr base::Duration sendLimit = std::chrono::seconds(93);

    /// The socket has been told to connect and does not block. Environment and owner outlive this.
    TcpSocket(Environment& environment,
              base::UniqueFd socket,
              SocketAddress peer,
              Meter meter,
              Owner& owner);
    ~TcpSocket();
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;

    void write(base::ByteView octets) noexcept;
    /// As recv(2): 0 at the end, -1 with errno.
    [[nodiscard]] ssize_t read(void* octets, std::size_t size) noexcept;

    /// Whether onSocketReadable() comes. From onSocketConnected() on it does.
    void listen(bool isListening);

    [[nodiscard]] bool isConnected() const { return isConnected_; }

    /// What read() or write() met, in words; nothing while all is well.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    void onEvents(std::uint32_t events);
    void finishConnect();
    void setLimits() noexcept;
    void flush();
    void keep(base::ByteView octets);
    void breakOff(std::string reason);
    void dropUnsent() noexcept;
    [[nodiscard]] bool mayRead() const;
    void watch();

    Environment& environment_;
    Owner& owner_;
    base::UniqueFd socket_;
    SocketAddress peer_;
    Meter meter_;
    bool isConnected_ = false;
    bool isListening_ = true;
    bool hasEnded_ = false; ///< the peer's side
    std::uint32_t watched_ = 0;
    base::Bytes unsent_;
    std::string trouble_;
    base::Watch watch_;
    base::Lifetime lifetime_;
};

} // namespace causeway::coap
