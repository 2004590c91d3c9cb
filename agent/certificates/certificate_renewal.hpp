// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/renewal_overview.hpp"
#include "agent/api/renewal_store.hpp"
#include "agent/certificates/est_request.hpp"

namespace causeway::agent {

/// Knows when devices' certificates end, and renews them before that at the gateway's EST server,
/// if it has one: the same key gets a new certificate. One device after the other, the one that
/// ends first before the others; what fails leaves the certificate that is there, says why in the
/// journal and is tried again. On the main thread; all it is given outlives it.
class CertificateRenewal final
{
public:
    /// At least so often; and after a refusal, so long.
    static constexpr base::Duration lookPeriod = std::chrono::hours(24);
    /// After what may pass by itself. What all devices would meet, a server that does not answer
    /// or is not the right one, a locked key store, is met once: nobody else asks meanwhile.
    static constexpr base::Duration retryPeriod = std::chrono::hours(1);
    /// How long all wait at most for a server that fails again and again, twice as long each time.
    static constexpr base::Duration longestRetry = std::chrono::hours(4);
    /// However soon a certificate ends. What would be longer than a third of the time that it has
    /// left is shortened.
    static constexpr base::Duration shortestRetry = std::chrono::minutes(10);
    /// Between two looks, which read every certificate.
    static constexpr base::Duration shortestRest = std::chrono::minutes(1);
    /// After the start, and after a change from outside: there may be more of them.
    static constexpr base::Duration settling = std::chrono::seconds(1);
    /// Let the devices be there, and the key store open, before a server is asked.
    static constexpr base::Duration firstQuestion = settling + shortestRest;

    using Renewed = std::function<void(const api::CredentialId& id)>;

    /// What it works with.
    struct Services
    {
        base::Scheduler& scheduler;
        api::Transport& transport;
        api::RenewalStore& store;
        Renewed renewed; ///< called when a certificate has been replaced
        /// Why the EST server that is wanted cannot be asked; empty: it can be, or none is wanted.
        std::string whyNoServer{};
    };

    /// `before`: how long before its end a certificate is renewed; one that lives no longer than
    /// three times that, when two thirds of its time are over.
    CertificateRenewal(Services services, std::optional<EstServer> server, base::Duration before);

    /// As api::RenewalOverview has it.
    [[nodiscard]] std::optional<api::RenewalStatus> renewal(const api::CredentialId& id) const;

    /// Somebody has set, replaced or removed a credential.
    void onCredentialChanged();
    /// Asks for nothing any more.
    void stop();

private:
    using Terms = std::vector<api::RenewalTerm>;

    /// What is known of a certificate.
    struct Certificate
    {
        base::WallTime dueAt{};
        base::WallTime expiresAt{};
        /// Has failed, was renewed, or the server wants patience: not before that.
        base::TimePoint notBefore{};
        std::string lastError{};
        std::optional<base::WallTime> lastErrorAt{};
    };

    void look();
    void begin(const Terms& terms);
    void order();
    void next();
    void rest();
    void askServer(const api::CredentialId& id, base::Bytes request);
    void onAnswer(const api::CredentialId& id, base::Expected<EstRequest::Answer> answer);
    void onRenewed(const api::CredentialId& id, const api::CredentialFacts& facts);
    void onServerFailed(const api::CredentialId& id, const base::Error& error);
    void onFailed(const api::CredentialId& id, const base::Error& error);
    void holdUp(const api::CredentialId& id, const base::Error& error, base::Duration wait);
    void fail(const api::CredentialId& id, const base::Error& error, base::Duration wait);
    void noteError(const api::CredentialId& id, const std::string& sentence);
    void later(const api::CredentialId& id, base::Duration wait);
    [[nodiscard]] base::WallTime dueAt(base::WallTime begin, base::WallTime end) const;
    [[nodiscard]] base::Duration shortened(const api::CredentialId& id, base::Duration wait) const;

    Services services_;
    std::optional<EstServer> server_;
    base::Duration before_;
    std::map<api::CredentialId, Certificate> certificates_;
    std::deque<api::CredentialId> due_;
    base::WallTime begunAt_;
    base::TimePoint heldUpUntil_; ///< nobody asks in vain before that
    unsigned serverFailures_ = 0; ///< in a row
    bool isOutdated_ = false;     ///< onCredentialChanged() since the last look
    std::unique_ptr<EstRequest> request_;
    base::Timer timer_; ///< runs while nothing is under way
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
