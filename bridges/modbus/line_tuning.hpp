// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace causeway::bridges::modbus {

/// What a Line does with time that no operator sets; tests set it shorter.
struct LineTuning
{
    /// Timeouts and wrong answers in a row before a unit is only probed. Three: one may be noise,
    /// two bad luck.
    std::uint16_t breakerThreshold = 3;
    /// A probe costs its line one response timeout: 500 ms in 15 s is below 5 %.
    std::chrono::milliseconds firstProbe{15000};
    std::chrono::milliseconds longestProbe{120000};
    /// Pauses between attempts to open a port or a connection.
    std::chrono::milliseconds firstReopen{500};
    std::chrono::milliseconds longestReopen{30000};
    /// Counters reach the main thread at most this often.
    std::chrono::milliseconds reportPeriod{1000};
    /// How long a Read or Write of somebody who waits may wait for its turn.
    std::chrono::milliseconds longestQueueing{10000};
    /// A late answer may come this many response timeouts after it was given up.
    std::uint16_t lateness = 6;
    /// Before a unit that was busy is asked again; doubles. A cell of its memory takes some
    /// milliseconds, a command of a controller some seconds.
    std::chrono::milliseconds busyPause{100};
    /// All pauses together 3.1 s: who waits for the answer has not given up by then.
    std::uint16_t busyRepeats = 5;
};

} // namespace causeway::bridges::modbus
