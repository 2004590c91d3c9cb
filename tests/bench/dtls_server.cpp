// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/dtls_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench_psk.hpp"

namespace causeway::bench {

namespace {

constexpr unsigned cookieKeySize = 16;
constexpr int receiveBuffer = 64 << 20; // bursts of 10,000 small datagrams fit

void check(int result)
{
    if (result < 0)
        throw std::runtime_error(gnutls_strerror(result));
}

std::uint64_t placeOf(const sockaddr_in& address)
{
    return (std::uint64_t{address.sin_addr.s_addr} << 16) | address.sin_port;
}

ssize_t sendTo(const sockaddr_in& address, int fd, const void* data, std::size_t size)
{
    return ::sendto(fd, data, size, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

ssize_t push(gnutls_transport_ptr_t pointer, const void* data, std::size_t size)
{
    const auto& peer = *static_cast<DtlsServer::Peer*>(pointer);
    return sendTo(peer.address, peer.server->fd(), data, size);
}

ssize_t pull(gnutls_transport_ptr_t pointer, void* data, std::size_t size)
{
    auto& peer = *static_cast<DtlsServer::Peer*>(pointer);
    if (peer.datagram.empty()) {
        gnutls_transport_set_errno(peer.session, EAGAIN);
        return -1;
    }
    const auto taken = std::min(size, peer.datagram.size());
    std::memcpy(data, peer.datagram.data(), taken);
    peer.datagram = {};
    return static_cast<ssize_t>(taken);
}

int pullTimeout(gnutls_transport_ptr_t pointer, unsigned)
{
    return static_cast<DtlsServer::Peer*>(pointer)->datagram.empty() ? 0 : 1;
}

struct CookieTarget
{
    const sockaddr_in* address;
    int fd;
};

ssize_t pushCookie(gnutls_transport_ptr_t pointer, const void* data, std::size_t size)
{
    const auto& target = *static_cast<CookieTarget*>(pointer);
    return sendTo(*target.address, target.fd, data, size);
}

int findKey(gnutls_session_t, const char* identity, gnutls_datum_t* key)
{
    const auto octets = keyOf(std::string_view(identity));
    key->data = static_cast<unsigned char*>(gnutls_malloc(octets.size()));
    key->size = octets.size();
    std::memcpy(key->data, octets.data(), octets.size());
    return 0;
}

int openSocket()
{
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot bind");
    // The forced form needs a privilege; without it the system's limit holds.
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receiveBuffer, sizeof receiveBuffer) != 0)
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    return fd;
}

} // namespace

DtlsServer::DtlsServer(OnRecord onRecord)
    : onRecord_(std::move(onRecord))
    , fd_(openSocket())
{
    check(gnutls_psk_allocate_server_credentials(&credentials_));
    gnutls_psk_set_server_credentials_function(credentials_, findKey);
    check(gnutls_priority_init(&priority_, priority, nullptr));
    check(gnutls_key_generate(&cookieKey_, cookieKeySize));
}

DtlsServer::~DtlsServer()
{
    for (auto& [key, peer] : peers_)
        gnutls_deinit(peer->session);
    gnutls_psk_free_server_credentials(credentials_);
    gnutls_priority_deinit(priority_);
    gnutls_free(cookieKey_.data);
    ::close(fd_);
}

std::uint16_t DtlsServer::port() const
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void DtlsServer::process()
{
    std::array<std::uint8_t, 2048> buffer{};
    for (;;) {
        sockaddr_in from{};
        socklen_t fromSize = sizeof from;
        const auto size = ::recvfrom(
            fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &fromSize);
        if (size <= 0)
            return;
        onDatagram(from, std::span(buffer).first(static_cast<std::size_t>(size)));
    }
}

void DtlsServer::send(Peer& peer, std::span<const std::uint8_t> record)
{
    gnutls_record_send(peer.session, record.data(), record.size());
}

void DtlsServer::onDatagram(const sockaddr_in& from, std::span<const std::uint8_t> datagram)
{
    const auto known = peers_.find(placeOf(from));
    if (known != peers_.end()) {
        known->second->datagram = datagram;
        readRecords(*known->second);
        return;
    }
    gnutls_dtls_prestate_st prestate{};
    if (!verifyCookie(from, datagram, prestate))
        return;
    auto peer = accept(from, prestate);
    peer->datagram = datagram;
    readRecords(*peers_.emplace(placeOf(from), std::move(peer)).first->second);
}

bool DtlsServer::verifyCookie(const sockaddr_in& from,
                              std::span<const std::uint8_t> datagram,
                              gnutls_dtls_prestate_st& prestate)
{
    auto client = from;
    std::array<std::uint8_t, 2048> copy{};
    std::memcpy(copy.data(), datagram.data(), datagram.size());
    if (gnutls_dtls_cookie_verify(
            &cookieKey_, &client, sizeof client, copy.data(), datagram.size(), &prestate) == 0)
        return true;
    CookieTarget target{&from, fd_};
    gnutls_dtls_cookie_send(&cookieKey_, &client, sizeof client, &prestate, &target, pushCookie);
    return false;
}

std::unique_ptr<DtlsServer::Peer> DtlsServer::accept(const sockaddr_in& from,
                                                     gnutls_dtls_prestate_st& prestate)
{
    auto peer = std::make_unique<Peer>();
    peer->server = this;
    peer->address = from;
    check(gnutls_init(&peer->session, GNUTLS_SERVER | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK));
    check(gnutls_priority_set(peer->session, priority_));
    check(gnutls_credentials_set(peer->session, GNUTLS_CRD_PSK, credentials_));
    gnutls_dtls_prestate_set(peer->session, &prestate);
    gnutls_transport_set_ptr(peer->session, peer.get());
    gnutls_transport_set_push_function(peer->session, push);
    gnutls_transport_set_pull_function(peer->session, pull);
    gnutls_transport_set_pull_timeout_function(peer->session, pullTimeout);
    return peer;
}

void DtlsServer::readRecords(Peer& peer)
{
    if (!peer.isConnected) {
        peer.isConnected = gnutls_handshake(peer.session) == GNUTLS_E_SUCCESS;
        return;
    }
    std::array<std::uint8_t, 2048> record{};
    for (;;) {
        const auto size = gnutls_record_recv(peer.session, record.data(), record.size());
        if (size <= 0)
            return;
        onRecord_(peer, std::span(record).first(static_cast<std::size_t>(size)));
    }
}

} // namespace causeway::bench
