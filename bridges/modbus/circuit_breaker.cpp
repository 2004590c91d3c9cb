// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/circuit_breaker.hpp"

#include <algorithm>

namespace causeway::bridges::modbus {

namespace {

/// A server that writes to a dead unit again and again costs its line a tenth at the very most
/// (one response timeout of 500 ms).
constexpr base::Duration urgentPause = std::chrono::seconds(5);

} // namespace

bool CircuitBreaker::allows(base::TimePoint now, bool isUrgent) const
{
    if (!isOpen())
        return true;
    return now >= lastTimeout_ + (isUrgent ? std::min(pause_, urgentPause) : pause_);
}

void CircuitBreaker::onAnswer()
{
    timeouts_ = 0;
    pause_ = tuning_.firstProbe;
}

void CircuitBreaker::onTimeout(base::TimePoint now)
{
    if (isOpen())
        pause_ = std::min<base::Duration>(pause_ * 2, tuning_.longestProbe);
    ++timeouts_;
    lastTimeout_ = now;
}

} // namespace causeway::bridges::modbus
