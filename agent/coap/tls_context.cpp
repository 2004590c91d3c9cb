// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tls_context.hpp"

#include <stdexcept>
#include <utility>

namespace causeway::coap {

using base::ErrorKind;
using base::fail;

namespace {

base::Expected<PriorityHandle> makePriority(const std::vector<CipherSuite>& suites, CbcRule rule)
{
    const std::string text = priorityString(suites, rule);
    gnutls_priority_t priority = nullptr;
    const int result = gnutls_priority_init(&priority, text.c_str(), nullptr);
    if (result < 0)
        return fail(ErrorKind::NotSupported,
                    "GnuTLS refuses the cipher suites " + text + ": " + gnutls_strerror(result));
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
    : psk_(makePsk(askForKey))
{
    if (const auto usual = offer({}); !usual)
        throw std::runtime_error(usual.error().message);
}

base::Expected<const Offer*> TlsContext::offer(const api::SessionSettings& settings)
{
    const CbcRule rule =
        settings.allowsCbcWithoutEtm ? CbcRule::AlsoMacThenEncrypt : CbcRule::OnlyEncryptThenMac;
    Policy policy{settings.securityMode, rule, settings.cipherSuites};
    if (const auto known = offers_.find(policy); known != offers_.end())
        return &known->second;
    auto suites = offeredSuites(settings.securityMode, settings.cipherSuites);
    if (!suites)
        return fail(suites.error());
    auto priority = makePriority(*suites, rule);
    if (!priority)
        return fail(priority.error());
    Offer offer{std::move(*suites), rule, std::move(*priority)};
    return &offers_.emplace(std::move(policy), std::move(offer)).first->second;
}

} // namespace causeway::coap
