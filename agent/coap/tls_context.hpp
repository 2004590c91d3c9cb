// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/handles.hpp"

namespace causeway::coap {

/// What one kind of account offers, and by what its handshakes are judged.
struct Offer
{
    std::vector<CipherSuite> suites;
    CbcRule cbcRule = CbcRule::OnlyEncryptThenMac;
    PriorityHandle priority;
};

/// What all DTLS sessions share: one Offer for each policy, and the credentials object whose
/// callback asks the session for its pre-shared key while the handshake needs it.
class TlsContext
{
public:
    /// Throws when GnuTLS is too old for our cipher suites.
    explicit TlsContext(gnutls_psk_client_credentials_function2* askForKey);

    /// Stays where it is as long as the context does. Fails as offeredSuites() does.
    [[nodiscard]] base::Expected<const Offer*> offer(const api::SessionSettings& settings);

    [[nodiscard]] gnutls_psk_client_credentials_t psk() const { return psk_.get(); }

private:
    using Policy = std::tuple<api::SecurityMode, CbcRule, std::vector<std::string>>;

    std::map<Policy, Offer> offers_; ///< as many as the operator's accounts have policies
    PskHandle psk_;
};

} // namespace causeway::coap
