// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/outbox.hpp"

#include <algorithm>
#include <utility>

#include "agent/coap/entropy.hpp"
#include "agent/coap/timing.hpp"

namespace causeway::coap {

namespace {

// RFC 7252 §4.2: a random duration between ACK_TIMEOUT and ACK_TIMEOUT * ACK_RANDOM_FACTOR.
base::Duration firstTimeout()
{
    constexpr auto span =
        static_cast<std::uint64_t>(static_cast<double>(ackTimeout.count()) * (ackRandomFactor - 1));
    return ackTimeout + base::Duration(unpredictableNumber() % span);
}

} // namespace

struct Outbox::Entry
{
    Entry(Outbox& owner, std::uint16_t id, base::ByteView octets, bool takesTurn, Done whenDone)
        : messageId(id)
        , waitsItsTurn(takesTurn)
        , datagram(octets.begin(), octets.end())
        , done(std::move(whenDone))
        , timer(owner.link_.scheduler, [this, &owner] { owner.onTimer(*this); })
    {}

    std::uint16_t messageId;
    bool waitsItsTurn;
    bool needsProof = false;
    bool isAskedFor = false;
    int retransmissions = 0;
    base::Duration timeout{};
    base::Bytes datagram;
    Done done;
    base::Timer timer;
};

Outbox::Outbox(Link& link)
    : link_(link)
{}

Outbox::~Outbox() = default;

void Outbox::submit(std::uint16_t messageId, base::ByteView datagram, Done done)
{
    if (link_.isReliable) {
        sendReliably(
            std::make_unique<Entry>(*this, messageId, base::ByteView(), true, std::move(done)),
            datagram);
        return;
    }
    waiting_.push_back(std::make_unique<Entry>(*this, messageId, datagram, true, std::move(done)));
    launchNext();
}

void Outbox::submitProven(std::uint16_t messageId, base::ByteView datagram, Done done)
{
    if (!link_.isReliable) {
        submit(messageId, datagram, std::move(done));
        return;
    }
    auto entry = std::make_unique<Entry>(*this, messageId, base::ByteView(), true, std::move(done));
    entry->needsProof = true;
    sendReliably(std::move(entry), datagram);
}

// Nothing waits its turn: NSTART is there for networks that nothing else keeps from congestion; TCP
// does (RFC 8323 §2), and what waited here would be overtaken by what does not. No octets are kept,
// since nothing is sent again.
void Outbox::sendReliably(std::unique_ptr<Entry> entry, base::ByteView datagram)
{
    if (entry->needsProof)
        askSoon();
    else // a request: its answer proves the rest
        link_.deferred.run(guard(link_.alive, [this, messageId = entry->messageId] {
            end(messageId, Ending::Acknowledged);
        }));
    flying_.push_back(std::move(entry));
    link_.carrier.sendDatagram(datagram);
}

// One question for all that is sent in this round of the loop, and the next when it is answered.
void Outbox::askSoon()
{
    if (std::exchange(isAsking_, true))
        return;
    link_.deferred.run(guard(link_.alive, [this] {
        for (auto& entry : flying_)
            entry->isAskedFor = entry->needsProof;
        link_.carrier.askWhetherHeard();
    }));
}

void Outbox::onHeard()
{
    if (!std::exchange(isAsking_, false))
        return;
    std::vector<std::uint16_t> arrived;
    for (const auto& entry : flying_)
        if (entry->isAskedFor)
            arrived.push_back(entry->messageId);
        else if (entry->needsProof)
            askSoon();
    const auto alive = link_.alive;
    for (const std::uint16_t messageId : arrived) {
        end(messageId, Ending::Acknowledged);
        if (alive.expired())
            return;
    }
}

void Outbox::submitResponse(std::uint16_t messageId, base::ByteView datagram, Done done)
{
    launch(std::make_unique<Entry>(*this, messageId, datagram, false, std::move(done)));
}

void Outbox::launchNext()
{
    const bool isBusy = std::any_of(
        flying_.begin(), flying_.end(), [](const auto& entry) { return entry->waitsItsTurn; });
    if (isBusy || waiting_.empty())
        return;
    auto next = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    launch(std::move(next));
}

void Outbox::launch(std::unique_ptr<Entry> entry)
{
    entry->timeout = firstTimeout();
    entry->timer.start(entry->timeout);
    flying_.push_back(std::move(entry));
    link_.carrier.sendDatagram(flying_.back()->datagram);
}

void Outbox::onTimer(Entry& entry)
{
    if (entry.retransmissions == maxRetransmit) {
        const auto ended = take(entry.messageId);
        ended->done(Ending::TimedOut);
        return;
    }
    ++entry.retransmissions;
    entry.timeout *= 2;
    entry.timer.start(entry.timeout);
    link_.carrier.sendDatagram(entry.datagram);
}

std::unique_ptr<Outbox::Entry> Outbox::take(std::uint16_t messageId)
{
    const auto found = std::find_if(flying_.begin(), flying_.end(), [&](const auto& entry) {
        return entry->messageId == messageId;
    });
    if (found == flying_.end())
        return nullptr;
    auto entry = std::move(*found);
    flying_.erase(found);
    return entry;
}

void Outbox::end(std::uint16_t messageId, Ending ending)
{
    const auto entry = take(messageId);
    if (!entry)
        return;
    launchNext();
    entry->done(ending);
}

void Outbox::drop(std::uint16_t messageId)
{
    if (take(messageId))
        launchNext();
}

std::vector<Outbox::Done> Outbox::abandon()
{
    std::vector<Done> abandoned;
    for (auto* entries : {&flying_, &waiting_}) {
        for (auto& entry : *entries)
            abandoned.push_back(std::move(entry->done));
        entries->clear();
    }
    return abandoned;
}

} // namespace causeway::coap
