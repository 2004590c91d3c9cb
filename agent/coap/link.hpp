// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/coap/deferred.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// What carries the datagrams of one Exchange and hears what comes out of it. Every call may be
/// the last: it may destroy the Exchange.
class Carrier
{
public:
    virtual ~Carrier() = default;

    /// As datagrams go: it may get lost, and that is no error.
    virtual void sendDatagram(base::ByteView datagram) = 0;
    virtual void onRequest(api::Request request, api::Respond respond) = 0;

    /// As api::SessionListener has it, and the next one, too.
    [[nodiscard]] virtual bool takesRequests() const { return true; }

    [[nodiscard]] virtual bool takesPieces(const api::Request& head) const
    {
        static_cast<void>(head);
        return false;
    }

    /// By a reliable carrier only: asks the peer to say that all that was sent has reached it, and
    /// an answer has gone, so that another request may be taken.
    virtual void askWhetherHeard() {}

    virtual void onAnswered() {}

    virtual void onReset(const api::Token& token) = 0;
    /// A confirmable message was never acknowledged: nobody is there.
    virtual void onPeerLost(const base::Error& reason) = 0;
};

/// What the parts of one Exchange share.
struct Link
{
    base::Scheduler& scheduler;
    Deferred& deferred;
    Carrier& carrier;
    std::uint16_t lastMessageId;
    std::weak_ptr<const char> alive; ///< expires with the Exchange
    /// RFC 8323: the carrier sees to it that what is sent arrives, in order, once, or the session
    /// ends. Nothing is acknowledged, sent again or looked up as a repetition.
    bool isReliable = false;
    std::size_t largest = largestMessage; ///< what the peer takes in one message

    std::uint16_t nextMessageId() { return ++lastMessageId; }

    [[nodiscard]] MessageType typeOf(bool isConfirmable) const
    {
        if (isReliable)
            return MessageType::Reliable;
        return isConfirmable ? MessageType::Confirmable : MessageType::NonConfirmable;
    }
};

/// A task that does nothing once the Exchange is gone.
template <typename Function>
[[nodiscard]] auto guard(std::weak_ptr<const char> alive, Function function)
{
    return [alive = std::move(alive), function = std::move(function)]() mutable {
        if (!alive.expired())
            function();
    };
}

} // namespace causeway::coap
