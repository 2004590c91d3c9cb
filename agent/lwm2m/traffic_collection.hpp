// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "agent/api/traffic.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::lwm2m {

/// Collects what one device's sessions carry, over all the lives of its Client: from the beginning
/// until a server stops it, and between its Start and Stop after that. Main thread.
class TrafficCollection
{
public:
    using Changed = base::UniqueFunction<void()>;

    /// The scheduler outlives it. `changed` comes when a collection has begun or ended, also from
    /// inside start() and stop().
    TrafficCollection(base::Scheduler& scheduler, Changed changed);

    /// Where sessions count; as long as this lives.
    [[nodiscard]] api::Traffic& counted() { return counted_; }

    /// Of the collection that runs or, when none does, of the last one.
    [[nodiscard]] const api::Traffic& collected() const { return last_ ? *last_ : counted_; }

    /// From 0 again; with a period, until that is over.
    void start();
    void stop();

    /// 0: until stop(). Counts from the next start().
    void setPeriod(std::chrono::seconds period) { period_ = period; }

    [[nodiscard]] std::chrono::seconds period() const { return period_; }

private:
    Changed changed_;
    api::Traffic counted_;
    std::optional<api::Traffic> last_; ///< while none runs
    std::chrono::seconds period_{0};
    base::Timer periodEnd_;
};

} // namespace causeway::lwm2m
