// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "store/sealer.hpp"

namespace causeway::fakes {

/// Seals nothing: for the rows' logic. A test can take it away and bring it back.
class ClearSealer final : public store::Sealer
{
public:
    /// Lives longer than the sealer; may be changed from another thread.
    struct Switch
    {
        std::atomic<bool> isThere = true;
        std::atomic<int> sealed = 0; ///< how many keys were made
        std::atomic<std::uint64_t> counter = 0;
        std::atomic<bool> isCounting = true;   ///< false: it stands still, as if power went
        std::atomic<bool> losesAnswer = false; ///< of the next step
        store::ResidentKeys* keys = nullptr;   ///< a test's own
    };

    explicit ClearSealer(Switch& there)
        : switch_(there)
    {}

    [[nodiscard]] std::string_view kind() const override { return "clear"; }

    [[nodiscard]] api::KeyStoreState openState() const override
    {
        return api::KeyStoreState::Sealed;
    }

    [[nodiscard]] store::Sealed<base::Secret> random(std::size_t size) override
    {
        if (!switch_.isThere)
            return gone();
        return base::Secret(size);
    }

    [[nodiscard]] store::Sealed<base::Bytes> seal(const base::Secret& secret,
                                                  const api::PlatformRegisters&) override
    {
        if (!switch_.isThere)
            return gone();
        ++switch_.sealed;
        return base::Bytes(secret.view().begin(), secret.view().end());
    }

    [[nodiscard]] store::Sealed<base::Secret> unseal(base::ByteView blob) override
    {
        if (!switch_.isThere)
            return gone();
        return base::Secret(blob);
    }

    [[nodiscard]] bool counts() const override { return true; }

    [[nodiscard]] store::Sealed<std::optional<std::uint64_t>> readCounter() override
    {
        if (!switch_.isThere)
            return gone();
        const std::uint64_t value = switch_.counter;
        return value == 0 ? std::nullopt : std::optional(value);
    }

    [[nodiscard]] store::Sealed<std::uint64_t> advanceCounter(std::uint64_t target) override
    {
        if (!switch_.isThere || !switch_.isCounting)
            return gone();
        for (int i = 0; i < store::mostCounterSteps && switch_.counter < target; ++i)
            ++switch_.counter;
        return switch_.losesAnswer.exchange(false) ? gone() : answer();
    }

    [[nodiscard]] store::ResidentKeys* residentKeys() override { return switch_.keys; }

private:
    [[nodiscard]] store::Sealed<std::uint64_t> answer() const { return switch_.counter.load(); }

    static tl::unexpected<store::SealerFault> gone()
    {
        return tl::unexpected<store::SealerFault>({"the sealer is away", "bring it back"});
    }

    Switch& switch_;
};

} // namespace causeway::fakes
