// SPDX-License-Identifier: Apache-2.0
#include "agent/watchdog.hpp"

#include <utility>

namespace causeway::agent {

Watchdog::Watchdog(base::Scheduler& main, base::Duration period, base::Task alive)
    : main_(main)
    , period_(period)
    , alive_(std::move(alive))
    , timer_(main, [this] { round(); })
{
    timer_.start(base::Duration::zero());
}

void Watchdog::watch(base::Scheduler& loop)
{
    loops_.push_back(&loop);
}

void Watchdog::round()
{
    timer_.start(period_ / 2);
    if (missing_ > 0)
        return; // a loop has not come round since the last ping: say nothing, the period runs out
    alive_();
    for (auto* loop : loops_) {
        ++missing_;
        loop->post([&main = main_, answer = lifetime_.guard([this] { --missing_; })]() mutable {
            main.post(std::move(answer));
        });
    }
}

} // namespace causeway::agent
