// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gnutls/gnutls.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"
#include "tests/fakes/pki.hpp"

namespace causeway::tests {

/// What a server of TLS is.
struct TlsServerWish
{
    std::string priority; ///< GnuTLS's words
    base::Bytes key;      ///< pre-shared, for whoever comes
    std::vector<const fakes::Identity*> chain;
    bool isRawKey = false;
    bool wantsClient = false; ///< a certificate or key of the client's, or no session
};

/// GnuTLS's server side on a loopback port and a thread of its own, one client after the other:
/// sends back whatever comes, until the client or the test ends it.
class TlsServer
{
public:
    explicit TlsServer(TlsServerWish wish);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Handshakes that succeeded, and certificates or keys that clients showed in them.
    [[nodiscard]] int sessions() const { return sessions_; }

    [[nodiscard]] int clientsShown() const { return clientsShown_; }

    /// Of those, the ones in which the client named the server.
    [[nodiscard]] int timesNamed() const { return timesNamed_; }

private:
    void run();
    void serve(int client);
    void echo(gnutls_session_t session);

    TlsServerWish wish_;
    gnutls_psk_server_credentials_t psk_ = nullptr;
    gnutls_certificate_credentials_t certificates_ = nullptr;
    base::UniqueFd socket_;
    std::uint16_t port_ = 0;
    std::atomic<int> client_ = -1;
    std::atomic<bool> isEnding_ = false;
    std::atomic<int> sessions_ = 0;
    std::atomic<int> clientsShown_ = 0;
    std::atomic<int> timesNamed_ = 0;
    std::thread thread_;
};

} // namespace causeway::tests
