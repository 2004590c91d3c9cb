// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "agent/base/bytes.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::bridges::ble {

/// By which bluetoothd tells the values of one characteristic (AcquireNotify): each datagram is a
/// ValueNotification. bluetoothd drops what does not fit into it, so nothing grows when a device
/// tells without end; and each round of the loop takes one, so nobody else waits. Closed when this
/// goes, which ends the notifications. Lives on its loop's thread.
class NotificationSocket
{
public:
    struct Listener
    {
        // This may go during either.
        std::function<void(base::ByteView)> take;
        std::function<void()> onEnded; ///< once: bluetoothd has closed it
    };

    NotificationSocket(base::EventLoop& loop, base::UniqueFd socket, Listener listener);

private:
    void onReady(std::uint32_t events);
    void end();

    base::UniqueFd socket_;
    Listener listener_;
    base::Watch watch_;
};

} // namespace causeway::bridges::ble
