// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>

#include "tests/sim/lwm2m_server/json.hpp"

namespace causeway::sim {

/// What has happened, numbered from 1, and those who wait for something to happen.
class Events
{
public:
    using Clock = std::chrono::steady_clock;
    using Tell = std::function<void(const Json& event)>;
    /// The event, or null when the time was over.
    using Found = std::function<void(const Json& event)>;

    explicit Events(Tell tell)
        : tell_(std::move(tell))
    {}

    void add(Json event);

    /// The first event numbered above `after` that has all members of `pattern`, also inside its
    /// objects.
    void
    await(const Json& pattern, std::uint64_t after, std::chrono::milliseconds limit, Found found);

    void expire(Clock::time_point now);
    [[nodiscard]] Clock::time_point nextDeadline() const;

    [[nodiscard]] std::uint64_t last() const { return last_; }

private:
    struct Waiting
    {
        Json pattern;
        std::uint64_t after;
        Clock::time_point deadline;
        Found found;
    };

    Tell tell_;
    std::deque<Json> kept_;
    std::list<Waiting> waiting_;
    std::uint64_t last_ = 0;
};

} // namespace causeway::sim
