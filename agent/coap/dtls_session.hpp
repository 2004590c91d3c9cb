// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <gnutls/abstract.h>
#include <sys/types.h>

#include "agent/base/unique_fd.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/handles.hpp"
#include "agent/coap/meter.hpp"

namespace causeway::coap {

/// What one handshake works with.
struct HandshakeTerms
{
    std::shared_ptr<const Offer> offer;
    base::ByteView resumption; ///< what to resume from, in GnuTLS's format; borrowed
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

/// One DTLS 1.2 client session on one connected UDP socket. Begins its handshake when made; the
/// credential, which fits the mode, is borrowed until that ends. A lost session is never mended:
/// the owner makes a new one.
class DtlsSession final : public Channel
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

private:
    struct Handshake;

    static ssize_t push(gnutls_transport_ptr_t self, const void* octets, std::size_t size) noexcept;
    static ssize_t pull(gnutls_transport_ptr_t self, void* octets, std::size_t size) noexcept;
    static int waitToPull(gnutls_transport_ptr_t self, unsigned milliseconds) noexcept;
    static int checkPeer(gnutls_session_t session) noexcept;
    static int sign(gnutls_privkey_t key,
                    gnutls_sign_algorithm_t algorithm,
                    void* self,
                    unsigned flags,
                    const gnutls_datum_t* digest,
                    gnutls_datum_t* signature) noexcept;
    [[nodiscard]] int presentKey(gnutls_privkey_t key, const api::KeyPair& keyPair) const;

    void takeSocketError() noexcept;
    void configure();
    void onReadable();
    void continueHandshake();
    [[nodiscard]] int callHandshake();
    void onHandshakeCalled(int result);
    void goOnWithSigner();
    void waitForSignature();
    void onSigned(base::Expected<base::Bytes> signature);
    void giveUpSignature() noexcept;
    void waitForHandshake();
    void onHandshakeTimer();
    void finishHandshake();
    void refuse(gnutls_alert_description_t alert, const base::Error& reason);
    [[nodiscard]] bool usesKeyPair() const;
    [[nodiscard]] bool isSignedElsewhere() const;
    [[nodiscard]] base::Expected<ServerKeyMark> judgePeer() const;
    [[nodiscard]] base::Expected<ServerKeyMark> judgeHandshake() const;
    [[nodiscard]] std::string wireName() const;
    [[nodiscard]] base::Secret takeResumable() const;
    void failHandshake(int result);
    [[nodiscard]] base::Error describeSilence() const;
    [[nodiscard]] base::Error describeFailure(int result, bool isHandshake) const;
    void readRecords(int datagrams);
    [[nodiscard]] bool survives(int result);
    void lose(const base::Error& reason);

    Environment& environment_;
    ChannelListener& listener_;
    base::UniqueFd socket_;
    Meter meter_;
    base::Watch watch_;
    SessionHandle session_;
    std::unique_ptr<Handshake> handshake_;
    bool* wasDestroyed_ = nullptr;
    int pullsLeft_ = 0;
};

} // namespace causeway::coap
