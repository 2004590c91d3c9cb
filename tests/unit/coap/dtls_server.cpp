// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/coap/dtls_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <gnutls/dtls.h>
#include <poll.h>
#include <sys/socket.h>

namespace causeway::tests {

namespace {

void check(int result, const char* what)
{
    if (result < 0)
        throw std::runtime_error(std::string(what) + ": " + std::to_string(result));
}

// RFC 6347 §4.1: a handshake record of the first epoch that is encrypted.
bool isFinished(base::ByteView datagram)
{
    constexpr std::uint8_t handshake = 22;
    constexpr std::size_t epochAt = 4;
    return datagram.size() > epochAt && datagram[0] == handshake && datagram[epochAt] == 1;
}

} // namespace

DtlsServer::DtlsServer(base::EventLoop& loop, const char* priority, base::Bytes key, int family)
    : key_(std::move(key))
    , socket_(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    sockaddr_in6 address6{};
    sockaddr_in address4{};
    address6.sin6_family = AF_INET6;
    address6.sin6_addr = in6addr_loopback;
    address4.sin_family = AF_INET;
    address4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool isIpv6 = family == AF_INET6;
    auto* const address =
        isIpv6 ? reinterpret_cast<sockaddr*>(&address6) : reinterpret_cast<sockaddr*>(&address4);
    socklen_t size = isIpv6 ? sizeof address6 : sizeof address4;
    check(::bind(socket_.get(), address, size), "bind");
    check(::getsockname(socket_.get(), address, &size), "getsockname");
    port_ = ntohs(isIpv6 ? address6.sin6_port : address4.sin_port);

    check(gnutls_psk_allocate_server_credentials(&credentials_), "credentials");
    gnutls_psk_set_server_credentials_function(credentials_, giveKey);
    begin(priority);
    watch_ = loop.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { onReadable(); });
}

void DtlsServer::begin(const char* priority)
{
    priority_ = priority;
    constexpr unsigned usual = GNUTLS_SERVER | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK;
    check(gnutls_init(&session_, hasRawKey_ ? usual | GNUTLS_ENABLE_RAWPK : usual), "init");
    check(gnutls_priority_set_direct(session_, priority, nullptr), priority);
    if (keyPair_ == nullptr)
        gnutls_credentials_set(session_, GNUTLS_CRD_PSK, credentials_);
    else
        gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, keyPair_);
    if (keyPair_ != nullptr && !isCareless)
        gnutls_certificate_server_set_request(session_, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_ptr(session_, this);
    gnutls_handshake_set_hook_function(
        session_, GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_PRE, lie);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_push_function(session_, push);
    gnutls_transport_set_pull_function(session_, pull);
    gnutls_transport_set_pull_timeout_function(session_, waitToPull);
    if (ticketKey_.data != nullptr)
        check(gnutls_session_ticket_enable_server(session_, &ticketKey_), "tickets");
}

void DtlsServer::present(const fakes::Identity& own,
                         bool isRawKey,
                         const std::vector<const fakes::Identity*>& issuers)
{
    gnutls_certificate_free_credentials(std::exchange(keyPair_, nullptr));
    check(gnutls_certificate_allocate_credentials(&keyPair_), "credentials");
    hasRawKey_ = isRawKey;
    base::Bytes secretKey = own.privateKey();
    const gnutls_datum_t keyDatum{secretKey.data(), static_cast<unsigned>(secretKey.size())};
    if (isRawKey) {
        base::Bytes publicKey = own.publicKey();
        const gnutls_datum_t datum{publicKey.data(), static_cast<unsigned>(publicKey.size())};
        check(gnutls_certificate_set_rawpk_key_mem(
                  keyPair_, &datum, &keyDatum, GNUTLS_X509_FMT_DER, nullptr, 0, nullptr, 0, 0),
              "raw key");
    } else {
        std::string chain = own.certificatePem();
        for (const auto* const issuer : issuers)
            chain += issuer->certificatePem();
        std::string keyPem = own.keyPem();
        const auto datumOf = [](std::string& text) {
            return gnutls_datum_t{reinterpret_cast<unsigned char*>(text.data()),
                                  static_cast<unsigned>(text.size())};
        };
        const gnutls_datum_t certificates = datumOf(chain);
        const gnutls_datum_t secret = datumOf(keyPem);
        check(gnutls_certificate_set_x509_key_mem(
                  keyPair_, &certificates, &secret, GNUTLS_X509_FMT_PEM),
              "certificate");
    }
    beginAnew(priority_.c_str());
}

void DtlsServer::giveTickets()
{
    gnutls_free(ticketKey_.data);
    check(gnutls_session_ticket_key_generate(&ticketKey_), "ticket key");
}

void DtlsServer::expectNext(const char* priority)
{
    std::array<char, 2048> late{}; // of the client before
    while (::recv(socket_.get(), late.data(), late.size(), MSG_DONTWAIT) >= 0) {
    }
    beginAnew(priority);
}

void DtlsServer::beginAnew(const char* priority)
{
    gnutls_deinit(session_);
    isTaken_ = isEstablished = false;
    failure = 0;
    records.clear();
    begin(priority);
}

DtlsServer::~DtlsServer()
{
    gnutls_deinit(session_);
    gnutls_free(ticketKey_.data);
    gnutls_psk_free_server_credentials(credentials_);
    gnutls_certificate_free_credentials(keyPair_);
}

int DtlsServer::giveKey(gnutls_session_t session,
                        const char* identity,
                        gnutls_datum_t* key) noexcept
{
    auto& self = *static_cast<DtlsServer*>(gnutls_session_get_ptr(session));
    self.identity = identity;
    key->data = static_cast<unsigned char*>(gnutls_malloc(self.key_.size()));
    std::copy(self.key_.begin(), self.key_.end(), key->data);
    key->size = static_cast<unsigned>(self.key_.size());
    return 0;
}

int DtlsServer::lie(gnutls_session_t session,
                    unsigned /*type*/,
                    unsigned /*when*/,
                    unsigned /*incoming*/,
                    const gnutls_datum_t* body) noexcept
{
    auto& self = *static_cast<DtlsServer*>(gnutls_session_get_ptr(session));
    if (const auto spoil = std::exchange(self.spoilHello, nullptr))
        spoil({body->data, body->size});
    return 0;
}

ssize_t DtlsServer::push(gnutls_transport_ptr_t ptr, const void* octets, std::size_t size) noexcept
{
    auto& self = *static_cast<DtlsServer*>(ptr);
    const base::ByteView datagram(static_cast<const std::uint8_t*>(octets), size);
    if (self.isSealing_) {
        self.sealed_.assign(datagram.begin(), datagram.end());
        return static_cast<ssize_t>(size);
    }
    if (!self.isSlowToFinish || !isFinished(datagram))
        return self.transmit(datagram);
    self.isSlowToFinish = false;
    self.lateFinished_.assign(datagram.begin(), datagram.end());
    return static_cast<ssize_t>(size);
}

ssize_t DtlsServer::transmit(base::ByteView datagram) const
{
    const auto* const peer = reinterpret_cast<const sockaddr*>(&peer_);
    return ::sendto(socket_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL, peer, peerSize_);
}

base::Bytes DtlsServer::trafficKey() const
{
    gnutls_datum_t mac{};
    gnutls_datum_t nonce{};
    gnutls_datum_t key{};
    std::array<unsigned char, 8> sequence{};
    check(gnutls_record_get_state(session_, 1, &mac, &nonce, &key, sequence.data()), "state");
    return {key.data, key.data + key.size};
}

void DtlsServer::sendLateFinished()
{
    if (const base::Bytes finished = std::exchange(lateFinished_, {}); !finished.empty())
        (void)transmit(finished);
}

ssize_t DtlsServer::pull(gnutls_transport_ptr_t ptr, void* octets, std::size_t size) noexcept
{
    return ::recv(static_cast<DtlsServer*>(ptr)->socket_.get(), octets, size, MSG_DONTWAIT);
}

int DtlsServer::waitToPull(gnutls_transport_ptr_t ptr, unsigned) noexcept
{
    pollfd descriptor{static_cast<DtlsServer*>(ptr)->socket_.get(), POLLIN, 0};
    return ::poll(&descriptor, 1, 0);
}

bool DtlsServer::isUnheard(const sockaddr_storage& peer, socklen_t size)
{
    if (!isDeafToNext)
        return false;
    if (unheard_.ss_family == 0)
        unheard_ = peer;
    isDeafToNext = std::memcmp(&peer, &unheard_, size) == 0;
    if (!isDeafToNext)
        unheard_ = {};
    return isDeafToNext;
}

void DtlsServer::onReadable()
{
    std::array<std::uint8_t, 2048> octets{};
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* const address = reinterpret_cast<sockaddr*>(&peer);
    if (isDeaf) {
        peerSize_ = sizeof peer_; // who can be sent something all the same
        (void)::recvfrom(socket_.get(),
                         octets.data(),
                         octets.size(),
                         MSG_DONTWAIT,
                         reinterpret_cast<sockaddr*>(&peer_),
                         &peerSize_);
        return;
    }
    ::recvfrom(socket_.get(), octets.data(), octets.size(), MSG_PEEK, address, &size);
    if (isUnheard(peer, size)) {
        (void)::recv(socket_.get(), octets.data(), octets.size(), MSG_DONTWAIT);
        return;
    }
    const bool isStranger = isTaken_ && std::memcmp(&peer, &peer_, size) != 0;
    if (isStranger && !followsClients) {
        (void)::recv(socket_.get(), octets.data(), octets.size(), MSG_DONTWAIT);
        return;
    }
    if (isStranger)
        beginAnew(priority_.c_str());
    isTaken_ = true;
    peer_ = peer;
    peerSize_ = size;
    if (isEstablished) {
        readRecords();
        return;
    }
    const int result = gnutls_handshake(session_);
    if (result < 0 && gnutls_error_is_fatal(result) != 0) {
        failure = result;
        if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
            lastAlert = gnutls_alert_get(session_);
        gnutls_alert_send_appropriate(session_, result);
    }
    if (result != 0)
        return;
    isEstablished = true;
    hasEncryptThenMac = gnutls_session_etm_status(session_) != 0;
    noteServerName();
    noteClientKey();
}

void DtlsServer::noteClientKey()
{
    unsigned count = 0;
    const gnutls_datum_t* const list =
        keyPair_ == nullptr ? nullptr : gnutls_certificate_get_peers(session_, &count);
    if (list != nullptr && count > 0)
        clientKey.assign(list->data, list->data + list->size);
}

void DtlsServer::noteServerName()
{
    std::array<char, 256> name{};
    std::size_t size = name.size();
    unsigned type = 0;
    if (gnutls_server_name_get(session_, name.data(), &size, &type, 0) == 0)
        serverName.assign(name.data(), size);
}

void DtlsServer::readRecords()
{
    base::Bytes octets(20000);
    for (;;) {
        const auto size = gnutls_record_recv(session_, octets.data(), octets.size());
        if (size > 0) {
            records.emplace_back(octets.begin(), octets.begin() + size);
            continue;
        }
        if (size != GNUTLS_E_AGAIN)
            failure = static_cast<int>(size);
        if (size == GNUTLS_E_AGAIN || size == 0 || gnutls_error_is_fatal(failure) != 0)
            return;
    }
}

void DtlsServer::send(const base::Bytes& message)
{
    (void)gnutls_record_send(session_, message.data(), message.size());
}

void DtlsServer::sendRaw(const base::Bytes& datagram)
{
    push(this, datagram.data(), datagram.size());
}

void DtlsServer::sendAlert(gnutls_alert_description_t alert)
{
    gnutls_alert_send(session_, GNUTLS_AL_FATAL, alert);
}

void DtlsServer::sendWarning()
{
    gnutls_alert_send(session_, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED);
}

base::Bytes DtlsServer::seal(const base::Bytes& message)
{
    isSealing_ = true;
    send(message);
    isSealing_ = false;
    return std::exchange(sealed_, {});
}

// A socket that is connected takes datagrams of its peer only: for all others the port is closed.
void DtlsServer::refuseDatagrams(bool isOn)
{
    sockaddr_in itself{};
    itself.sin_family = AF_INET;
    itself.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    itself.sin_port = htons(port_);
    const auto* const only = isOn ? reinterpret_cast<const sockaddr*>(&itself)
                                  : reinterpret_cast<const sockaddr*>(&peer_);
    check(::connect(socket_.get(), only, isOn ? sizeof itself : peerSize_), "connect");
}

void DtlsServer::askForRenegotiation()
{
    gnutls_rehandshake(session_);
}

void DtlsServer::sayGoodBye()
{
    gnutls_bye(session_, GNUTLS_SHUT_WR);
}

} // namespace causeway::tests
