// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/notifier.hpp"

#include <algorithm>
#include <utility>

#include "agent/coap/fingerprint.hpp"

namespace causeway::coap {

namespace {

using api::Delivery;

Delivery toDelivery(Ending ending)
{
    switch (ending) {
    case Ending::Acknowledged:
        return Delivery::Acknowledged;
    case Ending::Reset:
        return Delivery::Reset;
    case Ending::TimedOut:
    case Ending::Abandoned:
        break;
    }
    return Delivery::TimedOut;
}

} // namespace

Notifier::Notifier(Link& link, Outbox& outbox, BlockSource& source)
    : link_(link)
    , outbox_(outbox)
    , source_(source)
{}

void Notifier::notify(const api::Token& token,
                      api::Response response,
                      bool isConfirmable,
                      api::Session::DeliveryDone done)
{
    if (isConfirmable && outbox_.isFull()) {
        tell(std::move(done), Delivery::TimedOut);
        return;
    }
    const Observed observed = find(token);
    const std::uint16_t messageId = link_.nextMessageId();
    const Header header{link_.typeOf(isConfirmable),
                        static_cast<std::uint8_t>(response.code),
                        messageId,
                        token,
                        link_.largest};
    std::optional<Block> wish;
    if (observed.exponent)
        wish = Block{0, false, *observed.exponent};
    const MessageWriter message =
        source_.write(header, {}, observed.key, std::move(response), wish);
    if (isConfirmable) {
        sendConfirmable(message, {messageId, token}, std::move(done));
        return;
    }
    note(messageId, token);
    link_.carrier.sendDatagram(message.datagram());
}

void Notifier::sendConfirmable(const MessageWriter& message,
                               const Told& told,
                               api::Session::DeliveryDone done)
{
    outbox_.submitProven(told.messageId,
                         message.datagram(),
                         [this, token = told.token, done = std::move(done)](Ending ending) mutable {
                             const auto alive = link_.alive;
                             if (ending == Ending::Reset)
                                 forget(token);
                             if (done)
                                 done(toDelivery(ending));
                             if (ending == Ending::TimedOut && !alive.expired())
                                 link_.carrier.onPeerLost(
                                     {base::ErrorKind::Timeout,
                                      "the server has not acknowledged a notification sent "
                                      "five times",
                                      base::Retry::AfterReconnect});
                         });
}

void Notifier::tell(api::Session::DeliveryDone done, Delivery delivery)
{
    if (!done)
        return;
    link_.deferred.run(
        guard(link_.alive, [done = std::move(done), delivery]() mutable { done(delivery); }));
}

void Notifier::remember(const api::Token& token,
                        const BodyKey& key,
                        const std::optional<Block>& wish)
{
    forget(token);
    if (observed_.size() == mostObserved)
        observed_.erase(observed_.begin());
    observed_.push_back({key, token, wish ? std::optional(wish->exponent) : std::nullopt});
}

void Notifier::forget(const api::Token& token)
{
    std::erase_if(observed_, [&](const Observed& observed) { return observed.token == token; });
}

Notifier::Observed Notifier::find(const api::Token& token) const
{
    const auto found = std::find_if(observed_.begin(), observed_.end(), [&](const auto& observed) {
        return observed.token == token;
    });
    if (found != observed_.end())
        return *found;
    return {{fingerprint({token.octets.data(), token.size})}, token, std::nullopt};
}

void Notifier::note(std::uint16_t messageId, const api::Token& token)
{
    if (told_.size() < mostResettable)
        told_.push_back({messageId, token});
    else
        told_[nextTold_++ % mostResettable] = {messageId, token};
}

std::optional<api::Token> Notifier::findReset(std::uint16_t messageId) const
{
    const auto found = std::find_if(
        told_.begin(), told_.end(), [&](const Told& told) { return told.messageId == messageId; });
    if (found == told_.end())
        return std::nullopt;
    return found->token;
}

} // namespace causeway::coap
