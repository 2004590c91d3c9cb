// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/handles.hpp"

namespace causeway::coap {

/// What all DTLS sessions share: one priority object for each policy, and the credentials object
/// whose callback asks the session for its pre-shared key while the handshake needs it.
class TlsContext
{
public:
    /// Throws when GnuTLS is too old for our cipher suites.
    explicit TlsContext(gnutls_psk_client_credentials_function2* askForKey);

    [[nodiscard]] gnutls_priority_t priority(CbcRule rule) const;

    [[nodiscard]] gnutls_psk_client_credentials_t psk() const { return psk_.get(); }

private:
    std::array<PriorityHandle, 2> priorities_;
    PskHandle psk_;
};

} // namespace causeway::coap
