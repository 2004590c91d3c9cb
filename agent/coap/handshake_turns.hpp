// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <string>

#include "agent/base/scheduler.hpp"
#include "agent/coap/deferred.hpp"

namespace causeway::coap {

/// Lets a server be asked for so many handshakes at a time: when a thousand devices want a session
/// at once (a list of keys has come, the key store has opened, the server is back), it gets no more
/// than it can answer before the first retransmission. Servers do not wait for each other.
/// On the loop's thread; outlives its turns.
class HandshakeTurns
{
    struct Entry;
    struct Queue;
    using Queues = std::map<std::string, Queue, std::less<>>;

public:
    /// A server that takes 20 ms for each answers them in two thirds of a second; the first
    /// retransmission is due after one (RFC 6347 §4.2.4.1).
    static constexpr std::size_t mostAtOnce = 32;
    /// Then the next may begin though this one goes on: devices that a server does not answer,
    /// because it does not know them, must not keep the others waiting.
    static constexpr base::Duration longestTurn = std::chrono::seconds(2);

    /// Given back when it goes.
    class Turn
    {
    public:
        Turn() = default;

        ~Turn() { giveBack(); }

        Turn(Turn&& other) noexcept { swap(other); }

        Turn& operator=(Turn&& other) noexcept
        {
            swap(other);
            return *this;
        }

        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        friend class HandshakeTurns;
        Turn(HandshakeTurns& owner, Queues::iterator queue, std::list<Entry>::iterator entry);
        void swap(Turn& other) noexcept;
        void giveBack();

        HandshakeTurns* owner_ = nullptr;
        Queues::iterator queue_;
        std::list<Entry>::iterator entry_;
    };

    HandshakeTurns(base::Scheduler& scheduler, Deferred& deferred)
        : scheduler_(scheduler)
        , deferred_(deferred)
    {}

    /// `begin` runs when it is this one's turn, never from inside the call, and not at all when the
    /// turn is given back while it still waits.
    [[nodiscard]] Turn take(const std::string& server, base::Task begin);

private:
    enum class Place : std::uint8_t { Waiting, Running, Overdue };

    struct Entry
    {
        base::Task begin;
        Place place = Place::Waiting;
        base::TimePoint since{}; ///< when it began
    };

    struct Queue
    {
        explicit Queue(HandshakeTurns& owner)
            : timer(owner.scheduler_, [this, &owner] { owner.onTimer(*this); })
        {}

        std::list<Entry> waiting;
        std::list<Entry> running; ///< the oldest first
        std::list<Entry> overdue; ///< begun, and no longer counted
        base::Timer timer;        ///< runs while somebody waits
    };

    void beginNext(Queue& queue);
    void onTimer(Queue& queue);
    void giveBack(Queues::iterator queue, std::list<Entry>::iterator entry);

    base::Scheduler& scheduler_;
    Deferred& deferred_;
    Queues queues_; ///< of the servers that handshakes are under way with
};

} // namespace causeway::coap
