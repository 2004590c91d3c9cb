// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/coap_server.hpp"

#include <array>
#include <cstring>
#include <random>
#include <set>
#include <stdexcept>

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/filter.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include "tests/sim/lwm2m_server/wire.hpp"

namespace causeway::sim {

namespace {

// libcoap 4.3 gives no way to an endpoint's descriptor: the one that appears is it.
std::set<int> ownSockets()
{
    std::set<int> found;
    DIR* directory = opendir("/proc/self/fd");
    while (const auto* entry = readdir(directory)) {
        const int fd = std::atoi(entry->d_name);
        int type = 0;
        socklen_t size = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0)
            found.insert(fd);
    }
    closedir(directory);
    return found;
}

std::uint16_t portOf(int fd)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port); // same place in IPv6
}

coap_address_t addressOf(const std::string& host, std::uint16_t port)
{
    coap_address_t address;
    coap_address_init(&address);
    auto& four = address.addr.sin;
    auto& six = address.addr.sin6;
    if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        address.size = sizeof four;
    } else if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        address.size = sizeof six;
    } else {
        throw std::runtime_error("not an address: " + host);
    }
    return address;
}

CoapServer& serverOf(const coap_session_t* session)
{
    return *static_cast<CoapServer*>(coap_get_app_data(coap_session_get_context(session)));
}

const SSL* tls(coap_session_t* session)
{
    coap_tls_library_t library{};
    const auto* const ssl = coap_session_get_tls(session, &library);
    return library == COAP_TLS_LIBRARY_OPENSSL ? static_cast<const SSL*>(ssl) : nullptr;
}

const char* reasonText(coap_nack_reason_t reason)
{
    switch (reason) {
    case COAP_NACK_TOO_MANY_RETRIES:
        return "timeout";
    case COAP_NACK_RST:
        return "reset";
    case COAP_NACK_TLS_FAILED:
        return "tls failed";
    case COAP_NACK_ICMP_ISSUE:
        return "unreachable";
    default:
        return "not deliverable";
    }
}

} // namespace

CoapServer::CoapServer(Listener listener)
    : listener_(std::move(listener))
    , context_(coap_new_context(nullptr))
    , lastToken_(std::random_device{}())
{
    coap_set_app_data(context_, this);
    coap_context_set_block_mode(context_, 0);
    coap_dtls_spsk_t psk{};
    psk.version = COAP_DTLS_SPSK_SETUP_VERSION;
    psk.validate_id_call_back = &CoapServer::onIdentity;
    psk.id_call_back_arg = this;
    // A context without a key of its own refuses DTLS endpoints; nobody is ever given this one.
    static const std::string unusedKey = std::to_string(std::random_device{}()) + "-unused-key";
    psk.psk_info.key = {unusedKey.size(), reinterpret_cast<const std::uint8_t*>(unusedKey.data())};
    if (coap_context_set_psk2(context_, &psk) == 0)
        throw std::runtime_error("libcoap has no DTLS-PSK");

    auto* resource = coap_resource_unknown_init(&CoapServer::onRequest);
    for (const auto method : {COAP_REQUEST_GET, COAP_REQUEST_POST, COAP_REQUEST_DELETE})
        coap_register_handler(resource, method, &CoapServer::onRequest);
    coap_add_resource(context_, resource);
    coap_register_response_handler(context_, &CoapServer::onResponse);
    coap_register_nack_handler(context_, &CoapServer::onNack);
    coap_register_event_handler(context_, &CoapServer::onEvent);
}

CoapServer::~CoapServer()
{
    listener_ = {};
    coap_register_event_handler(context_, nullptr);
    coap_register_nack_handler(context_, nullptr);
    coap_free_context(context_);
}

void CoapServer::useCertificate(const std::string& certificate,
                                const std::string& privateKey,
                                const std::string& trusted)
{
    coap_dtls_pki_t pki{};
    pki.version = COAP_DTLS_PKI_SETUP_VERSION;
    pki.verify_peer_cert = 1;
    pki.check_common_ca = 1;
    pki.cert_chain_validation = 1;
    pki.cert_chain_verify_depth = 2;
    pki.pki_key.key_type = COAP_PKI_KEY_PEM;
    pki.pki_key.key.pem.public_cert = certificate.c_str();
    pki.pki_key.key.pem.private_key = privateKey.c_str();
    pki.pki_key.key.pem.ca_file = trusted.c_str();
    if (coap_context_set_pki(context_, &pki) == 0)
        throw std::runtime_error("libcoap does not take the certificate " + certificate);
}

std::uint16_t CoapServer::listen(const std::string& host, std::uint16_t port, coap_proto_t protocol)
{
    const auto address = addressOf(host, port);
    const auto before = ownSockets();
    if (coap_new_endpoint(context_, &address, protocol) == nullptr)
        throw std::runtime_error("cannot listen on " + host + " port " + std::to_string(port));
    for (const int fd : ownSockets())
        if (before.count(fd) == 0)
            sockets_.push_back(fd);
    return portOf(sockets_.back());
}

int CoapServer::pollFd() const
{
    return coap_context_get_coap_fd(context_);
}

void CoapServer::process()
{
    coap_io_process(context_, COAP_IO_NO_WAIT);
}

std::string CoapServer::newToken()
{
    ++lastToken_;
    std::string token(sizeof lastToken_, '\0');
    std::memcpy(token.data(), &lastToken_, sizeof lastToken_);
    return token;
}

void CoapServer::send(coap_session_t* session, const Message& message)
{
    const auto type = message.isConfirmable ? COAP_MESSAGE_CON : COAP_MESSAGE_NON;
    auto* pdu = coap_new_pdu(type, static_cast<coap_pdu_code_t>(message.code), session);
    if (pdu == nullptr)
        throw std::runtime_error("out of memory");
    coap_add_token(
        pdu, message.token.size(), reinterpret_cast<const std::uint8_t*>(message.token.data()));
    fillPdu(pdu, message);
    if (coap_send(session, pdu) == COAP_INVALID_MID)
        throw std::runtime_error("the session takes no message");
}

void CoapServer::setSilent(bool isSilent)
{
    sock_filter dropAll{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &dropAll};
    for (const int fd : sockets_)
        setsockopt(fd,
                   SOL_SOCKET,
                   isSilent ? SO_ATTACH_FILTER : SO_DETACH_FILTER,
                   &program,
                   sizeof program);
}

// libcoap forgets the identity of a session that is resumed; OpenSSL keeps it in the ticket.
std::string CoapServer::identity(coap_session_t* session)
{
    const auto* ssl = tls(session);
    const char* const identity = ssl == nullptr ? nullptr : SSL_get_psk_identity(ssl);
    return identity == nullptr ? "" : identity;
}

std::string CoapServer::certifiedName(coap_session_t* session)
{
    const auto* ssl = tls(session);
    X509* const certificate = ssl == nullptr ? nullptr : SSL_get0_peer_certificate(ssl);
    std::array<char, 256> name{};
    if (certificate != nullptr)
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    return name.data();
}

std::string CoapServer::remote(coap_session_t* session)
{
    std::array<unsigned char, 80> text{};
    const auto size =
        coap_print_addr(coap_session_get_addr_remote(session), text.data(), text.size());
    return {reinterpret_cast<const char*>(text.data()), size};
}

std::string CoapServer::cipher(coap_session_t* session)
{
    const auto* ssl = tls(session);
    return ssl == nullptr ? "" : SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl));
}

const coap_bin_const_t*
CoapServer::onIdentity(coap_bin_const_t* identity, coap_session_t*, void* arg)
{
    auto& server = *static_cast<CoapServer*>(arg);
    const std::string name(reinterpret_cast<const char*>(identity->s), identity->length);
    const auto entry = server.keys.find(name);
    if (entry == server.keys.end())
        return nullptr;
    const auto& key = entry->second.key;
    server.currentKey_ = {key.size(), reinterpret_cast<const std::uint8_t*>(key.data())};
    return &server.currentKey_;
}

void CoapServer::onRequest(coap_resource_t*,
                           coap_session_t* session,
                           const coap_pdu_t* request,
                           const coap_string_t*,
                           coap_pdu_t* response)
{
    const auto answer = serverOf(session).listener_.onRequest(session, fromPdu(request));
    coap_pdu_set_code(response, static_cast<coap_pdu_code_t>(answer.code));
    fillPdu(response, answer);
}

coap_response_t CoapServer::onResponse(coap_session_t* session,
                                       const coap_pdu_t*,
                                       const coap_pdu_t* received,
                                       coap_mid_t)
{
    const bool isExpected = serverOf(session).listener_.onResponse(session, fromPdu(received));
    return isExpected ? COAP_RESPONSE_OK : COAP_RESPONSE_FAIL;
}

void CoapServer::onNack(coap_session_t* session,
                        const coap_pdu_t* sent,
                        coap_nack_reason_t reason,
                        coap_mid_t)
{
    if (sent != nullptr)
        serverOf(session).listener_.onFailure(fromPdu(sent).token, reasonText(reason));
}

int CoapServer::onEvent(coap_session_t* session, coap_event_t event)
{
    if (event == COAP_EVENT_DTLS_CLOSED || event == COAP_EVENT_DTLS_ERROR ||
        event == COAP_EVENT_TCP_CLOSED || event == COAP_EVENT_SESSION_CLOSED)
        serverOf(session).listener_.onClosed(session);
    return 0;
}

} // namespace causeway::sim
