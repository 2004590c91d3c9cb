// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/dtls_session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <gnutls/dtls.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/base/log.hpp"
#include "agent/base/survival.hpp"
#include "agent/coap/alerts.hpp"
#include "agent/coap/dtls_handshake.hpp"

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

// RFC 8200 §5: every path carries 1280 octets; IPv6 and UDP headers take 48 of them.
constexpr unsigned mtu = 1232;

// RFC 6347 §4.2.4.1: one second, doubling.
constexpr unsigned firstRetransmissionMilliseconds = 1000;

// One datagram for each wake-up, then the others' turn: epoll says so again when there are more,
// and we save the call that would only find the socket empty.
constexpr int datagramsPerWakeUp = 1;

unsigned toMilliseconds(base::Duration duration)
{
    return static_cast<unsigned>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// The kernel tells on a connected UDP socket what ICMP said. Anybody can forge that: a hint.
bool isHint(int error)
{
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
           error == EHOSTDOWN || error == ENETDOWN;
}

std::string_view named(const char* name)
{
    return name == nullptr ? std::string_view{} : std::string_view(name);
}

/// Whether the datagram is made of whole records (RFC 6347 §4.1.1: none spans two). Anybody can
/// forge another one: an empty datagram would be the end to GnuTLS, and to the first octets of a
/// record 3.7.9 adds the next datagram, which is lost then.
bool isWholeRecords(base::ByteView datagram)
{
    constexpr std::size_t headerSize = 13;
    if (datagram.empty())
        return false;
    while (!datagram.empty()) {
        if (datagram.size() < headerSize)
            return false;
        const std::size_t length = std::size_t{datagram[11]} << 8U | datagram[12];
        if (datagram.size() - headerSize < length)
            return false;
        datagram = datagram.subspan(headerSize + length);
    }
    return true;
}

} // namespace

DtlsSession::DtlsSession(Environment& environment,
                         base::UniqueFd socket,
                         HandshakeTerms terms,
                         const api::Credential& credential,
                         ChannelListener& listener)
    : environment_(environment)
    , listener_(listener)
    , socket_(std::move(socket))
    , meter_(terms.meter)
    , handshake_(std::make_unique<Handshake>(*this, std::move(terms), credential))
{
    watch_ =
        environment_.loop.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { onReadable(); });
    configure();
    // The first flight goes from the timer, so that a failure is never told from in here.
    handshake_->timer.start(base::Duration::zero());
}

DtlsSession::~DtlsSession()
{
    giveUpSignature();
    if (wasDestroyed_ != nullptr)
        *wasDestroyed_ = true;
}

void DtlsSession::configure()
{
    gnutls_session_t session = nullptr;
    const HandshakeTerms& terms = handshake_->terms;
    const bool hasRawKey = terms.offer->mode == api::SecurityMode::RawPublicKey;
    const unsigned flags = GNUTLS_CLIENT | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK;
    if (gnutls_init(&session, hasRawKey ? flags | GNUTLS_ENABLE_RAWPK : flags) < 0)
        throw std::bad_alloc();
    session_.reset(session);
    gnutls_session_set_ptr(session, this);
    gnutls_priority_set(session, terms.offer->priority.get());
    if (usesKeyPair()) {
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, environment_.tls.keyPairs());
        gnutls_session_set_verify_function(session, checkPeer);
    } else {
        gnutls_credentials_set(session, GNUTLS_CRD_PSK, environment_.tls.psk());
    }
    if (const std::string name = wireName(); !name.empty())
        gnutls_server_name_set(session, GNUTLS_NAME_DNS, name.data(), name.size());
    // What GnuTLS cannot read is as good as none: the handshake is then a full one.
    if (!terms.resumption.empty())
        (void)gnutls_session_set_data(session, terms.resumption.data(), terms.resumption.size());
    gnutls_dtls_set_mtu(session, mtu);
    // GnuTLS's own end comes after ours.
    gnutls_dtls_set_timeouts(
        session, firstRetransmissionMilliseconds, 2 * toMilliseconds(terms.limit) + 1000);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_push_function(session, push);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_pull_timeout_function(session, waitToPull);
}

// A datagram that the network does not take now is lost; both GnuTLS and the message layer send
// again what matters.
ssize_t DtlsSession::push(gnutls_transport_ptr_t ptr, const void* octets, std::size_t size) noexcept
{
    auto& self = *static_cast<DtlsSession*>(ptr);
    const ssize_t sent = ::send(self.socket_.get(), octets, size, MSG_NOSIGNAL);
    if (sent >= 0)
        self.meter_.countSent(size);
    if (self.handshake_) {
        self.handshake_->looksNoMore = true;
        if (sent < 0 && isHint(errno))
            self.handshake_->wasRefused = true;
    }
    return static_cast<ssize_t>(size);
}

ssize_t DtlsSession::pull(gnutls_transport_ptr_t ptr, void* octets, std::size_t size) noexcept
{
    auto& self = *static_cast<DtlsSession*>(ptr);
    if (!self.handshake_ && self.pullsLeft_-- <= 0) {
        errno = EAGAIN;
        return -1;
    }
    const ssize_t received = ::recv(self.socket_.get(), octets, size, MSG_DONTWAIT);
    if (self.handshake_ && received >= 0)
        self.handshake_->hasHeard = true;
    if (received > 0)
        self.meter_.countReceived(static_cast<std::size_t>(received));
    if (received >= 0) {
        const base::ByteView datagram(static_cast<const std::uint8_t*>(octets),
                                      static_cast<std::size_t>(received));
        if (isWholeRecords(datagram))
            return received;
        errno = EAGAIN;
        return -1;
    }
    if (self.handshake_ && isHint(errno))
        self.handshake_->wasRefused = true;
    errno = EAGAIN;
    return -1;
}

// GnuTLS sends its flight again only when this says truly that nothing has come. But once it has
// sent, or heard so, in a call it must hear nothing else, or 3.7.9 loses what comes:
// - The server's Finished between two looks it takes for the sign that its flight has arrived
//   (_dtls_wait_and_retransmit), forgets the flight, and waits for ever.
// - An alert in the call that made the hello it drops: "the handshake hasn't started"
//   (record_add_to_buffers).
// What came meanwhile wakes the loop again.
int DtlsSession::waitToPull(gnutls_transport_ptr_t ptr, unsigned) noexcept
{
    auto& self = *static_cast<DtlsSession*>(ptr);
    if (self.handshake_ && self.handshake_->looksNoMore)
        return 0;
    pollfd descriptor{self.socket_.get(), POLLIN, 0};
    const int ready = ::poll(&descriptor, 1, 0);
    if (ready > 0 && (descriptor.revents & POLLERR) != 0)
        self.takeSocketError();
    const bool hasCome = ready > 0 && (descriptor.revents & POLLIN) != 0;
    if (self.handshake_)
        self.handshake_->looksNoMore = !hasCome;
    return hasCome ? 1 : 0;
}

// What nobody takes off the socket would wake the loop for ever.
void DtlsSession::takeSocketError() noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (handshake_ && isHint(error))
        handshake_->wasRefused = true;
}

void DtlsSession::onReadable()
{
    if (handshake_)
        continueHandshake();
    else
        readRecords(datagramsPerWakeUp);
}

void DtlsSession::onHandshakeTimer()
{
    if (environment_.loop.now() >= handshake_->deadline)
        lose(describeSilence());
    else
        continueHandshake();
}

void DtlsSession::continueHandshake()
{
    if (isSignedElsewhere())
        goOnWithSigner();
    else
        onHandshakeCalled(callHandshake());
}

int DtlsSession::callHandshake()
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

void DtlsSession::onHandshakeCalled(int result)
{
    if (result == 0)
        finishHandshake();
    else if (gnutls_error_is_fatal(result) != 0)
        failHandshake(result);
    else
        waitForHandshake();
}

void DtlsSession::waitForHandshake()
{
    if (handshake_->wasRefused && handshake_->terms.leavesWhenRefused) {
        lose(describeSilence());
        return;
    }
    const std::chrono::milliseconds untilRetransmission(
        std::max(1U, gnutls_dtls_get_timeout(session_.get())));
    handshake_->timer.startAt(
        std::min(environment_.loop.now() + untilRetransmission, handshake_->deadline));
}

void DtlsSession::finishHandshake()
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
        readRecords(0); // what came in one datagram with the server's Finished
}

void DtlsSession::refuse(gnutls_alert_description_t alert, const Error& reason)
{
    gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, alert);
    lose(reason.in(toText(handshake_->terms.peer)));
}

base::Secret DtlsSession::takeResumable() const
{
    gnutls_datum_t data{};
    if (gnutls_session_get_data2(session_.get(), &data) < 0)
        return {};
    base::Secret resumable(base::ByteView(data.data, data.size));
    base::wipe({data.data, data.size});
    gnutls_free(data.data);
    return resumable;
}

void DtlsSession::failHandshake(int result)
{
    if (handshake_->signature && !*handshake_->signature) {
        gnutls_alert_send_appropriate(session_.get(), result);
        lose(handshake_->signature->error().in("the key pair cannot be used"));
        return;
    }
    const Error reason = handshake_->refusal
                             ? handshake_->refusal->in(toText(handshake_->terms.peer))
                             : describeFailure(result, true);
    gnutls_alert_send_appropriate(session_.get(), result);
    lose(reason);
}

Error DtlsSession::describeSilence() const
{
    const HandshakeTerms& terms = handshake_->terms;
    const std::string peer = toText(terms.peer);
    const auto limit = std::chrono::duration<double>(terms.limit).count();
    if (handshake_->call)
        return {
            ErrorKind::Timeout,
            fmt::format("the TPM did not sign within the {:.3g} s of the DTLS handshake with {}",
                        limit,
                        peer),
            Retry::Later};
    if (handshake_->hasHeard)
        return {ErrorKind::Timeout,
                fmt::format("the DTLS handshake with {} did not finish within {:.3g} s: a server "
                            "that refuses {} often says nothing",
                            peer,
                            limit,
                            usesKeyPair() ? "the device's key or certificate"
                                          : "the pre-shared key or its identity"),
                Retry::Later};
    if (handshake_->wasRefused)
        return {ErrorKind::Unreachable,
                fmt::format("no answer to the DTLS handshake from {}: the port is closed or the "
                            "host cannot be reached",
                            peer),
                Retry::Later};
    return {ErrorKind::Timeout,
            fmt::format("no answer to the DTLS handshake from {} within {:.3g} s", peer, limit),
            Retry::Later};
}

Error DtlsSession::describeFailure(int result, bool isHandshake) const
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
    const std::string_view what =
        isHandshake ? "the DTLS handshake failed" : "the DTLS session failed";
    return {
        ErrorKind::Unreachable, fmt::format("{}: {}", what, gnutls_strerror(result)), Retry::Later};
}

void DtlsSession::readRecords(int datagrams)
{
    auto& buffer = environment_.receiveBuffer;
    pullsLeft_ = datagrams;
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
bool DtlsSession::survives(int result)
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
    lose(describeFailure(result, false));
    return false;
}

void DtlsSession::lose(const Error& reason)
{
    watch_ = {};
    giveUpSignature();
    if (handshake_)
        handshake_->timer.stop();
    listener_.onChannelLost(reason);
}

void DtlsSession::send(base::ByteView datagram)
{
    if (handshake_)
        return;
    // Nothing to do about a failure: push() takes everything, and what got lost is sent again
    // above.
    (void)gnutls_record_send(session_.get(), datagram.data(), datagram.size());
}

void DtlsSession::close()
{
    if (!handshake_)
        (void)gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
}

} // namespace causeway::coap
