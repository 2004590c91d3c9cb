// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/rhythm.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace causeway::bridges::ble {

using namespace std::chrono_literals;

namespace {

/// A device's first moments are not its rhythm: many advertise faster after they are switched on.
constexpr std::size_t enoughGaps = 8;
/// Radio loses frames: several in a row now and then.
constexpr int lostInARow = 4;
/// Who sleeps most of the time says what it has to say a dozen times when it is awake.
constexpr base::Duration burst = 2s;
constexpr base::Duration shortest = 20s;
/// Four frames of those that speak every hour, and some more.
constexpr base::Duration longest = 6h;
constexpr base::Duration unknown = 15min;
/// A pause that is so many times the longest known may be the device's own, or somebody carried it
/// away: that is known when there is another one that is about as long.
constexpr int unheardOf = 16;

} // namespace

void Rhythm::hear(base::TimePoint now)
{
    if (last_ && now - *last_ < burst)
        return;
    if (last_)
        learn(now - *last_, now);
    last_ = now;
}

void Rhythm::learn(base::Duration gap, base::TimePoint now)
{
    if (count_ >= enoughGaps && gap > patience() && gap > unheardOf * longestGap())
        return suspect(gap, now);
    if (gap >= pause_ / 2)
        pausedAt_ = now;
    else if (now - pausedAt_ > lostInARow * pause_)
        pause_ = {};
    gaps_.at(count_ % gaps_.size()) = gap;
    ++count_;
}

void Rhythm::suspect(base::Duration gap, base::TimePoint now)
{
    if (gap > longest)
        return;
    const auto before = std::exchange(suspected_, gap);
    if (gap > 2 * before || before > 2 * gap)
        return;
    pause_ = std::max(gap, before);
    pausedAt_ = now;
}

base::Duration Rhythm::longestGap() const
{
    return *std::ranges::max_element(gaps_);
}

std::optional<base::Duration> Rhythm::interval() const
{
    if (count_ < enoughGaps)
        return std::nullopt;
    return std::max(longestGap(), pause_);
}

base::Duration Rhythm::patience() const
{
    const auto least = count_ < enoughGaps ? unknown : shortest;
    return std::clamp(std::max(longestGap(), pause_) * lostInARow, least, longest);
}

} // namespace causeway::bridges::ble
