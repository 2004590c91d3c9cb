// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/rhythm.hpp"

#include <algorithm>
#include <chrono>

namespace causeway::bridges::ble {

using namespace std::chrono_literals;

namespace {

/// A device's first moments are not its rhythm: many advertise faster after they are switched on.
constexpr std::size_t enoughGaps = 8;
/// Radio loses frames: several in a row now and then.
constexpr int lostInARow = 4;
constexpr base::Duration shortest = 20s;
/// The slowest sensors that advertise at all do so every few minutes.
constexpr base::Duration longest = 30min;
constexpr base::Duration unknown = 15min;

} // namespace

void Rhythm::hear(base::TimePoint now)
{
    if (last_) {
        gaps_.at(count_ % gaps_.size()) = now - *last_;
        ++count_;
    }
    last_ = now;
}

std::optional<base::Duration> Rhythm::interval() const
{
    if (count_ < enoughGaps)
        return std::nullopt;
    return *std::max_element(
        gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, gaps_.size())));
}

base::Duration Rhythm::patience() const
{
    const auto learnt = interval();
    return learnt ? std::clamp(*learnt * lostInARow, shortest, longest) : unknown;
}

} // namespace causeway::bridges::ble
