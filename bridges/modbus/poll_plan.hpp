// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

/// Registers read in one request, and the points (by index) whose values are in it.
struct Span
{
    RegisterTable table = RegisterTable::InputRegister;
    std::uint16_t address = 0;
    std::uint16_t count = 0;
    PollClass pollClass = PollClass::Fast;
    std::vector<std::size_t> points;
};

/// Merges the points of one table and poll class into as few requests as the limits allow; a gap of
/// at most `mostGap` unmapped registers is read through. OnDemand points are in no span.
[[nodiscard]] std::vector<Span> mergeSpans(std::span<const Point> points, const UnitLimits& limits);

/// Two spans for one, cut at its widest gap or else near its middle; nothing when its points cannot
/// be told apart.
[[nodiscard]] std::optional<std::pair<Span, Span>> splitSpan(const Span& span,
                                                             std::span<const Point> points);

/// What is due when. Pure: time is handed in. A span that comes due while it is still under way is
/// skipped and counted, never queued twice.
class PollPlan
{
public:
    /// `phase` (0 to 1) shifts the first polls inside their period, so that devices that start
    /// together do not ask together.
    PollPlan(std::vector<Span> spans, const UnitLimits& limits, double phase);

    /// These spans instead, and none of them due before start(). What was counted stays.
    void renew(std::vector<Span> spans);

    [[nodiscard]] const Span& span(std::size_t index) const { return entries_[index].span; }

    /// Everything is due from now on, Once included: the device has just come, or come back.
    void start(base::TimePoint now);

    /// What these points (by index) hold means something else now: their spans are read once more
    /// soon, but so not more often than every 10 s. The rest keeps its rhythm.
    void hasten(std::span<const std::size_t> points, base::TimePoint now);

    /// Indices of the spans due at `now`; they are then under way until finish().
    [[nodiscard]] std::vector<std::size_t> takeDue(base::TimePoint now);

    /// A span that came due meanwhile is due again at once: a full line has no idle time.
    /// A Once span that failed is asked again at the slow period. A span that is answered is asked
    /// at its period again, whatever it was after failures.
    void finish(std::size_t index, bool hasSucceeded, base::TimePoint now);

    /// How often in a row a span has failed.
    [[nodiscard]] std::uint32_t failures(std::size_t index) const
    {
        return entries_[index].failures;
    }

    /// After finish(): the span failed at the line's cost. It is asked half as often as until now,
    /// but not less often than at the slow period.
    void backOff(std::size_t index, base::TimePoint now);

    /// After finish(): the span is asked again at the slow period only.
    void postpone(std::size_t index, base::TimePoint now);

    /// After finish(): the device refused the span for good. It is asked in two parts from now on,
    /// which finds the register it does not have. False when there is nothing to part.
    bool split(std::size_t index, std::span<const Point> points, base::TimePoint now);

    [[nodiscard]] bool isSplit() const { return wholeAt_ != base::TimePoint::max(); }

    /// When what was split is worth another try as a whole; TimePoint::max() when nothing was.
    [[nodiscard]] base::TimePoint wholeAt() const { return wholeAt_; }

    /// When takeDue() is next worth calling; TimePoint::max() for never.
    [[nodiscard]] base::TimePoint nextDue() const;

    [[nodiscard]] std::uint64_t overruns() const { return overruns_; }

private:
    struct Entry
    {
        Span span;
        base::Duration period;
        base::TimePoint due;
        bool isUnderWay = false;
        bool isLate = false;                            ///< came due while under way
        base::TimePoint extra = base::TimePoint::max(); ///< due besides; only while not under way
        base::TimePoint nextExtra = base::TimePoint::min(); ///< not before
        std::uint32_t failures = 0;
        base::Duration pause{}; ///< instead of the period, after failures
    };

    [[nodiscard]] base::TimePoint firstDue(const Entry& entry, base::TimePoint now) const;

    std::vector<Entry> entries_;
    UnitLimits limits_;
    base::Duration slowPeriod_;
    double phase_;
    base::TimePoint wholeAt_ = base::TimePoint::max();
    std::uint64_t overruns_ = 0;
};

} // namespace causeway::bridges::modbus
