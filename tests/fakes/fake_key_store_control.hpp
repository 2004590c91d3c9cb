// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/api/key_store_control.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// Notes what it is asked to do and answers later, as the real one.
class FakeKeyStoreControl final : public api::KeyStoreControl
{
public:
    explicit FakeKeyStoreControl(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    api::KeyStoreFacts facts{3, {"recovery", "tpm2"}, {}};
    std::string recoveryKey = "0000000-1111111-2222222-3333333-4444444-5555555-6666666-7777777";
    std::vector<std::string> done;
    std::string recoveredBy;

    void describeKey(FactsDone told) override
    {
        scheduler_.post([told = std::move(told), facts = facts]() mutable { told(facts); });
    }

    void makeRecoveryKey(SecretDone given) override { give("recovery-key", std::move(given)); }

    void recover(base::Secret text, Done confirmed) override
    {
        recoveredBy = base::asText(text.view());
        confirm("recover", std::move(confirmed));
    }

    void seal(api::PlatformRegisters registers, Done confirmed) override
    {
        facts.registers = registers;
        confirm("seal", std::move(confirmed));
    }

    void rotate(SecretDone given) override { give("rotate", std::move(given)); }

    void erase(Done confirmed) override { confirm("erase", std::move(confirmed)); }

private:
    void give(const char* what, SecretDone given)
    {
        done.emplace_back(what);
        scheduler_.post([this, given = std::move(given)]() mutable {
            given(base::Secret(base::asBytes(recoveryKey)));
        });
    }

    void confirm(const char* what, Done confirmed)
    {
        done.emplace_back(what);
        scheduler_.post([confirmed = std::move(confirmed)]() mutable { confirmed({}); });
    }

    base::Scheduler& scheduler_;
};

} // namespace causeway::fakes
