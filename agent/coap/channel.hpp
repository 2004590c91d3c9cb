// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/transport.hpp"

namespace causeway::coap {

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
};

} // namespace causeway::coap
