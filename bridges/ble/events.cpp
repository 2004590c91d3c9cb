// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/events.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

namespace causeway::bridges::ble {

namespace {

/// What a Resource of this type has while nothing happens.
model::Value restOf(const model::Value& value)
{
    if (std::holds_alternative<bool>(value))
        return model::Value(false);
    if (std::holds_alternative<std::int64_t>(value))
        return model::Value(std::int64_t{0});
    if (std::holds_alternative<std::uint64_t>(value))
        return model::Value(std::uint64_t{0});
    return model::Value(0.0);
}

/// Both of one type.
model::Value sumOf(const model::Value& one, const model::Value& other)
{
    if (const auto* whole = std::get_if<std::int64_t>(&one))
        return model::Value(*whole + std::get<std::int64_t>(other));
    if (const auto* whole = std::get_if<std::uint64_t>(&one))
        return model::Value(*whole + std::get<std::uint64_t>(other));
    return model::Value(std::get<double>(one) + std::get<double>(other));
}

} // namespace

Events::Events(base::Scheduler& scheduler, Over over)
    : scheduler_(scheduler)
    , over_(std::move(over))
    , end_(scheduler, [this] { endThose(); })
{}

void Events::watch(const std::vector<Source>& sources)
{
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i].isCounted)
            counted_.insert(i);
        if (sources[i].lasts.count() > 0)
            lasts_.emplace(i, sources[i].lasts);
    }
}

void Events::take(Frame& frame, bool isNew)
{
    for (auto& [source, value] : frame.values) {
        if (counted_.contains(source))
            count(source, value, isNew);
        const auto lasts = lasts_.find(source);
        if (lasts != lasts_.end())
            show(source, lasts->second, value, isNew);
    }
    arm();
}

void Events::count(std::size_t source, model::Value& value, bool isNew)
{
    auto& total = totals_.emplace(source, restOf(value)).first->second;
    if (isNew)
        total = sumOf(total, value);
    value = total;
}

void Events::show(std::size_t source, base::Duration lasts, model::Value& value, bool isNew)
{
    auto rest = restOf(value);
    if (value == rest)
        shown_.erase(source);
    else if (isNew)
        shown_.insert_or_assign(source, Shown{scheduler_.now() + lasts, std::move(rest)});
    else if (!shown_.contains(source))
        value = std::move(rest);
}

void Events::endThose()
{
    const auto now = scheduler_.now();
    std::vector<std::pair<std::size_t, model::Value>> over;
    for (auto it = shown_.begin(); it != shown_.end();) {
        if (it->second.until > now) {
            ++it;
            continue;
        }
        over.emplace_back(it->first, std::move(it->second.rest));
        it = shown_.erase(it);
    }
    arm();
    for (auto& [source, rest] : over)
        over_(source, std::move(rest));
}

void Events::arm()
{
    end_.stop();
    if (shown_.empty())
        return;
    const auto next =
        std::ranges::min_element(shown_, {}, [](const auto& entry) { return entry.second.until; });
    end_.startAt(next->second.until);
}

} // namespace causeway::bridges::ble
