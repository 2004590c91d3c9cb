// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <sys/types.h>

#include "agent/coap/secure_session.hpp"
#include "agent/coap/tcp_socket.hpp"

namespace causeway::coap {

/// One TLS 1.2 client session with an LwM2M Server on one TCP connection: a stream of octets, by
/// the same rules as DTLS. Begins its handshake when connected.
class TlsSession final : public SecureSession, private TcpSocket::Owner
{
public:
    TlsSession(Environment& environment,
               base::UniqueFd socket,
               HandshakeTerms terms,
               const api::Credential& credential,
               ChannelListener& listener);
    ~TlsSession() override;
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    void send(base::ByteView octets) override;
    void stopReading() override;

    void readOn() override { socket_.listen(true); }

private:
    static ssize_t push(gnutls_transport_ptr_t self, const void* octets, std::size_t size) noexcept;
    static ssize_t pull(gnutls_transport_ptr_t self, void* octets, std::size_t size) noexcept;

    TcpSocket::Owner& asOwner() { return *this; }

    [[nodiscard]] std::string_view protocol() const override { return "TLS"; }

    [[nodiscard]] bool hasCookies() const override { return false; }

    void listen() override { socket_.listen(true); }

    void rest() override { socket_.listen(false); }

    void waitForHandshake() override;
    void readFirstRecords() override;
    [[nodiscard]] base::Error describeSilence() const override;
    [[nodiscard]] base::Error describeFailure(int result, bool isHandshake) const override;

    void onSocketConnected() override;
    void onSocketReadable() override;
    void onSocketLost(const base::Error& reason) override;

    TcpSocket socket_;
    int pullsLeft_ = 0; ///< in this round of the loop
};

} // namespace causeway::coap
