// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line_statistics.hpp"

#include <algorithm>

namespace causeway::bridges::modbus {

using base::ErrorKind;

namespace {

/// Long enough for a unit that is polled every few seconds, short enough to see a change.
constexpr base::Duration window = std::chrono::seconds(10);
constexpr std::uint64_t windowsPerMinute = 6;

std::uint64_t microseconds(base::Duration duration)
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

} // namespace

std::string counterOf(const base::Error& error)
{
    if (error.kind == ErrorKind::Timeout)
        return "timeouts";
    return error.kind == ErrorKind::Corrupt ? "corruptAnswers" : "exceptions";
}

void LineStatistics::onSent(base::TimePoint now)
{
    closeWindows(now);
    ++inWindow_;
    ++counters_["requests"];
}

void LineStatistics::onEnd(const Framing::Result& result,
                           base::TimePoint sentAt,
                           base::TimePoint now)
{
    ++counters_[result ? "answers" : counterOf(result.error())];
    const bool hasSpoken = result || result.error().kind == ErrorKind::Refused;
    if (!hasSpoken)
        return;
    ++answered_;
    latencies_ += now - sentAt;
    longest_ = std::max(longest_, now - sentAt);
}

std::map<std::string, std::uint64_t> LineStatistics::counters(base::TimePoint now) const
{
    LineStatistics current = *this;
    current.closeWindows(now);
    auto all = counters_;
    for (const auto* name : {"requests", "answers", "timeouts", "corruptAnswers", "exceptions"})
        all.try_emplace(name, 0);
    all["requestsPerMinute"] = current.inLastWindow_ * windowsPerMinute;
    if (answered_ > 0) {
        all["meanLatencyMicroseconds"] = microseconds(latencies_) / answered_;
        all["longestLatencyMicroseconds"] = microseconds(longest_);
    }
    return all;
}

void LineStatistics::closeWindows(base::TimePoint now)
{
    if (now < windowStart_ + window)
        return;
    inLastWindow_ = now < windowStart_ + 2 * window ? inWindow_ : 0;
    inWindow_ = 0;
    windowStart_ = now;
}

} // namespace causeway::bridges::modbus
