// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/account.hpp"

namespace causeway::lwm2m {

/// What a round belongs to; it is forgotten when that goes.
struct SendRound
{
    base::Scheduler& scheduler;
    const base::Lifetime& lifetime;
};

/// The same values to each of these servers. `done` comes once, later, when every one has answered,
/// with the first error if there was one; NotFound when there is none.
void sendToAll(const std::vector<Account*>& receivers,
               const std::vector<model::Path>& paths,
               const SendRound& round,
               Account::SendDone done);

} // namespace causeway::lwm2m
