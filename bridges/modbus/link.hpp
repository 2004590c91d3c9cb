// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/settings.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::bridges::modbus {

/// What a Link tells its Line; never from inside open() or send().
class LinkListener
{
public:
    virtual ~LinkListener() = default;

    virtual void onUp() = 0;
    /// The link is gone, or could not be opened; it goes on trying by itself.
    virtual void onDown(const base::Error& reason) = 0;
    virtual void onOctets(base::ByteView octets) = 0;
};

/// A serial port or a TCP connection as a pipe of octets. Once opened it comes back by itself, with
/// growing pauses between attempts. Lives on the field thread.
class Link
{
public:
    virtual ~Link() = default;

    /// The listener outlives the link.
    virtual void open(LinkListener& listener) = 0;

    /// Only while up. A failure arrives at onDown().
    virtual void send(base::ByteView octets) = 0;

    /// Closes, tells the listener at once, and opens again.
    virtual void reopen(const base::Error& reason) = 0;

    /// Whether it may be closed for a while: a serial port is ours, a connection others may want.
    [[nodiscard]] virtual bool canSleep() const { return false; }

    /// Closes without a word to the listener; open() opens it again.
    virtual void sleep() = 0;

    /// How long so many octets take on the wire; zero where that does not matter.
    [[nodiscard]] virtual base::Duration wireTime(std::size_t octets) const = 0;

    /// The silence that must precede a frame.
    [[nodiscard]] virtual base::Duration silence() const = 0;

    /// The same before a frame to a unit that speaks so: that of the slower of the two, of it and
    /// of who was spoken to last. A unit that heard another's speed needs its own silence to forget
    /// it.
    [[nodiscard]] virtual base::Duration silenceBefore(const api::SerialMode&) const
    {
        return silence();
    }

    /// How the unit speaks that the next frame is for, where a link can speak in more than one way.
    /// When it cannot speak so, it speaks as before, and the frame must not be sent.
    [[nodiscard]] virtual base::Expected<void> speak(const api::SerialMode&) { return {}; }
};

} // namespace causeway::bridges::modbus
