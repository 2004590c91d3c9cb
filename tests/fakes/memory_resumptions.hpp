// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <utility>

#include "agent/api/resumption_store.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// What sessions may resume from, without disk; it looks at no credential.
class MemoryResumptions final : public api::ResumptionStore
{
public:
    explicit MemoryResumptions(base::Scheduler& main)
        : main_(main)
    {}

    void findResumption(const api::CredentialId& id, FindDone done) override
    {
        main_.post(lifetime_.guard([this, id, done = std::move(done)]() mutable {
            const auto found = states.find(id);
            done(found == states.end() ? base::Secret() : found->second.clone());
        }));
    }

    void keepResumption(const api::CredentialId& id,
                        const api::CredentialMark&,
                        base::Secret state) override
    {
        if (state.empty())
            states.erase(id);
        else
            states[id] = std::move(state);
    }

    /// For tests to look at and to spoil.
    std::map<api::CredentialId, base::Secret> states;

private:
    base::Scheduler& main_;
    base::Lifetime lifetime_;
};

} // namespace causeway::fakes
