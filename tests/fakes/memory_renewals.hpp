// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/renewal_store.hpp"
#include "agent/base/lifetime.hpp"

namespace causeway::fakes {

/// Takes every certificate and judges none; answers later, as the real one.
class MemoryRenewals final : public api::RenewalStore
{
public:
    explicit MemoryRenewals(base::Scheduler& main)
        : main_(main)
    {}

    std::vector<api::RenewalTerm> terms;
    std::map<api::CredentialId, base::Bytes> certificates;
    base::WallTime nextEnd{};             ///< of what comes
    std::optional<base::Error> nextError; ///< of the next request or renewal
    int looks = 0;

    void listTerms(TermsDone done) override
    {
        ++looks;
        answer(std::move(done), base::Expected<std::vector<api::RenewalTerm>>(terms));
    }

    void requestRenewal(const api::CredentialId& id, RequestDone done) override
    {
        answer(std::move(done), orError<base::Bytes>(base::toBytes("a request of " + id.device)));
    }

    void renewCertificate(const api::CredentialId& id,
                          base::Bytes certificate,
                          RenewalDone done) override
    {
        api::CredentialFacts facts;
        facts.expiresAt = nextEnd;
        auto answered = orError<api::CredentialFacts>(std::move(facts));
        if (answered)
            certificates[id] = std::move(certificate);
        answer(std::move(done), std::move(answered));
    }

private:
    template <typename T>
    base::Expected<T> orError(T value)
    {
        if (nextError)
            return base::fail(*std::exchange(nextError, std::nullopt));
        return value;
    }

    template <typename Done, typename Result>
    void answer(Done done, Result result)
    {
        main_.post(lifetime_.guard([done = std::move(done), result = std::move(result)]() mutable {
            done(std::move(result));
        }));
    }

    base::Scheduler& main_;
    base::Lifetime lifetime_;
};

} // namespace causeway::fakes
