// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "agent/base/scheduler.hpp"

namespace causeway::web {

/// Lets so many downloads go on at a time: ten thousand devices that are told of one package would
/// otherwise have as many connections, and none would be done. First come, first served. On the
/// loop's thread; outlives its places.
class Places
{
public:
    /// What a gateway's line and disk carry, and what 64 KiB of each cost (see HttpFetch).
    static constexpr std::size_t mostAtOnce = 32;

    Places(base::Scheduler& scheduler, std::size_t size)
        : free_(size)
        , timer_(scheduler, [this] { beginNext(); })
    {}

    /// A place, or one in the line; given back when it goes.
    class Place
    {
    public:
        /// `begin` runs once, when it has the place, never from inside the call.
        Place(Places& places, base::Task begin)
            : places_(places)
            , self_(places.waiting_.emplace(places.waiting_.end(), this))
            , begin_(std::move(begin))
        {
            places_.timer_.start(base::Duration::zero());
        }

        ~Place()
        {
            if (isTaken_)
                ++places_.free_;
            else
                places_.waiting_.erase(self_);
            places_.timer_.start(base::Duration::zero());
        }

        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        [[nodiscard]] bool isTaken() const { return isTaken_; }

    private:
        friend class Places;

        Places& places_;
        std::list<Place*>::iterator self_;
        base::Task begin_;
        bool isTaken_ = false;
    };

    [[nodiscard]] bool hasWaiting() const { return !waiting_.empty(); }

private:
    // One in each round: what begins may make and destroy others.
    void beginNext()
    {
        if (free_ == 0 || waiting_.empty())
            return;
        --free_;
        Place& next = *waiting_.front();
        waiting_.pop_front();
        next.isTaken_ = true;
        timer_.start(base::Duration::zero());
        base::Task begin = std::move(next.begin_);
        begin();
    }

    std::size_t free_;
    std::list<Place*> waiting_;
    base::Timer timer_;
};

} // namespace causeway::web
