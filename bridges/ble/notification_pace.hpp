// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

#include "agent/base/scheduler.hpp"

namespace causeway::bridges::ble {

/// Whether a characteristic tells so much by D-Bus signals that a socket is worth its risk: ten
/// values a second for five seconds. Not sooner, and never at the beginning of a connection: when
/// the peripheral refuses the notifications of a socket, or is lost while it is asked for them, a
/// bluetoothd before 5.84 answers nobody, keeps a pointer to what it has freed, and gives these
/// notifications to nobody any more (register_notify_io_cb of src/gatt-client.c). Who tells so much
/// has admitted them, and is near. Pure.
class NotificationPace
{
public:
    /// One value more; says whether they are many now, and counts anew then.
    bool count(base::TimePoint now)
    {
        if (values_++ == 0)
            since_ = now;
        if (values_ < manyValues)
            return false;
        values_ = 0;
        return now - since_ <= busyTime;
    }

    void restart() { values_ = 0; }

private:
    static constexpr std::size_t manyValues = 50;
    static constexpr base::Duration busyTime = std::chrono::seconds(5);

    std::size_t values_ = 0;
    base::TimePoint since_{};
};

} // namespace causeway::bridges::ble
