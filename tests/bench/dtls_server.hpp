// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>

namespace causeway::bench {

/// DTLS-PSK for any number of peers on one UDP socket, told apart by their address. Lossless
/// loopback only: it never retransmits a flight by itself.
class DtlsServer
{
public:
    struct Peer
    {
        DtlsServer* server = nullptr;
        sockaddr_in address{};
        gnutls_session_t session = nullptr;
        std::span<const std::uint8_t> datagram; ///< being read just now
        bool isConnected = false;
        std::size_t index = 0; ///< in the order of registration, for the owner
        bool isRegistered = false;
    };

    using OnRecord = std::function<void(Peer&, std::span<const std::uint8_t>)>;

    explicit DtlsServer(OnRecord onRecord);
    ~DtlsServer();
    DtlsServer(const DtlsServer&) = delete;
    DtlsServer& operator=(const DtlsServer&) = delete;

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] std::uint16_t port() const;

    /// All datagrams that have arrived.
    void process();
    void send(Peer& peer, std::span<const std::uint8_t> record);

private:
    void onDatagram(const sockaddr_in& from, std::span<const std::uint8_t> datagram);
    bool verifyCookie(const sockaddr_in& from,
                      std::span<const std::uint8_t> datagram,
                      gnutls_dtls_prestate_st& prestate);
    std::unique_ptr<Peer> accept(const sockaddr_in& from, gnutls_dtls_prestate_st& prestate);
    void readRecords(Peer& peer);

    OnRecord onRecord_;
    int fd_;
    gnutls_psk_server_credentials_t credentials_ = nullptr;
    gnutls_priority_t priority_ = nullptr;
    gnutls_datum_t cookieKey_{};
    std::unordered_map<std::uint64_t, std::unique_ptr<Peer>> peers_;
};

} // namespace causeway::bench
