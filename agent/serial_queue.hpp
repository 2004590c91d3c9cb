// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "agent/base/lifetime.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::agent {

/// Runs asynchronous jobs one after the other: each gets a task to call when it has finished.
/// A change of the gateway checks, commits and applies without another one coming between.
class SerialQueue
{
public:
    using Job = base::UniqueFunction<void(base::Task finished)>;

    void run(Job job)
    {
        jobs_.push_back(std::move(job));
        if (!isRunning_)
            next();
    }

private:
    void next()
    {
        isRunning_ = !jobs_.empty();
        if (!isRunning_)
            return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        job(lifetime_.guard([this] { next(); }));
    }

    std::deque<Job> jobs_;
    bool isRunning_ = false;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
