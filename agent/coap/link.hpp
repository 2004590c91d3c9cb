// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/coap/deferred.hpp"

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

    std::uint16_t nextMessageId() { return ++lastMessageId; }
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
