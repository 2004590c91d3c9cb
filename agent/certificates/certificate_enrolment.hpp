// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "agent/api/renewal_overview.hpp"
#include "agent/api/renewal_store.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/certificates/est_request.hpp"

namespace causeway::agent {

/// An account of security mode 4 (LwM2M 1.1 Transport §5.2.9) and who certifies its key.
struct EnrolledAccount
{
    api::CredentialId id;
    std::optional<api::ServerSettings> bootstrap; ///< none: the device has no Bootstrap-Server
};

/// Gets devices their first certificate: makes a key pair in the store and asks the device's
/// Bootstrap-Server to certify it (EST, RFC 9148 /sen), over a session of its own with the
/// credential that the device has for that server. Each step is kept before the next one: a key
/// that was made before the power went is the one that is certified afterwards. What fails says why
/// and is tried again, more and more seldom. On the main thread; all it is given outlives it.
class CertificateEnrolment final
{
public:
    /// Handshakes beside each other; one silent server keeps no other device waiting.
    static constexpr std::size_t mostAtOnce = 8;
    /// After the first failure; twice as long after each further one.
    static constexpr base::Duration firstRetry = std::chrono::minutes(1);
    static constexpr base::Duration longestRetry = std::chrono::hours(4);
    /// After the start and after each change: there may be more of them.
    static constexpr base::Duration settling = std::chrono::seconds(1);

    /// What it works with.
    struct Services
    {
        base::Scheduler& scheduler;
        api::Transport& transport;
        api::CredentialStore& credentials;
        api::RenewalStore& certificates;
        std::function<std::vector<EnrolledAccount>()> accounts; ///< of all devices that run
        std::function<void(const api::CredentialId& id)> enrolled;
    };

    explicit CertificateEnrolment(Services services);

    /// As api::RenewalOverview has it.
    [[nodiscard]] std::optional<api::EnrolmentStatus> enrolment(const api::CredentialId& id) const;

    /// An account or a credential may have come, changed or gone.
    void onChanged();
    /// Asks for nothing any more.
    void stop();

private:
    /// One account without a certificate.
    struct Missing
    {
        std::optional<api::ServerSettings> bootstrap{};
        std::uint64_t attempt = 0; ///< that is under way
        unsigned failures = 0;     ///< in a row
        base::TimePoint notBefore{};
        std::string lastError{};
        std::optional<base::WallTime> lastErrorAt{};
        std::unique_ptr<EstRequest> request{};
    };

    /// What an answer of the store belongs to: the account may have another server since, and be
    /// under way with that.
    struct Attempt
    {
        api::CredentialId id;
        std::uint64_t number = 0;
    };

    void look();
    void take(const std::vector<api::RenewalTerm>& certified);
    void beginDue();
    void rest();
    void begin(const api::CredentialId& id);
    void onKey(const Attempt& attempt, const base::Expected<api::CredentialFacts>& facts);
    void askForRequest(const Attempt& attempt);
    void askServer(const Attempt& attempt, base::Bytes request);
    void onAnswer(const Attempt& attempt, base::Expected<EstRequest::Answer> answer);
    void onKept(const Attempt& attempt, const base::Expected<api::CredentialFacts>& facts);
    void failed(const Attempt& attempt, const base::Error& error);
    void later(const Attempt& attempt, const std::string& sentence, base::Duration wait);
    /// Not when the account went or changed meanwhile.
    [[nodiscard]] Missing* find(const Attempt& attempt);

    Services services_;
    std::map<api::CredentialId, Missing> missing_;
    std::uint64_t attempts_ = 0;
    bool isStopped_ = false;
    base::Timer timer_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
