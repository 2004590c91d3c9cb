// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/inventory.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/serial_queue.hpp"

namespace causeway::agent {

/// What an operator changes: checked, committed to the store, applied, in this order and one change
/// after the other. A change that is refused or cannot be committed changes nothing.
class ChangeQueue
{
public:
    using Check = base::UniqueFunction<base::Expected<void>()>;
    using Commit = base::UniqueFunction<void(api::Inventory::Done)>;
    /// Applies what was committed; `finished` lets the next change begin.
    using Apply = base::UniqueFunction<void(base::Task finished)>;

    explicit ChangeQueue(base::Scheduler& scheduler);

    /// `done` hears the first failure or the success, never from inside this.
    void add(Check check, Commit commit, Apply apply, api::Inventory::Done done);

private:
    struct Change
    {
        Check check;
        Commit commit;
        Apply apply;
        api::Inventory::Done done;
    };

    void carryOut(Change change, base::Task finished);

    base::Scheduler& scheduler_;
    SerialQueue queue_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
