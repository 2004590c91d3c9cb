// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tls_session.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "agent/coap/session_handshake.hpp"

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

// RFC 8323 §8.2: what a server that speaks more than CoAP on this port goes by.
constexpr std::string_view alpn = "coap";

// Four records for each wake-up, each a header and a body, then the others' turn.
constexpr int pullsPerWakeUp = 2 * 4;

} // namespace

TlsSession::TlsSession(Environment& environment,
                       base::UniqueFd socket,
                       HandshakeTerms terms,
                       const api::Credential& credential,
                       ChannelListener& listener)
    : SecureSession(environment, std::move(terms), credential, listener)
    , socket_(environment, std::move(socket), handshake_->terms.peer, meter_, asOwner())
{
    configure(handshake_->terms.offer->streamPriority.get(), GNUTLS_NO_SIGNAL);
    std::string name(alpn);
    const gnutls_datum_t protocol{reinterpret_cast<unsigned char*>(name.data()), // NOLINT: C
                                  static_cast<unsigned>(name.size())};
    gnutls_alpn_set_protocols(session_.get(), &protocol, 1, 0);
    gnutls_transport_set_ptr(session_.get(), this);
    gnutls_transport_set_push_function(session_.get(), push);
    gnutls_transport_set_pull_function(session_.get(), pull);
    handshake_->timer.startAt(handshake_->deadline);
}

TlsSession::~TlsSession()
{
    giveUpSignature();
}

// The socket keeps what the network does not take, or breaks off: GnuTLS never has to ask again.
ssize_t TlsSession::push(gnutls_transport_ptr_t ptr, const void* octets, std::size_t size) noexcept
{
    auto& self = *static_cast<TlsSession*>(ptr);
    self.socket_.write({static_cast<const std::uint8_t*>(octets), size});
    return static_cast<ssize_t>(size);
}

ssize_t TlsSession::pull(gnutls_transport_ptr_t ptr, void* octets, std::size_t size) noexcept
{
    auto& self = *static_cast<TlsSession*>(ptr);
    if (!self.handshake_ && self.pullsLeft_-- <= 0) {
        gnutls_transport_set_errno(self.session_.get(), EAGAIN);
        return -1;
    }
    const ssize_t received = self.socket_.read(octets, size);
    if (received > 0 && self.handshake_)
        self.handshake_->hasHeard = true;
    if (received < 0)
        gnutls_transport_set_errno(self.session_.get(), errno == EINTR ? EAGAIN : errno);
    return received;
}

void TlsSession::onSocketConnected()
{
    continueHandshake();
}

void TlsSession::onSocketReadable()
{
    if (handshake_) {
        continueHandshake();
        return;
    }
    pullsLeft_ = pullsPerWakeUp;
    readRecords();
}

void TlsSession::onSocketLost(const Error& reason)
{
    lose(Error(reason));
}

void TlsSession::waitForHandshake()
{
    handshake_->timer.startAt(handshake_->deadline);
}

// None is read ahead: GnuTLS takes a record's octets off the socket and no more.
void TlsSession::readFirstRecords() {}

Error TlsSession::describeSilence() const
{
    if (socket_.isConnected())
        return SecureSession::describeSilence();
    return {ErrorKind::Timeout,
            toText(handshake_->terms.peer) + " does not answer to a TCP connection",
            Retry::Later};
}

Error TlsSession::describeFailure(int result, bool isHandshake) const
{
    if (!socket_.trouble().empty())
        return {
            ErrorKind::Unreachable, "the connection was lost: " + socket_.trouble(), Retry::Later};
    if (result == GNUTLS_E_PREMATURE_TERMINATION)
        return {ErrorKind::Unreachable,
                isHandshake ? "the server closed the connection in the TLS handshake"
                            : "the server closed the connection",
                Retry::Later};
    return SecureSession::describeFailure(result, isHandshake);
}

// GnuTLS has no octets of the next record yet: it takes them when it is asked to, and no sooner.
void TlsSession::stopReading()
{
    socket_.listen(false);
    pullsLeft_ = 0;
}

void TlsSession::send(base::ByteView octets)
{
    while (!handshake_ && !octets.empty()) {
        const ssize_t sent = gnutls_record_send(session_.get(), octets.data(), octets.size());
        if (sent <= 0)
            return; // a session that is broken shows it when it is read
        octets = octets.subspan(static_cast<std::size_t>(sent));
    }
}

} // namespace causeway::coap
