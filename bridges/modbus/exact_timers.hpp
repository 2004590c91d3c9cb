// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/prctl.h>

namespace causeway::bridges::modbus {

/// For the thread that runs the Lines, called there. Linux lets a thread's timers come late, 50 us
/// by default, to wake the processor less often; before each frame that is time the wire stands
/// idle. Measured: 96 % of what 19200 baud can carry with it, 99 % without.
inline void askForExactTimers()
{
    constexpr unsigned long nanosecond = 1;
    ::prctl(PR_SET_TIMERSLACK, nanosecond); // it cannot fail, and 50 us more would be no failure
}

} // namespace causeway::bridges::modbus
