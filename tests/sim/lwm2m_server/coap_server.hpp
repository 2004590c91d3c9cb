// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <coap3/coap.h>

namespace causeway::sim {

/// One CoAP message's content, either way; options that an LwM2M Server needs and no others.
struct Message
{
    unsigned code = 0; ///< as on the wire: 0x45 is 2.05
    std::vector<std::string> path;
    std::vector<std::string> query;
    std::vector<std::string> location;
    std::optional<unsigned> format;
    std::optional<unsigned> accept;
    std::optional<unsigned> observe;
    std::optional<coap_block_t> block1;
    std::optional<coap_block_t> block2;
    std::optional<unsigned> size2;
    std::string etag;
    bool isConfirmable = true;
    std::string token; ///< chosen by the server when empty
    std::string payload;
};

/// Pre-shared keys by identity, and the endpoint name each may register; any when empty.
struct PskEntry
{
    std::string key;
    std::string endpoint;
};

/// libcoap's server with the OpenSSL back end: sockets, DTLS-PSK and messages. Blocks are the
/// caller's business (block mode 0): 4.3.1 mixes up interleaved transfers when it does them.
class CoapServer
{
public:
    struct Listener
    {
        std::function<Message(coap_session_t*, const Message&)> onRequest;
        /// Says whether the message was expected; if not, it is reset.
        std::function<bool(coap_session_t*, const Message&)> onResponse;
        std::function<void(const std::string& token, const std::string& reason)> onFailure;
        std::function<void(coap_session_t*)> onClosed;
    };

    explicit CoapServer(Listener listener);
    ~CoapServer();
    CoapServer(const CoapServer&) = delete;
    CoapServer& operator=(const CoapServer&) = delete;

    /// Before listen(): files in PEM. Takes clients with a certificate that leads to `trusted`,
    /// too.
    void useCertificate(const std::string& certificate,
                        const std::string& privateKey,
                        const std::string& trusted);

    /// Throws when the address cannot be used; returns the port.
    std::uint16_t listen(const std::string& host, std::uint16_t port, coap_proto_t protocol);

    [[nodiscard]] int pollFd() const;
    /// Everything that is due or has arrived; never waits.
    void process();

    /// Throws when the session takes no more messages.
    void send(coap_session_t* session, const Message& message);
    [[nodiscard]] std::string newToken();

    /// A silent server's sockets drop everything before it is read.
    void setSilent(bool isSilent);

    [[nodiscard]] static std::string identity(coap_session_t* session);
    /// The common name of the client's certificate; empty when it has none.
    [[nodiscard]] static std::string certifiedName(coap_session_t* session);
    [[nodiscard]] static std::string remote(coap_session_t* session);
    [[nodiscard]] static std::string cipher(coap_session_t* session);

    std::map<std::string, PskEntry> keys;

private:
    static const coap_bin_const_t* onIdentity(coap_bin_const_t*, coap_session_t*, void*);
    static void onRequest(
        coap_resource_t*, coap_session_t*, const coap_pdu_t*, const coap_string_t*, coap_pdu_t*);
    static coap_response_t
    onResponse(coap_session_t*, const coap_pdu_t*, const coap_pdu_t*, coap_mid_t);
    static void onNack(coap_session_t*, const coap_pdu_t*, coap_nack_reason_t, coap_mid_t);
    static int onEvent(coap_session_t*, coap_event_t);

    Listener listener_;
    coap_context_t* context_;
    std::vector<int> sockets_;
    coap_bin_const_t currentKey_{};
    std::uint64_t lastToken_;
};

} // namespace causeway::sim
