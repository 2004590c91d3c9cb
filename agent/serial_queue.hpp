// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <utility>

#include "agent/base/door.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::agent {

/// Runs asynchronous jobs one after the other: each gets a task to call when it has finished. A job
/// that loses this task, as one that fails with an exception does, has finished as well.
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
        job(Turn(lifetime_.guard([this] { next(); })));
    }

    class Turn
    {
    public:
        explicit Turn(base::Task next)
            : next_(std::move(next))
        {}

        ~Turn() { (*this)(); }

        Turn(Turn&&) noexcept = default;
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        void operator()()
        {
            if (auto next = std::exchange(next_, nullptr))
                base::contain("a change of the gateway", next);
        }

    private:
        base::Task next_;
    };

    std::deque<Job> jobs_;
    bool isRunning_ = false;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
