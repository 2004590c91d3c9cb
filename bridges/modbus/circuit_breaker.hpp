// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/line_tuning.hpp"

namespace causeway::bridges::modbus {

/// Keeps a dead or a lying unit from costing its line: after some failures in a row it is asked
/// only now and then, at growing intervals, until it answers. Pure: time is handed in.
class CircuitBreaker
{
public:
    explicit CircuitBreaker(const LineTuning& tuning)
        : tuning_(tuning)
        , pause_(tuning.firstProbe)
    {}

    [[nodiscard]] bool isOpen() const { return timeouts_ >= tuning_.breakerThreshold; }

    /// Whether to ask now. Somebody who waits may probe earlier, yet not as fast as he likes.
    [[nodiscard]] bool allows(base::TimePoint now, bool isUrgent) const;

    void onAnswer();
    void onTimeout(base::TimePoint now);

    [[nodiscard]] std::uint32_t timeouts() const { return timeouts_; }

private:
    LineTuning tuning_;
    std::uint32_t timeouts_ = 0;
    base::TimePoint lastTimeout_{};
    base::Duration pause_;
};

} // namespace causeway::bridges::modbus
