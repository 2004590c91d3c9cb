// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/lwm2m/account.hpp"

namespace causeway::lwm2m {

/// Which server of a client is registered with when (/1/x/13 to 15, LwM2M Core §6.2.1.2): those
/// with a place one after the other, each when the one before has the client or has failed and
/// does not block; the others by themselves. Whom the operator asks for does not wait for its turn.
/// Main thread; the accounts outlive it.
class RegistrationOrder
{
public:
    using Accounts = std::vector<std::unique_ptr<Account>>;

    /// Begins, each account after `delay` and its own initial delay unless it has had the client
    /// before.
    void start(const Accounts& accounts, base::Duration delay);

    void onRegistered(model::Id serverInstance);
    /// Its retry sequences are used up.
    void onGaveUp(model::Id serverInstance);

private:
    using Waiting = std::vector<Account*>;

    [[nodiscard]] Waiting::iterator find(model::Id serverInstance);
    void goOn(Waiting::iterator done);

    Waiting waiting_; ///< the one that is under way first, and those after it
};

} // namespace causeway::lwm2m
