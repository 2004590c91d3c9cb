// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/tls_context.hpp"

#include <stdexcept>
#include <utility>

namespace causeway::coap {

using base::ErrorKind;
using base::fail;

namespace {

base::Expected<PriorityHandle> makePriority(const std::string& text)
{
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

// The store has proved that key and certificate are a pair: not again in every handshake.
KeyPairsHandle makeKeyPairs(gnutls_certificate_retrieve_function3* askForKeyPair)
{
    gnutls_certificate_credentials_t credentials = nullptr;
    if (gnutls_certificate_allocate_credentials(&credentials) < 0)
        throw std::runtime_error("GnuTLS gives no certificate credentials");
    gnutls_certificate_set_flags(credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
    gnutls_certificate_set_retrieve_function3(credentials, askForKeyPair);
    return KeyPairsHandle(credentials);
}

} // namespace

TlsContext::TlsContext(const CredentialCallbacks& callbacks, std::filesystem::path trustStore)
    : psk_(makePsk(callbacks.askForKey))
    , keyPairs_(makeKeyPairs(callbacks.askForKeyPair))
    , trust_(std::move(trustStore))
{
    using api::SecurityMode;
    for (const auto mode :
         {SecurityMode::Psk, SecurityMode::RawPublicKey, SecurityMode::Certificate}) {
        api::SessionSettings usual;
        usual.securityMode = mode;
        if (const auto made = offer(usual); !made)
            throw std::runtime_error(made.error().message);
    }
}

base::Expected<std::shared_ptr<const Offer>> TlsContext::offer(const api::SessionSettings& settings)
{
    const CbcRule rule =
        settings.allowsCbcWithoutEtm ? CbcRule::AlsoMacThenEncrypt : CbcRule::OnlyEncryptThenMac;
    Policy policy{settings.securityMode, rule, settings.cipherSuites};
    if (const auto known = offers_.find(policy); known != offers_.end())
        return known->second;
    auto suites = offeredSuites(settings.securityMode, settings.cipherSuites);
    if (!suites)
        return fail(suites.error());
    const auto make = [&](RecordLayer layer) {
        return makePriority(priorityString(settings.securityMode, *suites, rule, layer));
    };
    auto priority = make(RecordLayer::Datagrams);
    auto streamPriority = make(RecordLayer::Stream);
    if (!priority)
        return fail(priority.error());
    if (!streamPriority)
        return fail(streamPriority.error());
    auto offer = std::make_shared<const Offer>(Offer{settings.securityMode,
                                                     std::move(*suites),
                                                     rule,
                                                     std::move(*priority),
                                                     std::move(*streamPriority)});
    keep(std::move(policy), offer);
    return offer;
}

void TlsContext::keep(Policy policy, std::shared_ptr<const Offer> offer)
{
    if (offers_.size() >= mostOffers)
        std::erase_if(offers_, [](const auto& entry) { return entry.second.use_count() == 1; });
    if (offers_.size() < mostOffers)
        offers_.emplace(std::move(policy), std::move(offer));
}

} // namespace causeway::coap
