// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "agent/api/credential_control.hpp"
#include "agent/est_request.hpp"

namespace causeway::agent {

/// Renews devices' certificates before they end, at the gateway's EST server: the same key gets a
/// new certificate. One device after the other; what fails leaves the certificate that is there,
/// says why in the journal and is tried again. On the main thread; all it is given outlives it.
class CertificateRenewal
{
public:
    /// Let the devices be there, and the key store open, before the first look.
    static constexpr base::Duration firstLook = std::chrono::minutes(1);
    static constexpr base::Duration lookPeriod = std::chrono::hours(24);
    /// After what may pass by itself; a refusal is tried again with the next look. When the server
    /// itself does not answer, or the key store is locked, nobody else asks meanwhile.
    static constexpr base::Duration retryPeriod = std::chrono::hours(1);
    /// Between two looks, which read every certificate.
    static constexpr base::Duration shortestRest = std::chrono::minutes(1);

    /// What it works with.
    struct Services
    {
        base::Scheduler& scheduler;
        api::Transport& transport;
        api::CredentialStore& store;     ///< says which certificates there are
        api::CredentialControl& control; ///< asks for and sets them, as an operator does
    };

    /// `before`: how long before its end a certificate is renewed.
    CertificateRenewal(const Services& services, EstServer server, base::Duration before);

private:
    using Terms = std::vector<api::CertificateTerm>;
    using Moments = std::map<api::CredentialId, base::TimePoint>;

    void look();
    void begin(const Terms& terms);
    [[nodiscard]] bool isDue(const api::CertificateTerm& term) const;
    void next();
    void askServer(const api::CredentialId& id, base::Bytes request);
    void onAnswer(const api::CredentialId& id, base::Expected<EstRequest::Answer> answer);
    void onRenewed(const api::CredentialId& id, const api::CredentialFacts& facts);
    void onFailed(const api::CredentialId& id, const base::Error& error);
    void later(const api::CredentialId& id, base::Duration wait);

    Services services_;
    EstServer server_;
    base::Duration before_;
    std::deque<api::CredentialId> due_;
    Moments notBefore_;     ///< failed, or the server wants patience: each wakes a look
    Moments rested_;        ///< renewed: until then not again, however short it lives
    bool isHeldUp_ = false; ///< the others are not asked for in vain in this round
    std::unique_ptr<EstRequest> request_;
    base::Timer timer_; ///< runs while nothing is under way
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
