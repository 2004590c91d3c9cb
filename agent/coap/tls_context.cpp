// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tls_context.hpp"

#include <stdexcept>
#include <string>

namespace causeway::coap {

namespace {

PriorityHandle makePriority(CbcRule rule)
{
    const auto suites = offeredSuites(api::SecurityMode::Psk);
    const std::string text = priorityString(*suites, rule);
    gnutls_priority_t priority = nullptr;
    const int result = gnutls_priority_init(&priority, text.c_str(), nullptr);
    if (result < 0)
        throw std::runtime_error("GnuTLS refuses the cipher suites " + text + ": " +
                                 gnutls_strerror(result));
    return PriorityHandle(priority);
}

PskHandle makePsk(gnutls_psk_client_credentials_function2* askForKey)
{
    gnutls_psk_client_credentials_t credentials = nullptr;
    if (gnutls_psk_allocate_client_credentials(&credentials) < 0)
        throw std::runtime_error("GnuTLS gives no PSK credentials");
    gnutls_psk_set_client_credentials_function2(credentials, askForKey);
    return PskHandle(credentials);
}

} // namespace

TlsContext::TlsContext(gnutls_psk_client_credentials_function2* askForKey)
    : priorities_{makePriority(CbcRule::OnlyEncryptThenMac),
                  makePriority(CbcRule::AlsoMacThenEncrypt)}
    , psk_(makePsk(askForKey))
{}

gnutls_priority_t TlsContext::priority(CbcRule rule) const
{
    return priorities_[rule == CbcRule::OnlyEncryptThenMac ? 0 : 1].get();
}

} // namespace causeway::coap
