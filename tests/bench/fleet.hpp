// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace causeway::bench {

/// Many LwM2M Clients in this process, of whatever make.
class Fleet
{
public:
    virtual ~Fleet() = default;

    /// Connects and registers the next one at the server on this port of 127.0.0.1.
    virtual void add(std::uint16_t port) = 0;
    [[nodiscard]] virtual std::size_t registered() const = 0;

    /// One non-confirmable notification of this one's observed Resource, with a new value.
    virtual void notify(std::size_t index) = 0;

    /// Has this one send something that its server has to acknowledge, an Update, where it can.
    virtual void update(std::size_t index) = 0;

    /// Calls back whenever the descriptor is readable.
    virtual void watch(int fd, std::function<void()> onReadable) = 0;

    /// How many are in which state, in words: for a run that does not come to its end.
    [[nodiscard]] virtual std::string whereabouts() const = 0;

    /// Waits this long at most, and does what is due.
    virtual void runOnce(std::chrono::milliseconds longest) = 0;
};

} // namespace causeway::bench
