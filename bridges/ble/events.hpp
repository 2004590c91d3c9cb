// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/model/value.hpp"
#include "bridges/ble/format.hpp"
#include "bridges/ble/frame_decoder.hpp"

namespace causeway::bridges::ble {

/// What a sensor tells as events: a button says that it was pressed, and nothing when that is
/// over. Adds up those that are counted, and ends those that last. Lives on the radio's thread.
class Events
{
public:
    using Over = std::function<void(std::size_t source, model::Value rest)>;

    /// `over`: the source has the value that it has without an event.
    Events(base::Scheduler& scheduler, Over over);

    /// Before the first frame; by the numbers that a Frame has.
    void watch(const std::vector<Source>& sources);

    /// Makes of the events in the frame what their Resources have. Not `isNew`: it says again what
    /// was heard before, and begins nothing.
    void take(Frame& frame, bool isNew);

private:
    void count(std::size_t source, model::Value& value, bool isNew);
    void show(std::size_t source, base::Duration lasts, model::Value& value, bool isNew);
    void endThose();
    void arm();

    struct Shown
    {
        base::TimePoint until;
        model::Value rest;
    };

    base::Scheduler& scheduler_;
    Over over_;
    std::set<std::size_t> counted_;
    std::map<std::size_t, base::Duration> lasts_;
    std::map<std::size_t, model::Value> totals_;
    std::map<std::size_t, Shown> shown_; ///< those that are not over
    base::Timer end_;
};

} // namespace causeway::bridges::ble
