// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/coap/tls_server.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <gnutls/abstract.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace causeway::tests {

namespace {

gnutls_datum_t borrow(const base::Bytes& octets)
{
    return {const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
            static_cast<unsigned>(octets.size())};
}

void need(int result, const char* what)
{
    if (result < 0)
        throw std::runtime_error(std::string(what) + ": " + gnutls_strerror(result));
}

int anybodysKey(gnutls_session_t session, const char* /*identity*/, gnutls_datum_t* key) noexcept
{
    const auto& known = *static_cast<const base::Bytes*>(gnutls_session_get_ptr(session));
    key->data = static_cast<unsigned char*>(gnutls_malloc(known.size()));
    std::copy(known.begin(), known.end(), key->data);
    key->size = static_cast<unsigned>(known.size());
    return 0;
}

} // namespace

TlsServer::TlsServer(TlsServerWish wish)
    : wish_(std::move(wish))
{
    need(gnutls_psk_allocate_server_credentials(&psk_), "psk");
    gnutls_psk_set_server_credentials_function(psk_, anybodysKey);
    need(gnutls_certificate_allocate_credentials(&certificates_), "certificates");
    if (!wish_.chain.empty()) {
        base::Bytes pem;
        std::vector<base::Bytes> octets;
        for (const auto* identity : wish_.chain)
            octets.push_back(identity->certificate());
        pem = fakes::Identity::pem(octets);
        const base::Bytes keyPem = base::toBytes(wish_.chain.front()->keyPem());
        const base::Bytes spki = wish_.chain.front()->publicKey();
        const base::Bytes pkcs8 = wish_.chain.front()->privateKey();
        const gnutls_datum_t chain = borrow(pem);
        const gnutls_datum_t key = borrow(wish_.isRawKey ? pkcs8 : keyPem);
        const gnutls_datum_t raw = borrow(spki);
        if (wish_.isRawKey)
            need(gnutls_certificate_set_rawpk_key_mem(
                     certificates_, &raw, &key, GNUTLS_X509_FMT_DER, nullptr, 0, nullptr, 0, 0),
                 "raw key");
        else
            need(gnutls_certificate_set_x509_key_mem2(
                     certificates_, &chain, &key, GNUTLS_X509_FMT_PEM, nullptr, 0),
                 "key");
    }
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets API
    socklen_t size = sizeof address;
    if (::bind(socket_.get(), generic, size) != 0 || ::listen(socket_.get(), 4) != 0 ||
        ::getsockname(socket_.get(), generic, &size) != 0)
        throw std::runtime_error("no port for a TLS server");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

TlsServer::~TlsServer()
{
    isEnding_ = true; // before client_ is looked at: one of the threads sees the other
    ::shutdown(socket_.get(), SHUT_RDWR); // which ends accept()
    ::shutdown(client_, SHUT_RDWR);       // and who is still served
    thread_.join();
    gnutls_certificate_free_credentials(certificates_);
    gnutls_psk_free_server_credentials(psk_);
}

void TlsServer::run()
{
    for (;;) {
        const base::UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.isOpen())
            return;
        const timeval patience{10, 0}; // whatever hangs, hangs not for ever
        ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        client_ = client.get();
        if (isEnding_)
            return;
        serve(client.get());
        client_ = -1;
    }
}

void TlsServer::serve(int client)
{
    gnutls_session_t session = nullptr;
    gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL | GNUTLS_ENABLE_RAWPK);
    need(gnutls_priority_set_direct(session, wish_.priority.c_str(), nullptr), "priority");
    gnutls_session_set_ptr(session, &wish_.key);
    gnutls_credentials_set(session, GNUTLS_CRD_PSK, psk_);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, certificates_);
    if (wish_.wantsClient)
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_transport_set_int(session, client);
    int result = 0;
    do {
        result = gnutls_handshake(session);
    } while (result < 0 && gnutls_error_is_fatal(result) == 0);
    if (result == 0) {
        unsigned count = 0;
        if (gnutls_certificate_get_peers(session, &count) != nullptr && count > 0)
            ++clientsShown_;
        std::array<char, 256> name{};
        std::size_t size = name.size();
        unsigned type = 0;
        if (gnutls_server_name_get(session, name.data(), &size, &type, 0) == 0)
            ++timesNamed_;
        ++sessions_;
        echo(session);
    }
    gnutls_deinit(session);
}

void TlsServer::echo(gnutls_session_t session)
{
    std::array<char, 16384> buffer{};
    for (;;) {
        const auto size = gnutls_record_recv(session, buffer.data(), buffer.size());
        if (size <= 0)
            break;
        const auto whole = static_cast<std::size_t>(size);
        if (std::string_view(buffer.data(), whole) == "bye")
            break;
        if (gnutls_record_send(session, buffer.data(), whole) < 0)
            return;
    }
    gnutls_bye(session, GNUTLS_SHUT_WR);
}

} // namespace causeway::tests
