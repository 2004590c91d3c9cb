// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gnutls/abstract.h>

#include "agent/coap/channel.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/handles.hpp"
#include "agent/coap/hello.hpp"
#include "agent/coap/meter.hpp"
#include "agent/coap/resumption.hpp"

namespace causeway::coap {

/// What one handshake works with.
struct HandshakeTerms
{
    std::shared_ptr<const Offer> offer;
    const Resumption* resumption = nullptr; ///< what to resume from; borrowed
    SocketAddress peer;
    Meter meter{};
    api::CredentialId credential;                ///< of the credential it authenticates with
    const api::ServerIdentity* server = nullptr; ///< whom it must prove to be; borrowed
    std::string host;                            ///< of the URI; a literal without brackets
    bool isLiteral = false;
    base::Duration limit{};
    /// There are other addresses to try: a closed port is reason enough to leave this one. At the
    /// last address it is only a hint, since anybody can send one.
    bool leavesWhenRefused = false;
};

/// What a DTLS and a TLS session have alike: one client session of version 1.2, whose handshake
/// offers, proves and checks the same whatever carries its records. The credential, which fits the
/// mode, is borrowed until the handshake ends. A lost session is never mended: the owner makes a
/// new one.
class SecureSession : public Channel
{
public:
    ~SecureSession() override;
    SecureSession(const SecureSession&) = delete;
    SecureSession& operator=(const SecureSession&) = delete;

    void close() override;

    /// For TlsContext: gives a handshake its identity and key.
    static int
    askForKey(gnutls_session_t session, gnutls_datum_t* identity, gnutls_datum_t* key) noexcept;
    /// The same for a key pair; the signature is GnuTLS's, which frees what it is given.
    static int askForKeyPair(gnutls_session_t session,
                             const gnutls_cert_retr_st* question,
                             gnutls_pcert_st** certificates,
                             unsigned* certificateCount,
                             gnutls_ocsp_data_st** ocsp,
                             unsigned* ocspCount,
                             gnutls_privkey_t* privateKey,
                             unsigned* flags) noexcept;

protected:
    struct Handshake;

    SecureSession(Environment& environment,
                  HandshakeTerms terms,
                  const api::Credential& credential,
                  ChannelListener& listener);

    /// With what the handshake offers and proves; its carrier is left to the caller.
    void configure(gnutls_priority_t priority, unsigned flags);
    /// When the peer has sent something, or the handshake's timer says so.
    void continueHandshake();
    void readRecords();
    /// First thing in the destructor of what is made of this: GnuTLS may stand in the middle of a
    /// handshake, and leaves it through that one's functions.
    void giveUpSignature() noexcept;
    /// Tells the listener: the last thing a function does.
    void lose(const base::Error& reason);
    [[nodiscard]] bool usesKeyPair() const;

    /// The protocol, for people.
    [[nodiscard]] virtual std::string_view protocol() const = 0;
    /// Whether its hellos have one (RFC 6347 §4.2.1).
    [[nodiscard]] virtual bool hasCookies() const = 0;
    /// Until the peer sends something: from now on, or no more.
    virtual void listen() = 0;
    virtual void rest() = 0;
    /// The handshake goes on when the peer has sent something, or at the timer's time.
    virtual void waitForHandshake() = 0;
    /// What records of the peer's are here already, after its last flight.
    virtual void readFirstRecords() = 0;
    /// Why nothing has come, where that is known.
    [[nodiscard]] virtual base::Error describeSilence() const;
    [[nodiscard]] virtual base::Error describeFailure(int result, bool isHandshake) const;

    Environment& environment_;             // NOLINT: for the two that are made of this
    ChannelListener& listener_;            // NOLINT
    Meter meter_;                          // NOLINT
    SessionHandle session_;                // NOLINT
    std::unique_ptr<Handshake> handshake_; // NOLINT: until the channel is ready
    bool* wasDestroyed_ = nullptr;         // NOLINT

private:
    static int checkPeer(gnutls_session_t session) noexcept;
    static int onHello(gnutls_session_t session,
                       unsigned type,
                       unsigned when,
                       unsigned incoming,
                       const gnutls_datum_t* body) noexcept;
    static int sign(gnutls_privkey_t key,
                    gnutls_sign_algorithm_t algorithm,
                    void* self,
                    unsigned flags,
                    const gnutls_datum_t* digest,
                    gnutls_datum_t* signature) noexcept;
    [[nodiscard]] int presentKey(gnutls_privkey_t key, const api::KeyPair& keyPair) const;

    [[nodiscard]] int callHandshake();
    void onHandshakeCalled(int result);
    void goOnWithSigner();
    void waitForSignature();
    void onSigned(base::Expected<base::Bytes> signature);
    void onHandshakeTimer();
    void finishHandshake();
    void refuse(gnutls_alert_description_t alert, const base::Error& reason);
    [[nodiscard]] bool isSignedElsewhere() const;
    [[nodiscard]] std::optional<HelloFault> judgeHello(base::ByteView body) const;
    [[nodiscard]] base::Expected<ServerKeyMark> judgePeer() const;
    [[nodiscard]] base::Expected<ServerKeyMark> judgeHandshake() const;
    [[nodiscard]] std::string wireName() const;
    [[nodiscard]] base::Secret takeResumable() const;
    void failHandshake(int result);
    void tellAlert(int result) const;
    [[nodiscard]] bool survives(int result);
};

} // namespace causeway::coap
