// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/connection.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "agent/base/door.hpp"
#include "agent/base/log.hpp"
#include "agent/coap/dtls_session.hpp"
#include "agent/coap/framed_channel.hpp"
#include "agent/coap/resumption.hpp"
#include "agent/coap/server_host.hpp"
#include "agent/coap/server_uri.hpp"
#include "agent/coap/tcp_channel.hpp"
#include "agent/coap/tls_session.hpp"
#include "agent/coap/udp_channel.hpp"

namespace causeway::coap {

using base::ErrorKind;
using base::fail;
using base::Retry;

/// What only opening needs; freed, and the keys wiped, when the channel is ready.
struct Connection::Opening
{
    explicit Opening(api::SessionSettings wanted)
        : settings(std::move(wanted))
    {}

    api::SessionSettings settings;
    ServerUri uri;
    std::shared_ptr<const Offer> offer; ///< none without DTLS
    Addresses addresses;
    std::size_t next = 0;
    api::Credential credential;
    std::string localAddress;             ///< of the socket that is tried now
    std::optional<Resumption> resumption; ///< gone when it was tried in vain
    bool hasChangedPort = false;          ///< it was tried again, from another one
    base::TimePoint deadline{};
    HandshakeTurns::Turn turn; ///< none without DTLS
};

namespace {

constexpr std::size_t longestRecord = 16UL * 1024; ///< RFC 5246 §6.2.1

/// What a credential lacks for a mode; nothing when it fits.
std::string_view lackOf(const api::Credential& credential, api::SecurityMode mode)
{
    const auto* const keyPair = std::get_if<api::KeyPair>(&credential);
    if (mode == api::SecurityMode::Psk)
        return keyPair == nullptr ? ""
                                  : "the account wants a pre-shared key, the device has a key pair";
    if (keyPair == nullptr)
        return "the account wants a key pair, the device has a pre-shared key";
    if (mode == api::SecurityMode::Certificate && keyPair->certificates.empty())
        return "the account wants a certificate, the device's key pair has none yet";
    return {};
}

/// RFC 6698 §2.1.1: these usages want a path to an authority that the client trusts by itself.
bool needsGatewayTrust(const api::SessionSettings& settings)
{
    using api::CertificateUsage;
    const auto usage = settings.server.certificateUsage;
    return settings.securityMode == api::SecurityMode::Certificate &&
           (usage == CertificateUsage::CaConstraint ||
            usage == CertificateUsage::ServiceCertificate);
}

} // namespace

Connection::Connection(Environment& environment,
                       api::SessionSettings settings,
                       api::SessionListener& listener)
    : environment_(environment)
    , listener_(listener)
    , meter_(settings.traffic)
    , exchange_(environment.loop, environment.deferred, *this)
    , opening_(std::make_unique<Opening>(std::move(settings)))
{
    environment_.deferred.run(lifetime_.guard([this] {
        if (!isClosed_)
            begin();
    }));
}

Connection::~Connection() = default;

void Connection::begin()
{
    const auto uri = parseServerUri(opening_->settings.uri);
    if (!uri) {
        shutDown(uri.error());
        return;
    }
    opening_->uri = *uri;
    const bool isNoSec = opening_->settings.securityMode == api::SecurityMode::NoSec;
    if (uri->isSecure == isNoSec) {
        shutDown({ErrorKind::InvalidArgument,
                  "coap:// goes with security mode NoSec, coaps:// with the others; so do "
                  "coap+tcp:// and "
                  "coaps+tcp://"});
        return;
    }
    if (isNoSec && !environment_.settings.allowsNoSec) {
        shutDown(
            {ErrorKind::NotAuthorized, "plain CoAP is switched off in this gateway's settings"});
        return;
    }
    if (!isNoSec) {
        const auto offer = environment_.tls.offer(opening_->settings);
        if (!offer) {
            shutDown(offer.error());
            return;
        }
        opening_->offer = *offer;
    }
    if (auto literal = parseLiteral(uri->host, uri->port); !literal.empty()) {
        onAddresses(std::move(literal));
        return;
    }
    environment_.resolver.resolve(
        uri->host, uri->port, lifetime_.guard([this](base::Expected<Addresses> addresses) {
            if (!isClosed_)
                onAddresses(std::move(addresses));
        }));
}

void Connection::onAddresses(base::Expected<Addresses> addresses)
{
    if (!addresses) {
        shutDown(addresses.error());
        return;
    }
    opening_->addresses = std::move(*addresses);
    if (!opening_->uri.isSecure) {
        opening_->deadline = environment_.loop.now() + environment_.settings.handshakeLimit;
        tryNextAddress();
        return;
    }
    // The times of a handshake count from its turn: the store is not asked before.
    opening_->turn = environment_.handshakes.take(
        opening_->uri.host + ' ' + std::to_string(opening_->uri.port), lifetime_.guard([this] {
            if (!isClosed_)
                prepareTrust();
        }));
}

void Connection::prepareTrust()
{
    if (!needsGatewayTrust(opening_->settings)) {
        fetchCredential();
        return;
    }
    environment_.trustReader.whenCurrent(lifetime_.guard([this] {
        if (!isClosed_)
            fetchCredential();
    }));
}

void Connection::fetchCredential()
{
    credential_ = opening_->settings.credential;
    isKept_ = opening_->settings.isKept;
    environment_.credentials.fetch(
        credential_, lifetime_.guard([this](base::Expected<api::Credential> credential) {
            if (!isClosed_)
                onCredential(std::move(credential));
        }));
}

void Connection::onCredential(base::Expected<api::Credential> credential)
{
    const auto mode = opening_->settings.securityMode;
    if (!credential) {
        shutDown(credential.error().in(mode == api::SecurityMode::Psk
                                           ? "the pre-shared key cannot be used"
                                           : "the key pair cannot be used"));
        return;
    }
    if (const auto lack = lackOf(*credential, mode); !lack.empty()) {
        shutDown({ErrorKind::NotFound, std::string(lack), Retry::Never});
        return;
    }
    opening_->credential = std::move(*credential);
    environment_.resumptions.findResumption(credential_,
                                            lifetime_.guard([this](base::Secret state) {
                                                if (!isClosed_)
                                                    onResumption(std::move(state));
                                            }));
}

void Connection::onResumption(base::Secret state)
{
    auto resumption = decodeResumption(state.view());
    if (resumption && opening_->settings.mayResume && isKept_ &&
        mayResume(*resumption,
                  serverMark(opening_->settings.uri),
                  environment_.loop.wallNow(),
                  environment_.settings.sessionLimit))
        opening_->resumption = std::move(resumption);
    opening_->deadline = environment_.loop.now() + environment_.settings.handshakeLimit;
    tryNextAddress();
}

void Connection::tryNextAddress()
{
    base::Expected<base::UniqueFd> socket = connectNext();
    while (!socket && opening_->next < opening_->addresses.size())
        socket = connectNext();
    if (!socket)
        shutDown(socket.error());
    else if (opening_->uri.isSecure)
        openSecure(std::move(*socket));
    else
        openPlain(std::move(*socket));
}

base::Expected<base::UniqueFd> Connection::connectNext()
{
    const SocketAddress& address = opening_->addresses[opening_->next++];
    const bool isStream = opening_->uri.isStream;
    const int type = isStream ? SOCK_STREAM : SOCK_DGRAM;
    meter_.setFamily(address.storage.ss_family, isStream);
    base::UniqueFd socket(
        ::socket(address.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return fail(ErrorKind::LimitExceeded,
                    "no socket for the server: " + base::errnoText(errno),
                    Retry::Later);
    if (::connect(socket.get(), address.get(), address.size) != 0 && errno != EINPROGRESS)
        return fail(ErrorKind::Unreachable,
                    toText(address) + " cannot be reached: " + base::errnoText(errno),
                    Retry::Later);
    opening_->localAddress = localHost(socket.get());
    return socket;
}

void Connection::openPlain(base::UniqueFd socket)
{
    if (!opening_->uri.isStream) {
        channel_ =
            std::make_unique<UdpChannel>(environment_, std::move(socket), meter_, asListener());
        onChannelReady({}, {});
        return;
    }
    const HandshakeTerms terms = makeTerms();
    auto framed = std::make_unique<FramedChannel>(
        environment_.loop, environment_.deferred, terms.limit, asListener());
    framed->runOver(std::make_unique<TcpChannel>(environment_,
                                                 std::move(socket),
                                                 TcpPeer{terms.peer, meter_, terms.limit},
                                                 framed->asListener()));
    channel_ = std::move(framed);
}

void Connection::openSecure(base::UniqueFd socket)
{
    HandshakeTerms terms = makeTerms();
    if (!opening_->uri.isStream) {
        channel_ = std::make_unique<DtlsSession>(
            environment_, std::move(socket), std::move(terms), opening_->credential, asListener());
        return;
    }
    auto framed = std::make_unique<FramedChannel>(
        environment_.loop, environment_.deferred, terms.limit, asListener());
    framed->runOver(std::make_unique<TlsSession>(environment_,
                                                 std::move(socket),
                                                 std::move(terms),
                                                 opening_->credential,
                                                 framed->asListener()));
    channel_ = std::move(framed);
}

HandshakeTerms Connection::makeTerms()
{
    const auto left = opening_->addresses.size() - opening_->next;
    HandshakeTerms terms;
    terms.offer = opening_->offer;
    terms.peer = opening_->addresses[opening_->next - 1];
    terms.meter = meter_;
    terms.credential = credential_;
    terms.server = &opening_->settings.server;
    terms.host = opening_->uri.host;
    terms.isLiteral = isAddress(terms.host);
    // The time that is left, shared fairly with the addresses that are left.
    terms.limit = (opening_->deadline - environment_.loop.now()) / (left + 1);
    terms.leavesWhenRefused = left > 0;
    if (opening_->resumption) {
        terms.resumption = &*opening_->resumption;
        // A quarter each for two of them; half is for a full handshake with the same address.
        terms.limit /= opening_->hasChangedPort ? 3 : 4;
    }
    return terms;
}

void Connection::onReliableCarrier(std::size_t largest)
{
    exchange_.relyOnCarrier(largest);
}

void Connection::onChannelReady(const api::ChannelFacts& facts, base::Secret resumable)
{
    if (facts.cipherSuiteName.find("CBC") != std::string_view::npos && !facts.hasEncryptThenMac)
        log::warning("{DEVICE}: {SUITE} without encrypt-then-MAC with {SERVER}, as its account "
                     "explicitly allows",
                     "DEVICE",
                     opening_->settings.logName,
                     "SUITE",
                     facts.cipherSuiteName,
                     "SERVER",
                     opening_->settings.uri);
    lastHeardAt_ = environment_.loop.now();
    if (opening_->uri.isSecure)
        keepResumable(facts, std::move(resumable));
    api::ChannelFacts told = facts;
    told.localAddress = std::move(opening_->localAddress);
    opening_.reset();
    listener_.onConnected(told);
}

// The age of a resumed session is that of the full handshake it comes from.
void Connection::keepResumable(const api::ChannelFacts& facts, base::Secret resumable)
{
    const base::WallTime now = environment_.loop.wallNow();
    const bool isResumed = facts.isResumed && opening_->resumption;
    const base::WallTime since = isResumed ? opening_->resumption->fullHandshakeAt : now;
    endsAt_ = lastHeardAt_ + (environment_.settings.sessionLimit - (now - since));
    if (!isKept_ || resumable.empty() ||
        (isResumed && opening_->resumption->session.equals(resumable.view())))
        return;
    environment_.resumptions.keepResumption(
        credential_,
        facts.credential,
        encode(
            {since, serverMark(opening_->settings.uri), facts.cipherSuite, std::move(resumable)}));
}

// One full handshake serves for so long and its keys for so many datagrams: the owner then makes
// a new session. What is under way in this round is still finished.
void Connection::countDatagram(std::size_t octets)
{
    meter_.countMessage(octets);
    records_ += 1 + static_cast<std::uint32_t>(octets / longestRecord);
    const bool isSpent = records_ >= environment_.settings.mostRecords;
    if (endsAt_ == base::TimePoint{} || (!isSpent && environment_.loop.now() < endsAt_))
        return;
    endsAt_ = {};
    const std::string_view reason =
        isSpent ? "the session's keys have served for as many records as is safe"
                : "the session is as old as it may be";
    environment_.deferred.run(lifetime_.guard([this, reason] {
        if (!isClosed_)
            shutDown({ErrorKind::Unreachable, std::string(reason), Retry::Later});
    }));
}

void Connection::onDatagram(base::ByteView datagram)
{
    lastHeardAt_ = environment_.loop.now();
    countDatagram(datagram.size());
    const auto alive = lifetime_.token();
    const bool isDone = base::contain("a datagram", [&] { exchange_.receive(datagram); });
    // What has half happened is not gone on with: the owner connects anew.
    if (!isDone && !alive.expired())
        shutDown({ErrorKind::Internal, "a datagram met a fault of the program", Retry::Later});
}

void Connection::onHeard()
{
    lastHeardAt_ = environment_.loop.now();
    exchange_.onHeard();
}

// Who has left may be gone.
void Connection::onAlert(std::uint8_t alert)
{
    if (!wasLeft_ && !isClosed_)
        listener_.onAlert(alert);
}

void Connection::onChannelLost(const base::Error& reason)
{
    if (opening_ && opening_->resumption) {
        // Silence is once met from another port: a server that still has a session with this one,
        // another device's of before a restart perhaps, may not hear a new client there, whatever
        // RFC 6347 §4.2.8 asks of it (libcoap 4.3.1 on OpenSSL). Whatever else was wrong, a full
        // handshake with the same address shows.
        if (reason.kind != ErrorKind::Timeout || opening_->hasChangedPort)
            opening_->resumption.reset();
        opening_->hasChangedPort = true;
        --opening_->next;
    }
    if (opening_ && opening_->next < opening_->addresses.size()) {
        tryNextAddress();
        return;
    }
    // RFC 5246 §7.2.2: after a fatal alert nothing is resumed.
    if (!opening_ && isKept_ && reason.kind == ErrorKind::Refused)
        environment_.resumptions.keepResumption(credential_, {}, {});
    shutDown(reason);
}

std::optional<base::TimePoint> Connection::lastHeardAt() const
{
    if (opening_ || lastHeardAt_ == base::TimePoint{})
        return std::nullopt;
    return lastHeardAt_;
}

void Connection::onPeerLost(const base::Error& reason)
{
    shutDown(reason);
}

void Connection::shutDown(const base::Error& reason)
{
    if (std::exchange(isClosed_, true))
        return;
    channel_.reset();
    opening_.reset();
    const auto alive = lifetime_.token();
    exchange_.abandon({ErrorKind::Unreachable, reason.message, Retry::AfterReconnect});
    if (!alive.expired() && !wasLeft_)
        listener_.onClosed(reason);
}

void Connection::request(api::Request request, ResponseDone done)
{
    if (!isClosed_) {
        exchange_.request(std::move(request), std::move(done));
        return;
    }
    environment_.deferred.run(lifetime_.guard([done = std::move(done)]() mutable {
        done(fail(ErrorKind::Unreachable, "the session is closed", Retry::AfterReconnect));
    }));
}

void Connection::notify(const api::Token& token,
                        api::Response response,
                        bool isConfirmable,
                        DeliveryDone done)
{
    if (!isClosed_) {
        exchange_.notify(token, std::move(response), isConfirmable, std::move(done));
        return;
    }
    if (done)
        environment_.deferred.run(
            lifetime_.guard([done = std::move(done)]() mutable { done(api::Delivery::TimedOut); }));
}

void Connection::close()
{
    wasLeft_ = true; // also from what shutDown() tells first
    if (std::exchange(isClosed_, true))
        return;
    if (channel_)
        channel_->close();
    channel_.reset();
    opening_.reset();
    environment_.deferred.run(lifetime_.guard([this] {
        exchange_.abandon(
            {ErrorKind::Unreachable, "the session was closed", Retry::AfterReconnect});
    }));
}

void Connection::sendDatagram(base::ByteView datagram)
{
    if (!channel_)
        return;
    countDatagram(datagram.size());
    channel_->send(datagram);
}

void Connection::onRequest(api::Request request, api::Respond respond)
{
    listener_.onRequest(std::move(request), std::move(respond));
}

bool Connection::takesRequests() const
{
    return listener_.takesRequests();
}

bool Connection::takesPieces(const api::Request& head) const
{
    return listener_.takesPieces(head);
}

void Connection::onReset(const api::Token& token)
{
    listener_.onReset(token);
}

} // namespace causeway::coap
