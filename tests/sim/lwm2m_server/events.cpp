// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/events.hpp"

#include <algorithm>

namespace causeway::sim {

namespace {

constexpr std::size_t mostKept = 10000; // a long demonstration does not fill the memory

bool matches(const Json& pattern, const Json& event)
{
    if (!pattern.is_object())
        return pattern == event;
    if (!event.is_object())
        return false;
    return std::all_of(pattern.items().begin(), pattern.items().end(), [&](const auto& item) {
        return event.contains(item.key()) && matches(item.value(), event[item.key()]);
    });
}

} // namespace

void Events::add(Json event)
{
    event["number"] = ++last_;
    kept_.push_back(event);
    if (kept_.size() > mostKept)
        kept_.pop_front();
    tell_(event);

    for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
        if (last_ <= waiting->after || !matches(waiting->pattern, event)) {
            ++waiting;
            continue;
        }
        const auto found = std::move(waiting->found);
        waiting = waiting_.erase(waiting);
        found(event);
    }
}

void Events::await(const Json& pattern,
                   std::uint64_t after,
                   std::chrono::milliseconds limit,
                   Found found)
{
    for (const auto& event : kept_) {
        if (event["number"] <= after || !matches(pattern, event))
            continue;
        found(event);
        return;
    }
    waiting_.push_back({pattern, after, Clock::now() + limit, std::move(found)});
}

void Events::expire(Clock::time_point now)
{
    for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
        if (waiting->deadline > now) {
            ++waiting;
            continue;
        }
        const auto found = std::move(waiting->found);
        waiting = waiting_.erase(waiting);
        found(nullptr);
    }
}

Events::Clock::time_point Events::nextDeadline() const
{
    auto next = Clock::time_point::max();
    for (const auto& waiting : waiting_)
        next = std::min(next, waiting.deadline);
    return next;
}

} // namespace causeway::sim
