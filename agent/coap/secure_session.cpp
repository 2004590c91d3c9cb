// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/secure_session.hpp"

#include <new>
#include <utility>

#include <fmt/format.h>

#include "agent/base/survival.hpp"
#include "agent/coap/alerts.hpp"
#include "agent/coap/session_handshake.hpp"

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

// The server's certificates and its ticket, which may have the device's in it: four of a kilobyte
// each, twice, and as much again. Without a bound a server could have 65 KiB kept for each account,
// and sent in each ClientHello.
constexpr std::size_t longestResumable = 16UL * 1024;

std::string_view named(const char* name)
{
    return name == nullptr ? std::string_view{} : std::string_view(name);
}

} // namespace

SecureSession::SecureSession(Environment& environment,
                             HandshakeTerms terms,
                             const api::Credential& credential,
                             ChannelListener& listener)
    : environment_(environment)
    , listener_(listener)
    , meter_(terms.meter)
    , handshake_(std::make_unique<Handshake>(*this, std::move(terms), credential))
{}

SecureSession::~SecureSession()
{
    if (wasDestroyed_ != nullptr)
        *wasDestroyed_ = true;
}

void SecureSession::configure(gnutls_priority_t priority, unsigned flags)
{
    gnutls_session_t session = nullptr;
    const HandshakeTerms& terms = handshake_->terms;
    const bool hasRawKey = terms.offer->mode == api::SecurityMode::RawPublicKey;
    flags |= GNUTLS_CLIENT | GNUTLS_NONBLOCK;
    if (gnutls_init(&session, hasRawKey ? flags | GNUTLS_ENABLE_RAWPK : flags) < 0)
        throw std::bad_alloc();
    session_.reset(session);
    gnutls_session_set_ptr(session, this);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, onHello);
    gnutls_priority_set(session, priority);
    if (usesKeyPair()) {
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, environment_.tls.keyPairs());
        gnutls_session_set_verify_function(session, checkPeer);
    } else {
        gnutls_credentials_set(session, GNUTLS_CRD_PSK, environment_.tls.psk());
    }
    if (const std::string name = wireName(); !name.empty())
        gnutls_server_name_set(session, GNUTLS_NAME_DNS, name.data(), name.size());
    // What GnuTLS cannot read is as good as none: the handshake is then a full one.
    if (terms.resumption != nullptr) {
        const base::ByteView kept = terms.resumption->session.view();
        (void)gnutls_session_set_data(session, kept.data(), kept.size());
    }
}

void SecureSession::onHandshakeTimer()
{
    if (environment_.loop.now() >= handshake_->deadline)
        lose(describeSilence());
    else
        continueHandshake();
}

void SecureSession::continueHandshake()
{
    if (isSignedElsewhere())
        goOnWithSigner();
    else
        onHandshakeCalled(callHandshake());
}

int SecureSession::callHandshake()
{
    // A warning alert or a stray record ends a call without ending the handshake.
    constexpr int mostCalls = 16;
    int result = GNUTLS_E_AGAIN;
    for (int call = 0; call < mostCalls; ++call) {
        handshake_->looksNoMore = false;
        result = gnutls_handshake(session_.get());
        if (result == 0 || result == GNUTLS_E_AGAIN || gnutls_error_is_fatal(result) != 0)
            break;
    }
    return result;
}

void SecureSession::onHandshakeCalled(int result)
{
    if (result == 0)
        finishHandshake();
    else if (gnutls_error_is_fatal(result) != 0)
        failHandshake(result);
    else
        waitForHandshake();
}

void SecureSession::finishHandshake()
{
    gnutls_session_t session = session_.get();
    const Offer& offer = *handshake_->terms.offer;
    const bool hasEncryptThenMac = gnutls_session_etm_status(session) != 0;
    const Negotiated negotiated{named(gnutls_kx_get_name(gnutls_kx_get(session))),
                                named(gnutls_cipher_get_name(gnutls_cipher_get(session))),
                                named(gnutls_mac_get_name(gnutls_mac_get(session))),
                                hasEncryptThenMac};
    const auto suite = checkSuite(offer.suites, offer.cbcRule, negotiated);
    if (!suite) {
        refuse(GNUTLS_A_INSUFFICIENT_SECURITY, suite.error());
        return;
    }
    const auto server = judgeHandshake();
    if (!server) {
        refuse(GNUTLS_A_BAD_CERTIFICATE, server.error());
        return;
    }
    const api::ChannelFacts facts{
        offer.mode,
        suite->number,
        suite->name,
        hasEncryptThenMac,
        gnutls_session_ext_master_secret_status(session) != 0,
        gnutls_session_is_resumed(session) != 0,
        std::visit([](const auto& one) { return one.mark; }, handshake_->credential),
        *server,
        isSignedElsewhere() ? api::KeyResidence::Tpm : api::KeyResidence::Store};
    // RFC 7627 §5.4: without an extended master secret a session is not to be resumed.
    base::Secret resumable = facts.hasExtendedMasterSecret ? takeResumable() : base::Secret();
    handshake_.reset();
    const base::Survival lives(wasDestroyed_);
    listener_.onChannelReady(facts, std::move(resumable));
    if (lives)
        readFirstRecords();
}

void SecureSession::refuse(gnutls_alert_description_t alert, const Error& reason)
{
    gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, alert);
    lose(reason.in(toText(handshake_->terms.peer)));
}

base::Secret SecureSession::takeResumable() const
{
    gnutls_datum_t data{};
    if (gnutls_session_get_data2(session_.get(), &data) < 0)
        return {};
    base::Secret resumable;
    if (data.size <= longestResumable)
        resumable = base::Secret(base::ByteView(data.data, data.size));
    base::wipe({data.data, data.size});
    gnutls_free(data.data);
    return resumable;
}

void SecureSession::failHandshake(int result)
{
    if (handshake_->signature && !*handshake_->signature) {
        gnutls_alert_send_appropriate(session_.get(), result);
        lose(handshake_->signature->error().in("the key pair cannot be used"));
        return;
    }
    if (handshake_->helloFault) {
        refuse(static_cast<gnutls_alert_description_t>(handshake_->helloFault->alert),
               {ErrorKind::Refused, handshake_->helloFault->words, Retry::Later});
        return;
    }
    const Error reason = handshake_->refusal
                             ? handshake_->refusal->in(toText(handshake_->terms.peer))
                             : describeFailure(result, true);
    gnutls_alert_send_appropriate(session_.get(), result);
    tellAlert(result);
    lose(reason);
}

void SecureSession::tellAlert(int result) const
{
    if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
        listener_.onAlert(static_cast<std::uint8_t>(gnutls_alert_get(session_.get())));
}

Error SecureSession::describeSilence() const
{
    const HandshakeTerms& terms = handshake_->terms;
    const std::string peer = toText(terms.peer);
    const auto limit = std::chrono::duration<double>(terms.limit).count();
    if (handshake_->call)
        return {ErrorKind::Timeout,
                fmt::format("the TPM did not sign within the {:.3g} s of the {} handshake with {}",
                            limit,
                            protocol(),
                            peer),
                Retry::Later};
    if (handshake_->hasHeard)
        return {ErrorKind::Timeout,
                fmt::format("the {} handshake with {} did not finish within {:.3g} s: a server "
                            "that refuses {} often says nothing",
                            protocol(),
                            peer,
                            limit,
                            usesKeyPair() ? "the device's key or certificate"
                                          : "the pre-shared key or its identity"),
                Retry::Later};
    if (handshake_->wasRefused)
        return {ErrorKind::Unreachable,
                fmt::format("no answer to the {} handshake from {}: the port is closed or the "
                            "host cannot be reached",
                            protocol(),
                            peer),
                Retry::Later};
    return {ErrorKind::Timeout,
            fmt::format(
                "no answer to the {} handshake from {} within {:.3g} s", protocol(), peer, limit),
            Retry::Later};
}

Error SecureSession::describeFailure(int result, bool isHandshake) const
{
    if (result == GNUTLS_E_FATAL_ALERT_RECEIVED) {
        const int alert = gnutls_alert_get(session_.get());
        return {ErrorKind::Refused,
                explainAlert(alert),
                isAgainstDevice(alert) ? Retry::Never : Retry::Later};
    }
    if (isHandshake &&
        (result == GNUTLS_E_UNWANTED_ALGORITHM || result == GNUTLS_E_UNKNOWN_CIPHER_SUITE))
        return {ErrorKind::Refused,
                "the server chose a cipher suite that was not offered, or CBC without "
                "encrypt-then-MAC (RFC 7366)",
                Retry::Later};
    return {ErrorKind::Unreachable,
            fmt::format("the {} {} failed: {}",
                        protocol(),
                        isHandshake ? "handshake" : "session",
                        gnutls_strerror(result)),
            Retry::Later};
}

void SecureSession::readRecords()
{
    auto& buffer = environment_.receiveBuffer;
    for (;;) {
        const ssize_t size = gnutls_record_recv(session_.get(), buffer.data(), buffer.size());
        if (size <= 0) {
            if (survives(static_cast<int>(size)))
                continue;
            return;
        }
        const base::Survival lives(wasDestroyed_);
        environment_.deliver(static_cast<std::size_t>(size), listener_);
        if (!lives)
            return;
    }
}

// Says whether to read on. May destroy this when not.
bool SecureSession::survives(int result)
{
    if (result == GNUTLS_E_AGAIN)
        return false;
    if (result == 0) {
        lose({ErrorKind::Unreachable,
              "the server closed the connection (alert 0 close_notify)",
              Retry::Later});
        return false;
    }
    if (result == GNUTLS_E_REHANDSHAKE) {
        // RFC 7925 §17: no renegotiation.
        gnutls_alert_send(session_.get(), GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
        return true;
    }
    if (gnutls_error_is_fatal(result) == 0)
        return true;
    tellAlert(result);
    lose(describeFailure(result, false));
    return false;
}

void SecureSession::lose(const Error& reason)
{
    rest();
    giveUpSignature();
    if (handshake_)
        handshake_->timer.stop();
    listener_.onChannelLost(reason);
}

void SecureSession::close()
{
    if (!handshake_)
        (void)gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
}

} // namespace causeway::coap
