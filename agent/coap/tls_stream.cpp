// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gnutls/abstract.h>
#include <sys/socket.h>

#include "agent/base/door.hpp"
#include "agent/coap/server_host.hpp"

namespace causeway::coap {

using api::SecurityMode;
using base::Error;
using base::ErrorKind;
using base::Expected;
using base::Retry;

namespace {

/// Records of one stream in one round of the loop: 64 KiB, then the others' turn.
constexpr int mostRecordsAtOnce = 4;
/// What the owner writes at once; its requests are small.
constexpr std::size_t clearChunk = 4096;

/// What repositories are offered. Not the suites of LwM2M alone, which no web server has switched
/// on, but by its rules: AEAD only, nothing with SHA-1, no ECDHE_PSK, no key transport, P-256 and
/// better. Pre-shared keys with TLS 1.2 alone: what 1.3 makes of them is an ECDHE_PSK.
struct ModeRow
{
    SecurityMode mode;
    const char* priorities;
};

/// What may come of it, whatever was offered: the rules above once more, from the other side.
constexpr std::array ciphers{GNUTLS_CIPHER_AES_128_GCM,
                             GNUTLS_CIPHER_AES_256_GCM,
                             GNUTLS_CIPHER_CHACHA20_POLY1305,
                             GNUTLS_CIPHER_AES_128_CCM,
                             GNUTLS_CIPHER_AES_128_CCM_8};

/// RFC 8446 §4.2.1: of a server's hello, it says that the version is 1.3.
constexpr std::uint16_t supportedVersions = 43;

constexpr std::array modes{
    ModeRow{SecurityMode::Psk,
            "NONE:+VERS-TLS1.2:+PSK:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-CCM"
            ":+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256"},
    ModeRow{SecurityMode::RawPublicKey,
            "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AES-256-GCM"
            ":+CHACHA20-POLY1305:+AES-128-CCM:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256"
            ":+SIGN-ECDSA-SECP256R1-SHA256:+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"},
    ModeRow{SecurityMode::Certificate,
            "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM"
            ":+CHACHA20-POLY1305:+AES-128-CCM:+AES-128-CCM-8:+AEAD"
            ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512"
            ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384"
            ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512"
            ":+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512"
            ":+GROUP-SECP256R1:+GROUP-X25519:+GROUP-SECP384R1:+CTYPE-CLI-X509:+CTYPE-SRV-X509"},
};

const char* prioritiesOf(SecurityMode mode)
{
    for (const auto& row : modes) {
        if (row.mode == mode)
            return row.priorities;
    }
    throw std::logic_error("NoSec has no TLS");
}

bool isKeyExchangeOf(SecurityMode mode, gnutls_kx_algorithm_t keyExchange)
{
    if (mode == SecurityMode::Psk)
        return keyExchange == GNUTLS_KX_PSK;
    return keyExchange == GNUTLS_KX_ECDHE_ECDSA ||
           (mode == SecurityMode::Certificate && keyExchange == GNUTLS_KX_ECDHE_RSA);
}

gnutls_datum_t borrow(base::ByteView octets)
{
    // GnuTLS does not write to it.
    return {const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
            static_cast<unsigned>(octets.size())};
}

/// What GnuTLS copies, and we free.
struct PrivateKey
{
    PrivateKey() = default;
    PrivateKey(const PrivateKey&) = delete;
    PrivateKey& operator=(const PrivateKey&) = delete;

    ~PrivateKey()
    {
        if (key != nullptr)
            gnutls_x509_privkey_deinit(key);
    }

    gnutls_x509_privkey_t key = nullptr;
};

Error lost(int result)
{
    return {ErrorKind::Unreachable,
            fmt::format("the TLS handshake failed: {}", gnutls_strerror(result)),
            Retry::Later};
}

} // namespace

TlsStream::TlsStream(Environment& environment,
                     base::UniqueFd socket,
                     const api::StreamSettings& settings,
                     const api::Credential* credential,
                     Owner& owner)
    : environment_(environment)
    , settings_(settings)
    , owner_(owner)
    , socket_(std::move(socket))
{
    configure();
    setCredential(credential);
    watchSocket(EPOLLOUT);
}

TlsStream::~TlsStream() = default;

void TlsStream::configure()
{
    gnutls_priority_t priority = nullptr;
    if (gnutls_priority_init(&priority, prioritiesOf(settings_.securityMode), nullptr) < 0)
        throw std::runtime_error("GnuTLS does not know the cipher suites for repositories");
    priority_.reset(priority);
    unsigned flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL;
    if (settings_.securityMode == SecurityMode::RawPublicKey)
        flags |= GNUTLS_ENABLE_RAWPK;
    gnutls_session_t session = nullptr;
    if (gnutls_init(&session, flags) < 0)
        throw std::bad_alloc();
    session_.reset(session);
    gnutls_session_set_ptr(session, this);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, onHello);
    gnutls_priority_set(session, priority_.get());
    gnutls_transport_set_int(session, socket_.get());
    if (const std::string name = sentName(settings_.host, settings_.server.serverName);
        !name.empty())
        gnutls_server_name_set(session, GNUTLS_NAME_DNS, name.data(), name.size());
}

void TlsStream::setCredential(const api::Credential* credential)
{
    int result = 0;
    if (settings_.securityMode == SecurityMode::Psk) {
        gnutls_psk_client_credentials_t psk = nullptr;
        if (gnutls_psk_allocate_client_credentials(&psk) < 0)
            throw std::bad_alloc();
        psk_.reset(psk);
        const auto& shared = std::get<api::PskCredential>(*credential);
        const gnutls_datum_t identity = borrow(shared.identity);
        const gnutls_datum_t key = borrow(shared.key.view());
        result = gnutls_psk_set_client_credentials2(psk, &identity, &key, GNUTLS_PSK_KEY_RAW);
        gnutls_credentials_set(session_.get(), GNUTLS_CRD_PSK, psk);
    } else {
        gnutls_certificate_credentials_t keyPairs = nullptr;
        if (gnutls_certificate_allocate_credentials(&keyPairs) < 0)
            throw std::bad_alloc();
        keyPairs_.reset(keyPairs);
        if (credential != nullptr)
            result = setKeyPair(std::get<api::KeyPair>(*credential));
        gnutls_credentials_set(session_.get(), GNUTLS_CRD_CERTIFICATE, keyPairs);
        gnutls_session_set_verify_function(session_.get(), checkPeer);
    }
    if (result < 0)
        throw std::runtime_error(
            fmt::format("GnuTLS does not take the credential: {}", gnutls_strerror(result)));
}

// GnuTLS copies all of it.
int TlsStream::setKeyPair(const api::KeyPair& keyPair)
{
    const gnutls_datum_t key = borrow(keyPair.privateKey.view());
    if (settings_.securityMode == SecurityMode::RawPublicKey) {
        const gnutls_datum_t spki = borrow(keyPair.publicKey);
        return gnutls_certificate_set_rawpk_key_mem(
            keyPairs_.get(), &spki, &key, GNUTLS_X509_FMT_DER, nullptr, 0, nullptr, 0, 0);
    }
    std::vector<CertificateHandle> owned;
    std::vector<gnutls_x509_crt_t> chain;
    for (const auto& octets : keyPair.certificates) {
        gnutls_x509_crt_t certificate = nullptr;
        if (gnutls_x509_crt_init(&certificate) < 0)
            return GNUTLS_E_MEMORY_ERROR;
        owned.emplace_back(certificate);
        const gnutls_datum_t datum = borrow(octets);
        if (const int read = gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER);
            read < 0)
            return read;
        chain.push_back(certificate);
    }
    PrivateKey own;
    int result = gnutls_x509_privkey_init(&own.key);
    if (result >= 0)
        result = gnutls_x509_privkey_import2(own.key, &key, GNUTLS_X509_FMT_DER, nullptr, 0);
    if (result < 0)
        return result;
    return gnutls_certificate_set_x509_key(
        keyPairs_.get(), chain.data(), static_cast<int>(chain.size()), own.key);
}

// After GnuTLS has read the server's hello, before anything that follows from it. One that asks for
// another hello (RFC 8446 §4.1.4) has a type of its own, and is not judged: the one after it is.
int TlsStream::onHello(gnutls_session_t session,
                       unsigned type,
                       unsigned /*when*/,
                       unsigned incoming,
                       const gnutls_datum_t* body) noexcept
{
    auto& self = *static_cast<TlsStream*>(gnutls_session_get_ptr(session));
    const bool isOurs = type == GNUTLS_HANDSHAKE_CLIENT_HELLO && incoming == 0;
    const bool isTheirs = type == GNUTLS_HANDSHAKE_SERVER_HELLO && incoming != 0;
    if (self.phase_ != Phase::Handshake || (!isOurs && !isTheirs))
        return 0;
    const base::ByteView octets(body->data, body->size);
    const bool isDone = base::contain("a repository's hello", [&] {
        if (isOurs)
            self.hello_ = parseClientHello(octets, false);
        else
            self.helloFault_ = self.judgeHello(octets);
    });
    return isDone && !self.helloFault_ ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

std::optional<HelloFault> TlsStream::judgeHello(base::ByteView body)
{
    auto theirs = parseServerHello(body);
    if (!theirs)
        return HelloFault{GNUTLS_A_DECODE_ERROR, "the server's hello is none (RFC 5246)"};
    if (!hello_)
        return HelloFault{GNUTLS_A_INTERNAL_ERROR, "our own hello was never seen"};
    isTls13_ = std::ranges::find(theirs->extensions, supportedVersions) != theirs->extensions.end();
    // TLS 1.3 gives the session ID back in each hello (RFC 8446 §4.1.3). In 1.2 that would resume a
    // session, and there is none.
    if (isTls13_)
        theirs->sessionId.clear();
    return judgeServerHello(*hello_, *theirs, 0);
}

// In the middle of the handshake: a wrong server gets neither our signature nor our name.
int TlsStream::checkPeer(gnutls_session_t session) noexcept
{
    auto& self = *static_cast<TlsStream*>(gnutls_session_get_ptr(session));
    base::contain("a repository's certificate", [&] {
        if (auto judged = self.judgePeer(); judged)
            self.wasJudged_ = true;
        else
            self.refusal_ = judged.error();
    });
    return self.wasJudged_ ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

Expected<ServerKeyMark> TlsStream::judgePeer() const
{
    unsigned count = 0;
    const gnutls_datum_t* const list = gnutls_certificate_get_peers(session_.get(), &count);
    std::vector<base::ByteView> presented;
    for (unsigned i = 0; list != nullptr && i < count; ++i)
        presented.emplace_back(list[i].data, list[i].size);
    const ServerTerms terms{settings_.securityMode,
                            settings_.server,
                            settings_.host,
                            isAddress(settings_.host),
                            environment_.loop.wallNow(),
                            environment_.settings.acceptsUnsetClock,
                            environment_.tls.trust(),
                            true};
    return settings_.credential ? checkServer(presented, terms) : checkStranger(presented, terms);
}

void TlsStream::onSocket()
{
    if (phase_ == Phase::Handshake)
        shakeHands();
    else
        pump();
}

void TlsStream::onClear(std::uint32_t events)
{
    constexpr std::uint32_t gone = EPOLLHUP | EPOLLERR;
    if ((events & gone) != 0)
        return end(); // whoever had the other end has closed it
    pump();
}

void TlsStream::shakeHands()
{
    const int result = gnutls_handshake(session_.get());
    if (result == 0)
        return onHandshakeDone();
    if (gnutls_error_is_fatal(result) == 0) {
        const bool wantsToWrite = gnutls_record_get_direction(session_.get()) == 1;
        return watchSocket(wantsToWrite ? EPOLLOUT : EPOLLIN);
    }
    if (helloFault_) {
        gnutls_alert_send(session_.get(),
                          GNUTLS_AL_FATAL,
                          static_cast<gnutls_alert_description_t>(helloFault_->alert));
        return fail({ErrorKind::Refused, helloFault_->words, Retry::Later});
    }
    gnutls_alert_send_appropriate(session_.get(), result);
    fail(refusal_ ? *refusal_ : lost(result));
}

/// Of the version and suite that the handshake came to.
bool TlsStream::isAllowed() const
{
    const auto version = gnutls_protocol_get_version(session_.get());
    const bool isVersion = version == (isTls13_ ? GNUTLS_TLS1_3 : GNUTLS_TLS1_2) &&
                           !(isTls13_ && settings_.securityMode == SecurityMode::Psk);
    return isVersion && isKeyExchangeOf(settings_.securityMode, gnutls_kx_get(session_.get())) &&
           std::ranges::find(ciphers, gnutls_cipher_get(session_.get())) != ciphers.end();
}

void TlsStream::onHandshakeDone()
{
    if (!isAllowed()) {
        gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, GNUTLS_A_INSUFFICIENT_SECURITY);
        return fail({ErrorKind::Refused,
                     "the server chose a version or a cipher suite that was not offered",
                     Retry::Later});
    }
    // GnuTLS asks checkPeer() in each full handshake, and there is no other here: a guard against
    // what nobody has thought of.
    if (settings_.securityMode != SecurityMode::Psk && !wasJudged_)
        return fail({ErrorKind::Internal, "the repository's key was never looked at"});
    // A download takes hours, and there is no second handshake: the key need not lie here so long.
    gnutls_credentials_clear(session_.get());
    keyPairs_.reset();
    psk_.reset();
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail({ErrorKind::LimitExceeded,
                     "no socket for the repository: " + base::errnoText(errno),
                     Retry::Later});
    clear_.reset(ends[0]);
    base::UniqueFd theirs(ends[1]);
    phase_ = Phase::Open;
    watchBoth();
    owner_.onTlsOpen(std::move(theirs));
}

void TlsStream::fail(const Error& error)
{
    const Error copy = error; // NOLINT: the owner may destroy this
    end();
    owner_.onTlsFailed(copy);
}

void TlsStream::pump()
{
    if (phase_ == Phase::Open)
        sendUp();
    if (phase_ == Phase::Open || phase_ == Phase::Closing)
        bringDown();
    if (phase_ != Phase::Over)
        watchBoth();
}

void TlsStream::sendUp()
{
    std::array<std::uint8_t, clearChunk> chunk{};
    for (int i = 0; i < mostRecordsAtOnce; ++i) {
        ssize_t sent = 0;
        if (isSending_) {
            sent = gnutls_record_send(session_.get(), nullptr, 0); // the same record again
        } else {
            const ssize_t size = ::recv(clear_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
            if (size < 0)
                return;
            if (size == 0)
                return end();
            sent = gnutls_record_send(session_.get(), chunk.data(), static_cast<std::size_t>(size));
        }
        isSending_ = sent < 0 && gnutls_error_is_fatal(static_cast<int>(sent)) == 0;
        if (isSending_)
            return;
        if (sent < 0)
            return endDown();
    }
}

void TlsStream::bringDown()
{
    auto& buffer = environment_.receiveBuffer;
    for (int i = 0; i < mostRecordsAtOnce; ++i) {
        if (!flushHeld() || phase_ != Phase::Open)
            return;
        const ssize_t size = gnutls_record_recv(session_.get(), buffer.data(), buffer.size());
        if (size > 0) {
            hold(base::ByteView(buffer).first(static_cast<std::size_t>(size)));
            continue;
        }
        if (size == GNUTLS_E_AGAIN)
            return;
        // A wish to negotiate anew, or a ticket: nothing that we need.
        const bool isOver = size == 0 || gnutls_error_is_fatal(static_cast<int>(size)) != 0;
        if (isOver)
            return endDown();
    }
    (void)flushHeld();
}

/// False while the owner's socket takes no more.
bool TlsStream::flushHeld()
{
    while (!held_.empty()) {
        const ssize_t sent = ::send(clear_.get(),
                                    held_.octets.data() + held_.sent,
                                    held_.octets.size() - held_.sent,
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR)
                end();
            return false;
        }
        held_.sent += static_cast<std::size_t>(sent);
    }
    if (phase_ == Phase::Closing)
        ::shutdown(clear_.get(), SHUT_WR);
    return true;
}

void TlsStream::hold(base::ByteView octets)
{
    held_.octets.assign(octets.begin(), octets.end());
    held_.sent = 0;
}

/// Nothing more comes; the owner gets what came.
void TlsStream::endDown()
{
    phase_ = Phase::Closing;
    watchSocket(0);
    (void)flushHeld();
}

void TlsStream::end()
{
    // A courtesy: what the socket does not take at once is not said.
    if (phase_ == Phase::Open && !isSending_)
        (void)gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
    phase_ = Phase::Over;
    clearWatch_ = {};
    watchSocket(0);
    clear_.reset();
    socket_.reset();
}

// Who has nothing to wait for is not watched at all: a level-triggered hang-up would wake the loop
// again and again.
void TlsStream::watchBoth()
{
    const bool isOpen = phase_ == Phase::Open;
    const std::uint32_t toServer = isSending_ ? EPOLLOUT : 0U;
    const std::uint32_t fromServer = held_.empty() ? EPOLLIN : 0U;
    watchSocket(isOpen ? toServer | fromServer : 0U);
    const std::uint32_t fromOwner = isOpen && !isSending_ ? EPOLLIN : 0U;
    const std::uint32_t toOwner = held_.empty() ? 0U : EPOLLOUT;
    if (isClearWatched_)
        return clearWatch_.setEvents(fromOwner | toOwner);
    isClearWatched_ = true;
    clearWatch_ = environment_.loop.watch(
        clear_.get(), fromOwner | toOwner, [this](std::uint32_t events) { onClear(events); });
}

void TlsStream::watchSocket(std::uint32_t events)
{
    if (events == 0)
        socketWatch_ = {};
    else if (isSocketWatched_)
        socketWatch_.setEvents(events);
    else
        socketWatch_ =
            environment_.loop.watch(socket_.get(), events, [this](std::uint32_t) { onSocket(); });
    isSocketWatched_ = events != 0;
}

} // namespace causeway::coap
