// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "agent/base/scheduler.hpp"

namespace causeway::bridges::ble {

/// Learns how often a device is heard, and from that how long its silence is nothing unusual. Pure.
/// Frames that follow each other closely are one burst; what counts are the gaps between those.
class Rhythm
{
public:
    void hear(base::TimePoint now);

    /// What follows is no gap of the device's: nobody listened.
    void interrupt() { last_.reset(); }

    /// The longest of the last gaps; nothing before there were enough.
    [[nodiscard]] std::optional<base::Duration> interval() const;
    /// After so much silence the device is gone.
    [[nodiscard]] base::Duration patience() const;

private:
    void learn(base::Duration gap, base::TimePoint now);
    /// A silence after which the device counted as gone, and was not.
    void suspect(base::Duration gap, base::TimePoint now);
    [[nodiscard]] base::Duration longestGap() const;

    std::array<base::Duration, 16> gaps_{};
    std::size_t count_ = 0;
    std::optional<base::TimePoint> last_; ///< when the last burst began
    base::Duration suspected_{};
    /// One that came again: the device's own, until it stays away; zero: none.
    base::Duration pause_{};
    base::TimePoint pausedAt_{};
};

} // namespace causeway::bridges::ble
