// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gnutls/gnutls.h>
#include <netinet/in.h>

#include "agent/base/bytes.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"
#include "tests/fakes/pki.hpp"

namespace causeway::tests {

/// GnuTLS's server side for one client at a time, on a loopback port of its own and on the test's
/// loop: no cookie exchange, one priority string, every record kept.
class DtlsServer
{
public:
    DtlsServer(base::EventLoop& loop, const char* priority, base::Bytes key, int family = AF_INET);
    ~DtlsServer();
    DtlsServer(const DtlsServer&) = delete;
    DtlsServer& operator=(const DtlsServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void send(const base::Bytes& message);
    /// As it is, without DTLS.
    void sendRaw(const base::Bytes& datagram);
    void sendAlert(gnutls_alert_description_t alert);
    void sendWarning();
    /// The record that would be sent, which is not.
    [[nodiscard]] base::Bytes seal(const base::Bytes& message);
    /// The client's datagrams meet a closed port, and ICMP says so (IPv4).
    void refuseDatagrams(bool isOn);
    void askForRenegotiation();
    /// Hands out session tickets, from the next client on; another call makes them worthless.
    void giveTickets();
    /// Uses a raw public key or certificate, with its issuers, instead of a pre-shared key, and
    /// wants one of the client unless it is careless.
    void present(const fakes::Identity& own,
                 bool isRawKey,
                 const std::vector<const fakes::Identity*>& issuers = {});
    /// Forgets the client and takes the next one that comes, with this priority string.
    void expectNext(const char* priority);
    void sayGoodBye();
    /// Sends the Finished that was kept back, if there is one.
    void sendLateFinished();

    /// That the client encrypts its records with, since its handshake.
    [[nodiscard]] base::Bytes trafficKey() const;

    /// Datagrams are dropped without a look while this is set.
    bool isDeaf = false;
    /// Hears nothing from the next new address, until another one comes.
    bool isDeafToNext = false;
    /// Keeps its Finished back, until sendLateFinished().
    bool isSlowToFinish = false;
    bool isCareless = false; ///< with present(): lets clients in that prove nothing
    /// A new address is a new client, as if expectNext() had been called.
    bool followsClients = false;
    /// Makes something else of its next ServerHello on the wire.
    std::function<void(std::span<std::uint8_t> body)> spoilHello;
    int lastAlert = -1; ///< the last fatal one of a client in a handshake
    bool isEstablished = false;
    bool hasEncryptThenMac = false;
    std::string identity;   ///< the client's
    std::string serverName; ///< what the client's SNI said
    base::Bytes clientKey;  ///< the raw public key or certificate that the client has proved
    int failure = 0;        ///< of the handshake or a record
    std::vector<base::Bytes> records;

private:
    static int
    giveKey(gnutls_session_t session, const char* identity, gnutls_datum_t* key) noexcept;
    static ssize_t push(gnutls_transport_ptr_t self, const void* octets, std::size_t size) noexcept;
    static ssize_t pull(gnutls_transport_ptr_t self, void* octets, std::size_t size) noexcept;
    static int lie(gnutls_session_t session,
                   unsigned type,
                   unsigned when,
                   unsigned incoming,
                   const gnutls_datum_t* body) noexcept;
    static int waitToPull(gnutls_transport_ptr_t self, unsigned milliseconds) noexcept;

    void begin(const char* priority);
    void beginAnew(const char* priority);
    [[nodiscard]] bool isUnheard(const sockaddr_storage& peer, socklen_t size);
    void onReadable();
    void readRecords();
    void noteServerName();
    ssize_t transmit(base::ByteView datagram) const;
    void noteClientKey();

    base::Bytes key_;
    base::UniqueFd socket_;
    std::uint16_t port_ = 0;
    sockaddr_storage peer_{};
    socklen_t peerSize_ = 0;
    sockaddr_storage unheard_{};
    bool isTaken_ = false;
    std::string priority_;
    gnutls_psk_server_credentials_t credentials_ = nullptr;
    gnutls_certificate_credentials_t keyPair_ = nullptr;
    bool hasRawKey_ = false;
    gnutls_datum_t ticketKey_{};
    base::Bytes lateFinished_;
    bool isSealing_ = false;
    base::Bytes sealed_;
    gnutls_session_t session_ = nullptr;
    base::Watch watch_;
};

} // namespace causeway::tests
