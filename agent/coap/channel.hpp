// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/api/transport.hpp"

namespace causeway::coap {

/// Requests of the peer's that are not answered yet, by numbers that only grow.
struct UnderWay
{
    std::uint64_t oldest = 0; ///< 0: none
    std::uint64_t newest = 0;
    bool isFull = false; ///< another one would be refused
};

/// Hears what happens on a Channel. Every call may destroy the channel; none comes from inside one.
class ChannelListener
{
public:
    virtual ~ChannelListener() = default;

    /// `resumable` is what a later session may resume from, in GnuTLS's format; often empty.
    virtual void onChannelReady(const api::ChannelFacts& facts, base::Secret resumable) = 0;
    virtual void onDatagram(base::ByteView datagram) = 0;

    /// What carries the messages is reliable, and the peer takes so many octets in one of them:
    /// before onChannelReady(), and again when that changes.
    virtual void onReliableCarrier(std::size_t largest) { static_cast<void>(largest); }

    /// All that was sent before the newest Channel::askWhetherHeard() has reached the peer.
    virtual void onHeard() {}

    /// What a channel that is reliable goes by before it hands on more.
    [[nodiscard]] virtual UnderWay underWay() const { return {}; }

    /// A fatal alert of the peer's; onChannelLost() follows. It destroys nothing.
    virtual void onAlert(std::uint8_t alert) { static_cast<void>(alert); }

    /// Once, and nothing after it.
    virtual void onChannelLost(const base::Error& reason) = 0;
};

/// Datagrams to and from one peer on one connected socket, in DTLS or plain; or a stream of octets,
/// in TLS or plain; or the messages in such a stream.
class Channel
{
public:
    virtual ~Channel() = default;

    /// What the network does not take is lost, as datagrams are; of a stream nothing is.
    virtual void send(base::ByteView datagram) = 0;
    /// Says good-bye where the protocol has a word for it.
    virtual void close() = 0;

    /// Of a stream: no more of it is taken from the network, until further notice.
    virtual void stopReading() {}

    virtual void readOn() {}

    /// As api::Session has it.
    [[nodiscard]] virtual std::uint32_t discardedRecords() const { return 0; }

    /// Of messages in a stream: onHeard() follows, or the channel is lost.
    virtual void askWhetherHeard() {}

    /// The listener has answered a request: what its underWay() said has changed.
    virtual void onAnswered() {}
};

} // namespace causeway::coap
