// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/dtls_session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <gnutls/dtls.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/coap/session_handshake.hpp"

namespace causeway::coap {

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

/// Warning alerts in clear: nobody has authenticated them, and GnuTLS 3.7.9 gives a handshake up
/// after 17, or after one that says goodbye.
bool isPlainWarnings(base::ByteView datagram)
{
    constexpr std::size_t size = 15; // of a whole record with its header
    constexpr std::array<std::uint8_t, 2> length{0, 2};
    constexpr std::uint8_t alert = 21;
    constexpr std::uint8_t warning = 1;
    if (datagram.empty() || datagram.size() % size != 0)
        return false;
    for (; !datagram.empty(); datagram = datagram.subspan(size)) {
        const bool isWarning = datagram[0] == alert && datagram[3] == 0 && datagram[4] == 0 &&
                               std::ranges::equal(datagram.subspan(11, 2), length) &&
                               datagram[13] == warning;
        if (!isWarning)
            return false;
    }
    return true;
}

} // namespace

DtlsSession::DtlsSession(Environment& environment,
                         base::UniqueFd socket,
                         HandshakeTerms terms,
                         const api::Credential& credential,
                         ChannelListener& listener)
    : SecureSession(environment, std::move(terms), credential, listener)
    , socket_(std::move(socket))
{
    DtlsSession::listen();
    configure(handshake_->terms.offer->priority.get(), GNUTLS_DATAGRAM);
    gnutls_dtls_set_mtu(session_.get(), mtu);
    // GnuTLS's own end comes after ours.
    gnutls_dtls_set_timeouts(session_.get(),
                             firstRetransmissionMilliseconds,
                             2 * toMilliseconds(handshake_->terms.limit) + 1000);
    gnutls_transport_set_ptr(session_.get(), this);
    gnutls_transport_set_push_function(session_.get(), push);
    gnutls_transport_set_pull_function(session_.get(), pull);
    gnutls_transport_set_pull_timeout_function(session_.get(), waitToPull);
    // The first flight goes from the timer, so that a failure is never told from in here.
    handshake_->timer.start(base::Duration::zero());
}

DtlsSession::~DtlsSession()
{
    giveUpSignature();
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
        const bool isNothing = self.handshake_ && isPlainWarnings(datagram);
        if (!isNothing && isWholeRecords(datagram))
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

void DtlsSession::listen()
{
    watch_ =
        environment_.loop.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { onReadable(); });
}

void DtlsSession::onReadable()
{
    if (handshake_) {
        continueHandshake();
        return;
    }
    if (isForged()) {
        endForged();
        return;
    }
    pullsLeft_ = datagramsPerWakeUp;
    readRecords();
}

std::uint32_t DtlsSession::discardedRecords() const
{
    return gnutls_record_get_discarded(session_.get());
}

bool DtlsSession::isForged() const
{
    const auto& settings = environment_.settings;
    return discardedRecords() >= settings.mostDiscarded &&
           environment_.loop.now() - readyAt_ >= settings.leastForgedAge;
}

// Refused: so nothing of it is resumed.
void DtlsSession::endForged()
{
    close();
    lose({ErrorKind::Refused,
          fmt::format("{} records were forged, damaged or repeated, more than is safe",
                      discardedRecords()),
          Retry::Later});
}

// What came in one datagram with the server's Finished.
void DtlsSession::readFirstRecords()
{
    pullsLeft_ = 0;
    readyAt_ = environment_.loop.now();
    readRecords();
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

void DtlsSession::send(base::ByteView datagram)
{
    if (handshake_)
        return;
    // Nothing to do about a failure: push() takes everything, and what got lost is sent again
    // above.
    (void)gnutls_record_send(session_.get(), datagram.data(), datagram.size());
}

} // namespace causeway::coap
