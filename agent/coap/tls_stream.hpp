// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/api/streams.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/hello.hpp"

namespace causeway::coap {

/// TLS over one connected TCP socket: after the handshake its owner gets a socket that is in clear,
/// and octets go to and fro between the two, as slowly as the slower side takes them. One
/// handshake, never resumed. Lives on the loop's thread.
class TlsStream
{
public:
    /// Hears nothing from inside a call; may destroy the stream in each.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual void onTlsOpen(base::UniqueFd clear) = 0;
        virtual void onTlsFailed(const base::Error& error) = 0;
    };

    /// Settings and owner outlive it; the credential is needed now only. Throws when GnuTLS takes
    /// what it is given for no credential.
    TlsStream(Environment& environment,
              base::UniqueFd socket,
              const api::StreamSettings& settings,
              const api::Credential* credential,
              Owner& owner);
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;
    ~TlsStream();

private:
    /// Octets on their way to the owner's socket, which takes no more now.
    struct Held
    {
        base::Bytes octets;
        std::size_t sent = 0;

        [[nodiscard]] bool empty() const { return sent == octets.size(); }
    };

    enum class Phase : std::uint8_t { Handshake, Open, Closing, Over };

    void configure();
    void setCredential(const api::Credential* credential);
    [[nodiscard]] int setKeyPair(const api::KeyPair& keyPair);
    static int onHello(gnutls_session_t session,
                       unsigned type,
                       unsigned when,
                       unsigned incoming,
                       const gnutls_datum_t* body) noexcept;
    [[nodiscard]] std::optional<HelloFault> judgeHello(base::ByteView body);
    static int checkPeer(gnutls_session_t session) noexcept;
    [[nodiscard]] base::Expected<ServerKeyMark> judgePeer() const;

    void onSocket();
    void onClear(std::uint32_t events);
    // Each may be the last thing: the owner hears of it.
    void shakeHands();
    void onHandshakeDone();
    [[nodiscard]] bool isAllowed() const;
    void fail(const base::Error& error);

    void pump();
    void sendUp();
    void bringDown();
    [[nodiscard]] bool flushHeld();
    void hold(base::ByteView octets);
    void endDown();
    void end();
    void watchBoth();
    void watchSocket(std::uint32_t events);

    Environment& environment_;
    const api::StreamSettings& settings_;
    Owner& owner_;
    base::UniqueFd socket_;
    base::UniqueFd clear_; ///< our end of what the owner has
    PriorityHandle priority_;
    PskHandle psk_;
    KeyPairsHandle keyPairs_;
    SessionHandle session_;
    Phase phase_ = Phase::Handshake;
    bool isSending_ = false; ///< GnuTLS has a record that the socket did not take yet
    bool wasJudged_ = false;
    std::optional<ClientHello> hello_; ///< the newest that was sent
    std::optional<HelloFault> helloFault_;
    bool isTls13_ = false; ///< the server's hello says so
    std::optional<base::Error> refusal_;
    Held held_;
    base::Watch socketWatch_;
    bool isSocketWatched_ = false;
    base::Watch clearWatch_;
    bool isClearWatched_ = false;
};

} // namespace causeway::coap
