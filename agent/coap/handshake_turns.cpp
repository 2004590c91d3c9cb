// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/handshake_turns.hpp"

#include <utility>

namespace causeway::coap {

HandshakeTurns::Turn::Turn(HandshakeTurns& owner,
                           Queues::iterator queue,
                           std::list<Entry>::iterator entry)
    : owner_(&owner)
    , queue_(queue)
    , entry_(entry)
{}

void HandshakeTurns::Turn::swap(Turn& other) noexcept
{
    std::swap(owner_, other.owner_);
    std::swap(queue_, other.queue_);
    std::swap(entry_, other.entry_);
}

void HandshakeTurns::Turn::giveBack()
{
    if (auto* const owner = std::exchange(owner_, nullptr))
        owner->giveBack(queue_, entry_);
}

HandshakeTurns::Turn HandshakeTurns::take(const std::string& server, base::Task begin)
{
    const auto position = queues_.try_emplace(server, *this).first;
    Queue& queue = position->second;
    queue.waiting.push_back({std::move(begin)});
    const auto entry = std::prev(queue.waiting.end());
    beginNext(queue);
    return {*this, position, entry};
}

void HandshakeTurns::beginNext(Queue& queue)
{
    while (!queue.waiting.empty() && queue.running.size() < mostAtOnce) {
        queue.running.splice(queue.running.end(), queue.waiting, queue.waiting.begin());
        Entry& entry = queue.running.back();
        entry.place = Place::Running;
        entry.since = scheduler_.now();
        deferred_.run(std::move(entry.begin));
    }
    if (queue.waiting.empty())
        queue.timer.stop();
    else
        queue.timer.startAt(queue.running.front().since + longestTurn);
}

void HandshakeTurns::onTimer(Queue& queue)
{
    while (!queue.running.empty() &&
           queue.running.front().since + longestTurn <= scheduler_.now()) {
        queue.running.front().place = Place::Overdue;
        queue.overdue.splice(queue.overdue.end(), queue.running, queue.running.begin());
    }
    beginNext(queue);
}

void HandshakeTurns::giveBack(Queues::iterator position, std::list<Entry>::iterator entry)
{
    Queue& queue = position->second;
    switch (entry->place) {
    case Place::Waiting:
        queue.waiting.erase(entry);
        break;
    case Place::Running:
        queue.running.erase(entry);
        break;
    case Place::Overdue:
        queue.overdue.erase(entry);
        break;
    }
    beginNext(queue);
    if (queue.waiting.empty() && queue.running.empty() && queue.overdue.empty())
        queues_.erase(position);
}

} // namespace causeway::coap
