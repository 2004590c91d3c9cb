// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/lifetime.hpp"
#include "agent/coap/block_source.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/link.hpp"
#include "agent/coap/message.hpp"
#include "agent/coap/notifier.hpp"
#include "agent/coap/outbox.hpp"
#include "agent/coap/requester.hpp"
#include "agent/coap/responder.hpp"

namespace causeway::coap {

/// CoAP with one peer (RFC 7252 §4, §5, RFC 7641, RFC 7959; §4 only where the carrier needs it),
/// whatever carries the datagrams: sorts what comes by type and code and hands it to the part whose
/// business it is.
class Exchange
{
public:
    /// All three outlive it. Any call out of here may destroy it.
    Exchange(base::Scheduler& scheduler, Deferred& deferred, Carrier& carrier);

    /// From here on the carrier is reliable, and its peer takes messages of so many octets.
    void relyOnCarrier(std::size_t largest);
    void receive(base::ByteView datagram);

    /// As ChannelListener has them.
    void onHeard() { outbox_.onHeard(); }

    [[nodiscard]] UnderWay underWay() const { return responder_.underWay(); }

    void request(api::Request request, api::Session::ResponseDone done);
    void notify(const api::Token& token,
                api::Response response,
                bool isConfirmable,
                api::Session::DeliveryDone done);

    /// The peer is gone: fails every request with `reason`, in the order asked, then the
    /// notifications with TimedOut, and sends nothing any more for what was waiting.
    void abandon(const base::Error& reason);

private:
    void receiveEmpty(const Header& header);
    void reject(const Header& header);

    Link link_;
    Outbox outbox_;
    BlockSource source_;
    Notifier notifier_;
    Responder responder_;
    Requester requester_;
    base::Lifetime lifetime_;
};

} // namespace causeway::coap
