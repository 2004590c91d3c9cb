// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace causeway::tests {

enum class Arrival {
    BeforeALook, ///< right before each poll(2)
    AfterALook,  ///< right after each that found nothing
};

/// Runs `arrive` around each poll(2) of this process, so that a datagram comes exactly then. One at
/// a time; the program has its own definition of poll().
class TimedDatagram
{
public:
    TimedDatagram(Arrival when, std::function<void()> arrive);
    ~TimedDatagram();
    TimedDatagram(const TimedDatagram&) = delete;
    TimedDatagram& operator=(const TimedDatagram&) = delete;
};

} // namespace causeway::tests
