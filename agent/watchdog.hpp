// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

/// Tells the service manager that we live, but only while every loop makes progress: each watched
/// loop must have run the ping of the last round before the next is reported. Workers are not
/// watched: a TPM may take a minute, and devices go on meanwhile.
class Watchdog
{
public:
    /// `alive` is called on the main loop, twice in each `period` when all is well.
    Watchdog(base::Scheduler& main, base::Duration period, base::Task alive);
    ~Watchdog() = default;
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// The loop outlives this.
    void watch(base::Scheduler& loop);

private:
    void round();

    base::Scheduler& main_;
    base::Duration period_;
    base::Task alive_;
    std::vector<base::Scheduler*> loops_;
    std::size_t missing_ = 0; ///< pings of this round that have not come back
    base::Timer timer_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
