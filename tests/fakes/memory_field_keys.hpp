// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>

#include "agent/api/field_key_store.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// The keys of legacy devices without disk and TPM: callbacks posted to the scheduler.
class MemoryFieldKeys final : public api::FieldKeyStore
{
public:
    explicit MemoryFieldKeys(base::Scheduler& main)
        : main_(main)
    {}

    void fetchFieldKey(const std::string& device, FetchDone done) override
    {
        main_.post([done = std::move(done), key = keys_[device].clone()]() mutable {
            done(std::move(key));
        });
    }

    void keepFieldKey(const std::string& device, base::Secret key, Done done) override
    {
        keys_[device] = std::move(key);
        main_.post([done = std::move(done)]() mutable { done({}); });
    }

private:
    base::Scheduler& main_;
    std::map<std::string, base::Secret> keys_;
};

} // namespace causeway::fakes
