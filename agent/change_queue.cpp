// SPDX-License-Identifier: Apache-2.0
#include "agent/change_queue.hpp"

#include <utility>

namespace causeway::agent {

using base::Expected;

ChangeQueue::ChangeQueue(base::Scheduler& scheduler)
    : scheduler_(scheduler)
{}

void ChangeQueue::add(Check check, Commit commit, Apply apply, api::Inventory::Done done)
{
    Change change{std::move(check), std::move(commit), std::move(apply), std::move(done)};
    auto job = [this, change = std::move(change)](base::Task finished) mutable {
        carryOut(std::move(change), std::move(finished));
    };
    // Later, so that no answer comes from inside the call.
    scheduler_.post(
        lifetime_.guard([this, job = std::move(job)]() mutable { queue_.run(std::move(job)); }));
}

void ChangeQueue::carryOut(Change change, base::Task finished)
{
    if (auto checked = change.check(); !checked) {
        change.done(std::move(checked));
        return finished();
    }
    change.commit(lifetime_.guard([apply = std::move(change.apply),
                                   done = std::move(change.done),
                                   finished = std::move(finished)](Expected<void> kept) mutable {
        if (!kept) {
            done(std::move(kept));
            return finished();
        }
        apply([done = std::move(done), finished = std::move(finished)]() mutable {
            done({});
            finished();
        });
    }));
}

} // namespace causeway::agent
