// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/retry_schedule.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "agent/api/server_scheme.hpp"

namespace causeway::lwm2m {

using base::Duration;
using std::chrono::seconds;

namespace {

// However short an operator or a server sets the timers, nothing repeats faster.
constexpr seconds shortestWait{1};
// Bounds the doubling, and keeps it from overflowing.
constexpr seconds longestWait{86400};
// A gateway heals by itself: with all sequences used up it still asks, but rarely. The standard
// leaves this pause to the client; a day, its default between sequences, is too long for a site
// whose server was down for half an hour.
constexpr seconds shortestPause{60};
constexpr seconds longestPause{3600};

// /1/x/19: "MAX_VALUE means do not perform another communication sequence".
constexpr seconds noMoreSequences{std::numeric_limits<std::uint32_t>::max()};

} // namespace

Duration spread(Duration delay, const std::string& seed)
{
    const auto share = std::hash<std::string>{}(seed) % 401;
    return delay + delay / 1000 * static_cast<std::int64_t>(100 + share);
}

void RetrySchedule::reset()
{
    *this = {};
}

void RetrySchedule::useUp()
{
    isUsedUp_ = true;
}

bool isService(const api::ServerSettings& settings, Duration served)
{
    // A connection may be closed for being idle: Californium does it after ten seconds. The client
    // comes back a few seconds later, which no server suffers from.
    constexpr seconds shortestIdle{5};
    const auto enough = api::isStreamUri(settings.uri) ? std::min(settings.retryTimer, shortestIdle)
                                                       : settings.retryTimer;
    return served >= enough;
}

bool RetrySchedule::countFailure(const api::ServerSettings& settings)
{
    if (isUsedUp_)
        return false;
    if (++attempts_ < settings.retryCount)
        return true;
    attempts_ = 0;
    isUsedUp_ =
        ++sequences_ >= settings.sequenceRetryCount || settings.sequenceDelay == noMoreSequences;
    return !isUsedUp_;
}

Duration RetrySchedule::wait(const api::ServerSettings& settings) const
{
    if (attempts_ == 0) // a sequence has just ended
        return std::max<seconds>(settings.sequenceDelay, shortestWait);
    auto wait = std::clamp<seconds>(settings.retryTimer, shortestWait, longestWait);
    for (std::uint32_t i = 1; i < attempts_ && wait < longestWait; ++i)
        wait *= 2;
    return std::min(wait, longestWait);
}

Duration RetrySchedule::pause(const api::ServerSettings& settings) const
{
    return std::clamp<seconds>(settings.sequenceDelay, shortestPause, longestPause);
}

} // namespace causeway::lwm2m
