// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/framing.hpp"

namespace causeway::bridges::modbus {

/// What one unit of a line was asked and how it answered. Pure: time is handed in.
class LineStatistics
{
public:
    void onSent(base::TimePoint now);

    /// The port cannot speak as the unit does.
    void onRefusedSpeed() { ++counters_["refusedSpeeds"]; }

    void onEnd(const Framing::Result& result, base::TimePoint sentAt, base::TimePoint now);

    /// requests, answers, timeouts, corruptAnswers, exceptions, refusedSpeeds, requestsPerMinute
    /// (of the last whole window), meanLatencyMicroseconds and longestLatencyMicroseconds of what
    /// was answered.
    [[nodiscard]] std::map<std::string, std::uint64_t> counters(base::TimePoint now) const;

private:
    void closeWindows(base::TimePoint now);

    std::map<std::string, std::uint64_t> counters_;
    base::TimePoint windowStart_{};
    std::uint64_t inWindow_ = 0;
    std::uint64_t inLastWindow_ = 0;
    base::Duration latencies_{};
    base::Duration longest_{};
    std::uint64_t answered_ = 0;
};

/// The counter of a failed exchange: timeouts, corruptAnswers or exceptions.
[[nodiscard]] std::string counterOf(const base::Error& error);

} // namespace causeway::bridges::modbus
