// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <sys/types.h>

#include "agent/base/unique_fd.hpp"
#include "agent/coap/secure_session.hpp"

namespace causeway::coap {

/// One DTLS 1.2 client session on one connected UDP socket. Begins its handshake when made.
class DtlsSession final : public SecureSession
{
public:
    DtlsSession(Environment& environment,
                base::UniqueFd socket,
                HandshakeTerms terms,
                const api::Credential& credential,
                ChannelListener& listener);
    ~DtlsSession() override;
    DtlsSession(const DtlsSession&) = delete;
    DtlsSession& operator=(const DtlsSession&) = delete;

    void send(base::ByteView datagram) override;
    [[nodiscard]] std::uint32_t discardedRecords() const override;

private:
    static ssize_t push(gnutls_transport_ptr_t self, const void* octets, std::size_t size) noexcept;
    static ssize_t pull(gnutls_transport_ptr_t self, void* octets, std::size_t size) noexcept;
    static int waitToPull(gnutls_transport_ptr_t self, unsigned milliseconds) noexcept;

    [[nodiscard]] std::string_view protocol() const override { return "DTLS"; }

    [[nodiscard]] bool hasCookies() const override { return true; }

    void listen() override;

    void rest() override { watch_ = {}; }

    void waitForHandshake() override;
    void readFirstRecords() override;

    void takeSocketError() noexcept;
    void onReadable();
    /// By so many who try that its keys are to be replaced.
    [[nodiscard]] bool isForged() const;
    void endForged();

    base::UniqueFd socket_;
    base::Watch watch_;
    int pullsLeft_ = 0;
    base::TimePoint readyAt_{};
};

} // namespace causeway::coap
