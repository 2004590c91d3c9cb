// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/poll_plan.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace causeway::bridges::modbus {

namespace {

/// An unmapped coil is an eighth of an octet: reading through costs next to nothing.
constexpr std::uint16_t mostBitGap = 80;
/// A device whose factors are noise costs its line no more than that; of one that tells them one
/// after the other each value is right soon.
constexpr base::Duration leastExtraPause = std::chrono::seconds(10);
/// A device that refused registers only while it booted must not be asked in many parts for ever;
/// one that does not have them is asked a few times in vain then, which costs a line nothing.
constexpr base::Duration wholeAgain = std::chrono::hours(1);

struct Limit
{
    std::uint32_t most;
    std::uint32_t gap;
};

Limit limitOf(RegisterTable table, const UnitLimits& limits)
{
    if (holdsBits(table))
        return {limits.mostCoils, mostBitGap};
    return {limits.mostRegisters, limits.mostGap};
}

bool extend(Span& span, const Point& point, const UnitLimits& limits)
{
    if (span.table != point.table || span.pollClass != point.pollClass)
        return false;
    const Limit limit = limitOf(point.table, limits);
    const Extent extent = point.extent();
    const std::uint32_t end = std::uint32_t{span.address} + span.count;
    const std::uint32_t pointEnd = extent.end();
    if (extent.address > end + limit.gap || pointEnd - span.address > limit.most)
        return false;
    span.count = static_cast<std::uint16_t>(std::max(end, pointEnd) - span.address);
    return true;
}

Span spanOf(const Point& point)
{
    const Extent extent = point.extent();
    return {point.table, extent.address, extent.count, point.pollClass, {}};
}

base::Duration periodOf(PollClass pollClass, const UnitLimits& limits)
{
    return pollClass == PollClass::Fast ? limits.fastPeriod : limits.slowPeriod;
}

/// The part of a span that these points need.
Span narrowed(const Span& span, std::span<const std::size_t> indices, std::span<const Point> points)
{
    Span part{span.table, points[indices.front()].extent().address, 0, span.pollClass, {}};
    std::uint32_t end = part.address;
    for (const std::size_t index : indices) {
        end = std::max(end, points[index].extent().end());
        part.points.push_back(index);
    }
    part.count = static_cast<std::uint16_t>(end - part.address);
    return part;
}

} // namespace

std::vector<Span> mergeSpans(std::span<const Point> points, const UnitLimits& limits)
{
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].pollClass != PollClass::OnDemand && !points[i].executeValue)
            order.push_back(i);
    }
    std::ranges::sort(order, {}, [&](std::size_t i) {
        return std::tuple(points[i].pollClass, points[i].table, points[i].extent().address);
    });
    std::vector<Span> spans;
    for (const std::size_t i : order) {
        const Point& point = points[i];
        const bool isAlone =
            point.isAlone || spans.empty() || points[spans.back().points.front()].isAlone;
        if (isAlone || !extend(spans.back(), point, limits))
            spans.push_back(spanOf(point));
        spans.back().points.push_back(i);
    }
    return spans;
}

std::optional<std::pair<Span, Span>> splitSpan(const Span& span, std::span<const Point> points)
{
    struct Cut
    {
        std::uint32_t gap;
        std::uint32_t imbalance;
        std::size_t at; ///< into span.points
    };

    std::optional<Cut> best;
    std::uint32_t end = points[span.points.front()].extent().end();
    for (std::size_t i = 1; i < span.points.size(); ++i) {
        const Extent next = points[span.points[i]].extent();
        if (next.address >= end) {
            const auto half = static_cast<std::int64_t>(span.points.size()) / 2;
            const auto off =
                static_cast<std::uint32_t>(std::abs(static_cast<std::int64_t>(i) - half));
            const Cut cut{next.address - end, off, i};
            if (!best || cut.gap > best->gap ||
                (cut.gap == best->gap && cut.imbalance < best->imbalance))
                best = cut;
        }
        end = std::max(end, next.end());
    }
    if (!best)
        return std::nullopt;
    const std::span<const std::size_t> indices(span.points);
    return std::pair(narrowed(span, indices.first(best->at), points),
                     narrowed(span, indices.subspan(best->at), points));
}

PollPlan::PollPlan(std::vector<Span> spans, const UnitLimits& limits, double phase)
    : limits_(limits)
    , slowPeriod_(limits.slowPeriod)
    , phase_(phase)
{
    renew(std::move(spans));
}

void PollPlan::renew(std::vector<Span> spans)
{
    entries_.clear();
    for (Span& span : spans) {
        const base::Duration period = periodOf(span.pollClass, limits_);
        entries_.push_back({std::move(span), period, base::TimePoint::max(), false, false});
    }
    wholeAt_ = base::TimePoint::max();
}

void PollPlan::start(base::TimePoint now)
{
    for (Entry& entry : entries_) {
        entry.due = firstDue(entry, now);
        entry.extra = base::TimePoint::max();
        entry.nextExtra = base::TimePoint::min();
        entry.failures = 0;
        entry.pause = {};
    }
}

// Inside the fast period also for slow spans: nobody waits a minute for the first value.
base::TimePoint PollPlan::firstDue(const Entry& entry, base::TimePoint now) const
{
    const auto spread = std::min<base::Duration>(entry.period, std::chrono::seconds(1));
    return now + std::chrono::duration_cast<base::Duration>(spread * phase_);
}

void PollPlan::hasten(std::span<const std::size_t> points, base::TimePoint now)
{
    for (Entry& entry : entries_) {
        const bool isMeant =
            std::ranges::find_first_of(entry.span.points, points) != entry.span.points.end();
        if (isMeant && !entry.isUnderWay) // else what comes is read anew already
            entry.extra = std::min(entry.extra, std::max(firstDue(entry, now), entry.nextExtra));
    }
}

std::vector<std::size_t> PollPlan::takeDue(base::TimePoint now)
{
    std::vector<std::size_t> due;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Entry& entry = entries_[i];
        if (std::min(entry.due, entry.extra) > now)
            continue;
        if (std::exchange(entry.extra, base::TimePoint::max()) <= now)
            entry.nextExtra = now + std::min(slowPeriod_, leastExtraPause);
        if (entry.due > now) {
            entry.isUnderWay = true;
            due.push_back(i);
            continue;
        }
        entry.isLate = entry.isUnderWay;
        if (entry.isUnderWay)
            ++overruns_;
        else
            due.push_back(i);
        entry.isUnderWay = true;
        // On the grid, so that a late round shifts nothing; whole missed periods are overruns too.
        const auto missed = (now - entry.due) / entry.period;
        overruns_ += static_cast<std::uint64_t>(missed);
        entry.due += entry.period * (missed + 1);
    }
    return due;
}

void PollPlan::finish(std::size_t index, bool hasSucceeded, base::TimePoint now)
{
    Entry& entry = entries_[index];
    entry.isUnderWay = false;
    if (hasSucceeded && entry.isLate)
        entry.due = now;
    entry.isLate = false;
    entry.failures = hasSucceeded ? 0 : entry.failures + 1;
    if (hasSucceeded)
        entry.pause = {};
    if (entry.span.pollClass == PollClass::Once)
        entry.due = hasSucceeded ? base::TimePoint::max() : now + slowPeriod_;
}

void PollPlan::backOff(std::size_t index, base::TimePoint now)
{
    Entry& entry = entries_[index];
    const base::Duration longest = std::max(entry.period, slowPeriod_);
    entry.pause = std::min(std::max(entry.pause, entry.period) * 2, longest);
    entry.due = std::max(entry.due, now + entry.pause);
}

void PollPlan::postpone(std::size_t index, base::TimePoint now)
{
    entries_[index].due = now + std::max(entries_[index].period, slowPeriod_);
}

bool PollPlan::split(std::size_t index, std::span<const Point> points, base::TimePoint now)
{
    auto parts = splitSpan(entries_[index].span, points);
    if (!parts)
        return false;
    if (!isSplit())
        wholeAt_ = now + wholeAgain;
    entries_[index].failures = 0;
    Entry second = entries_[index];
    entries_[index].span = std::move(parts->first);
    entries_[index].due = now;
    second.span = std::move(parts->second);
    second.due = now;
    entries_.push_back(std::move(second));
    return true;
}

base::TimePoint PollPlan::nextDue() const
{
    base::TimePoint earliest = base::TimePoint::max();
    for (const Entry& entry : entries_)
        earliest = std::min({earliest, entry.due, entry.extra});
    return earliest;
}

} // namespace causeway::bridges::modbus
