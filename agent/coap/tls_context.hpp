// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <gnutls/abstract.h>

#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/handles.hpp"
#include "agent/coap/server_check.hpp"

namespace causeway::coap {

/// What one kind of account offers, and by what its handshakes are judged.
struct Offer
{
    api::SecurityMode mode = api::SecurityMode::Psk;
    std::vector<CipherSuite> suites;
    CbcRule cbcRule = CbcRule::OnlyEncryptThenMac;
    PriorityHandle priority;       ///< for DTLS
    PriorityHandle streamPriority; ///< the same for TLS
};

/// How GnuTLS asks a session for what it authenticates with, while the handshake needs it.
struct CredentialCallbacks
{
    gnutls_psk_client_credentials_function2* askForKey;
    gnutls_certificate_retrieve_function3* askForKeyPair;
};

/// What all DTLS and TLS sessions with LwM2M Servers share: one Offer for each policy, the
/// credentials objects whose callbacks ask the session, and the gateway's own trust store.
class TlsContext
{
public:
    /// Throws when GnuTLS is too old for our cipher suites.
    TlsContext(const CredentialCallbacks& callbacks, std::filesystem::path trustStore);

    /// More than an operator's accounts differ in. A Bootstrap-Server may write any list of suites,
    /// a new one each time.
    static constexpr std::size_t mostOffers = 64;

    /// One for all accounts with the same policy while it is kept; shared with the handshakes that
    /// work with it, because it may be dropped for another before they end. Fails as
    /// offeredSuites() does.
    [[nodiscard]] base::Expected<std::shared_ptr<const Offer>>
    offer(const api::SessionSettings& settings);

    [[nodiscard]] std::size_t keptOffers() const { return offers_.size(); }

    [[nodiscard]] gnutls_psk_client_credentials_t psk() const { return psk_.get(); }

    [[nodiscard]] gnutls_certificate_credentials_t keyPairs() const { return keyPairs_.get(); }

    [[nodiscard]] GatewayTrust& trust() { return trust_; }

private:
    using Policy = std::tuple<api::SecurityMode, CbcRule, std::vector<std::string>>;

    void keep(Policy policy, std::shared_ptr<const Offer> offer);

    std::map<Policy, std::shared_ptr<const Offer>> offers_;
    PskHandle psk_;
    KeyPairsHandle keyPairs_;
    GatewayTrust trust_;
};

} // namespace causeway::coap
