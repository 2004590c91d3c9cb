// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/exchange.hpp"

#include <utility>

#include "agent/coap/entropy.hpp"

namespace causeway::coap {

Exchange::Exchange(base::Scheduler& scheduler, Deferred& deferred, Carrier& carrier)
    : link_{scheduler,
            deferred,
            carrier,
            static_cast<std::uint16_t>(unpredictableNumber()),
            {},
            false,
            largestMessage}
    , outbox_(link_)
    , source_(scheduler)
    , notifier_(link_, outbox_, source_)
    , responder_(link_, outbox_, source_, notifier_)
    , requester_(link_, outbox_)
{
    link_.alive = lifetime_.token();
}

void Exchange::relyOnCarrier(std::size_t largest)
{
    link_.isReliable = true;
    link_.largest = largest;
}

void Exchange::receive(base::ByteView datagram)
{
    auto header = decodeHeader(datagram);
    if (!header)
        return;
    if (link_.isReliable)
        header->type = MessageType::Reliable;
    auto message = decodeMessage(datagram, *header);
    if (!message) {
        reject(*header);
        return;
    }
    // RFC 7252 table 1 and §4.2, §4.3: which codes may come in which type.
    const bool isReply =
        header->type == MessageType::Acknowledgement || header->type == MessageType::Reset;
    switch (codeClass(header->code)) {
    case 0:
        if (header->code == emptyCode)
            receiveEmpty(*header);
        else if (!isReply)
            responder_.receive(*message);
        break;
    case 2:
    case 4:
    case 5:
        if (header->type != MessageType::Reset)
            requester_.receive(*message);
        break;
    default: // reserved
        reject(*header);
    }
}

void Exchange::receiveEmpty(const Header& header)
{
    switch (header.type) {
    case MessageType::Confirmable: // a ping
        reject(header);
        break;
    case MessageType::Acknowledgement:
        outbox_.end(header.messageId, Ending::Acknowledged);
        break;
    case MessageType::Reset:
        if (const auto token = notifier_.findReset(header.messageId)) {
            notifier_.forget(*token);
            link_.carrier.onReset(*token);
        } else {
            outbox_.end(header.messageId, Ending::Reset);
        }
        break;
    case MessageType::NonConfirmable:
    case MessageType::Reliable: // RFC 8323 §3.4: says only that the peer is there
        break;
    }
}

// RFC 7252 §4.2: a confirmable message that cannot be processed is reset, any other is ignored.
void Exchange::reject(const Header& header)
{
    if (header.type == MessageType::Confirmable)
        link_.carrier.sendDatagram(writeEmpty(MessageType::Reset, header.messageId).datagram());
}

void Exchange::request(api::Request request, api::Session::ResponseDone done)
{
    requester_.request(std::move(request), std::move(done));
}

void Exchange::notify(const api::Token& token,
                      api::Response response,
                      bool isConfirmable,
                      api::Session::DeliveryDone done)
{
    notifier_.notify(token, std::move(response), isConfirmable, std::move(done));
}

void Exchange::abandon(const base::Error& reason)
{
    const auto alive = link_.alive;
    auto requests = requester_.abandon();
    auto messages = outbox_.abandon();
    for (auto& done : requests) {
        if (alive.expired())
            return;
        done(base::fail(reason));
    }
    for (auto& done : messages) {
        if (alive.expired())
            return;
        done(Ending::Abandoned);
    }
}

} // namespace causeway::coap
