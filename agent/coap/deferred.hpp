// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/door.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::coap {

/// Tasks for the end of this round of the loop. Cheaper than Scheduler::post(), which has to wake a
/// loop that may sleep on another thread: three system calls, a third of what a notification costs.
class Deferred
{
public:
    explicit Deferred(base::Scheduler& scheduler)
        : timer_(scheduler, [this] { flush(); })
    {}

    void run(base::Task task)
    {
        tasks_.push_back(std::move(task));
        if (!timer_.isRunning())
            timer_.start(base::Duration::zero());
    }

private:
    void flush()
    {
        running_.swap(tasks_);
        for (auto& task : running_)
            base::contain("a deferred task", task);
        running_.clear();
    }

    base::Timer timer_;
    std::vector<base::Task> tasks_;
    std::vector<base::Task> running_; ///< empty between rounds; kept for its memory
};

} // namespace causeway::coap
