// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "agent/api/request.hpp"
#include "agent/api/traffic.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"

/// The seam between lwm2m, which speaks in requests and responses, and coap, which owns sockets,
/// DTLS and the message layer. Everything here lives on the main thread.
namespace causeway::api {

/// LwM2M Security Object resource 2.
enum class SecurityMode : std::uint8_t {
    Psk = 0,
    RawPublicKey = 1,
    Certificate = 2,
    NoSec = 3,
    /// "Certificate mode with EST": the gateway makes the key pair, and gets the certificate for it
    /// from the device's Bootstrap-Server. From then on it is Certificate.
    Enrolment = 4,
};

/// What a session with an account of that mode does.
[[nodiscard]] constexpr SecurityMode channelMode(SecurityMode mode)
{
    return mode == SecurityMode::Enrolment ? SecurityMode::Certificate : mode;
}

/// LwM2M Security Object resource 13: what of the server's key or certificate is known (RFC 6698
/// §2.1.3).
enum class MatchingType : std::uint8_t { Exact = 0, Sha256 = 1, Sha384 = 2, Sha512 = 3 };

/// LwM2M Security Object resource 15: what the known certificate says (RFC 6698 §2.1.1).
enum class CertificateUsage : std::uint8_t {
    CaConstraint = 0,       ///< a CA of the path, which must also end in the gateway's trust store
    ServiceCertificate = 1, ///< the server's own, which must also have such a path
    TrustAnchorAssertion = 2, ///< the CA that the path must end in
    DomainIssued = 3,         ///< the server's own; nobody else vouches for it
};

/// Whom a server must prove to be in the modes RawPublicKey and Certificate.
struct ServerIdentity
{
    /// Resource 4: SubjectPublicKeyInfo or certificate, DER, or its hash.
    base::Bytes publicKey;
    MatchingType matchingType = MatchingType::Exact;
    CertificateUsage certificateUsage = CertificateUsage::DomainIssued;
    std::string serverName; ///< resource 14, SNI; empty: the host of the URI

    bool operator==(const ServerIdentity&) const = default;
};

/// What protects a session now; all but the mode is empty for NoSec.
struct ChannelFacts
{
    SecurityMode securityMode = SecurityMode::NoSec;
    std::uint16_t cipherSuite = 0;    ///< IANA number
    std::string_view cipherSuiteName; ///< IANA name, a constant
    bool hasEncryptThenMac = false;
    bool hasExtendedMasterSecret = false;
    bool isResumed = false;
    CredentialMark credential{}; ///< what both sides, or we, proved to have
    /// The first octets of the SHA-256 of the key or certificate that the server proved to have.
    std::array<std::uint8_t, 8> serverKey{};
    KeyResidence keyResidence = KeyResidence::Store; ///< of the device's private key
    std::string localAddress{};                      ///< ours: "192.0.2.7"; also with NoSec
    /// By TCP (RFC 8323). Observations end with the connection (§7.4), so that a resumed session
    /// does not go on where the last one was.
    bool isReliable = false;
    std::uint32_t discardedRecords = 0; ///< Session's, when it was asked
};

/// Where a session goes and what it authenticates with.
struct SessionSettings
{
    std::string logName; ///< the device, for log lines
    std::string uri;     ///< coaps://host[:port], coap://, coaps+tcp:// or coap+tcp://
    SecurityMode securityMode = SecurityMode::Psk;
    CredentialId credential;               ///< fetched when the handshake needs it
    bool allowsCbcWithoutEtm = false;      ///< the account's explicit, logged exception
    std::vector<std::string> cipherSuites; ///< instead of the defaults; IANA names or numbers
    bool mayResume = true;                 ///< false: a full handshake, whatever is kept
    ServerIdentity server{};               ///< not looked at with Psk and NoSec
    /// False: it is kept from what other sessions with this credential resume, and they from it.
    bool isKept = true;
    Traffic* traffic = nullptr; ///< what counts it; outlives the session
};

/// How a notification ended.
enum class Delivery : std::uint8_t {
    Acknowledged, ///< confirmable and acknowledged; by TCP: the server has read past it
    Reset,        ///< the server wants no more of this observation
    TimedOut,     ///< MAX_RETRANSMIT reached; the session reports its loss by itself if it is lost
};

using Respond = base::UniqueFunction<void(Response)>;

/// What a session tells its owner; never from inside a call of the owner.
class SessionListener
{
public:
    virtual ~SessionListener() = default;

    /// Once, when requests may be sent.
    virtual void onConnected(const ChannelFacts& facts) = 0;

    /// The server has ended the handshake or the session by this fatal TLS alert (RFC 5246 §7.2);
    /// onClosed() follows, unless another address of the server is tried first.
    virtual void onAlert(std::uint8_t alert) { static_cast<void>(alert); }

    /// Once, and nothing after it: could not connect, or the connection is lost. Requests still
    /// waiting have failed before this comes. The owner destroys the session, later or at once.
    virtual void onClosed(const base::Error& reason) = 0;

    /// Whether requests are heard now. While not, they are ignored as if they had not come: sent
    /// again, they may be heard. By TCP nothing is sent again, and they are answered 5.00. Who
    /// fetches the rest of a body that has begun is served always.
    [[nodiscard]] virtual bool takesRequests() const { return true; }

    /// `respond` may be kept and called once, later: the exchange is then answered separately.
    /// After the session has gone it does nothing. Dropping it uncalled answers 5.00.
    virtual void onRequest(Request request, Respond respond) = 0;

    /// Whether a body that comes in blocks is to come here block by block instead of as a whole:
    /// in order, each with a `respond` of its own, where success asks for the next one. `head` has
    /// no payload yet. After a failure the server must begin anew.
    [[nodiscard]] virtual bool takesPieces(const Request& head) const
    {
        static_cast<void>(head);
        return false;
    }

    /// The server reset a non-confirmable notification sent with this token.
    virtual void onReset(const Token& token) = 0;
};

/// One device's connection to one server. Destroying it forgets the peer silently; close() says
/// good-bye first.
class Session
{
public:
    virtual ~Session() = default;

    using ResponseDone = base::UniqueFunction<void(base::Expected<Response>)>;
    using DeliveryDone = base::UniqueFunction<void(Delivery)>;

    /// Confirmable, one at a time (NSTART 1), in the order asked. Fails with Timeout, Refused (a
    /// reset) or Unreachable (the session closed). The callback never runs from inside the call.
    virtual void request(Request request, ResponseDone done) = 0;

    /// One notification of the observation that `token` names. How it ended is told of a
    /// confirmable one; of a non-confirmable one only that it could not be sent (TimedOut): once on
    /// its way nobody says more, unless SessionListener::onReset() comes.
    virtual void
    notify(const Token& token, Response response, bool isConfirmable, DeliveryDone done) = 0;

    /// DTLS close_notify, by TCP RFC 8323's Release first; onClosed() does not follow.
    virtual void close() = 0;

    /// When the server was last heard on it, authenticated if the session is; nothing before
    /// onConnected().
    [[nodiscard]] virtual std::optional<base::TimePoint> lastHeardAt() const = 0;

    /// Records of datagrams that were none of the session's: forged, damaged or repeated.
    [[nodiscard]] virtual std::uint32_t discardedRecords() const { return 0; }
};

/// coap::Endpoint, or a fake.
class Transport
{
public:
    virtual ~Transport() = default;

    /// Never fails by itself: whatever is wrong arrives at onClosed(). The listener outlives the
    /// session.
    [[nodiscard]] virtual std::unique_ptr<Session> open(SessionSettings settings,
                                                        SessionListener& listener) = 0;
};

} // namespace causeway::api
