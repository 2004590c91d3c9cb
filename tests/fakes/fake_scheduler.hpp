// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>

#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// Time that a test moves: advance(10s) runs every timer and posted task on the way, in order.
class FakeScheduler final : public base::Scheduler
{
public:
    [[nodiscard]] base::TimePoint now() const override { return now_; }

    [[nodiscard]] base::WallTime wallNow() const override
    {
        // 2026-01-01T00:00:00Z plus what has passed.
        return base::WallTime(std::chrono::seconds(1767225600)) + now_.time_since_epoch();
    }

    void post(base::Task task) override { posted_.push_back(std::move(task)); }

    void runPosted()
    {
        while (!posted_.empty()) {
            auto task = std::move(posted_.front());
            posted_.pop_front();
            task();
        }
    }

    void advance(base::Duration duration)
    {
        const base::TimePoint end = now_ + duration;
        runPosted();
        while (!timers_.empty() && timers_.earliest() <= end) {
            now_ = std::max(now_, timers_.earliest());
            timers_.fireOne(now_);
            runPosted();
        }
        now_ = end;
    }

    /// Says whether any timer is armed: a thing that should be at rest has none.
    [[nodiscard]] bool hasTimers() const { return !timers_.empty(); }

private:
    void arm(base::Timer& timer) override { timers_.add(timer); }

    void disarm(base::Timer& timer) override { timers_.remove(timer); }

    base::TimePoint now_{};
    base::TimerHeap timers_;
    std::deque<base::Task> posted_;
};

} // namespace causeway::fakes
