// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/registration_order.hpp"

#include <algorithm>
#include <tuple>

namespace causeway::lwm2m {

namespace {

void startAfter(Account& account, base::Duration delay)
{
    const auto& server = account.server();
    const auto initial =
        server.wasRegistered ? base::Duration::zero() : base::Duration(server.place.initialDelay);
    account.registration().start(delay + initial);
}

auto placeOf(Account* account)
{
    const auto& server = account->server();
    return std::tuple(server.place.order, server.instance);
}

} // namespace

void RegistrationOrder::start(const Accounts& accounts, base::Duration delay)
{
    for (const auto& account : accounts) {
        if (account->server().place.order)
            waiting_.push_back(account.get());
        else
            startAfter(*account, delay);
    }
    std::ranges::sort(waiting_, {}, &placeOf);
    if (!waiting_.empty())
        startAfter(*waiting_.front(), delay);
}

void RegistrationOrder::onRegistered(model::Id serverInstance)
{
    goOn(serverInstance);
}

void RegistrationOrder::onGaveUp(model::Id serverInstance)
{
    const bool isBlocked = !waiting_.empty() && waiting_.front()->server().place.blocksOnFailure;
    if (!isBlocked)
        goOn(serverInstance);
}

void RegistrationOrder::goOn(model::Id done)
{
    if (waiting_.empty() || waiting_.front()->server().instance != done)
        return;
    waiting_.erase(waiting_.begin());
    if (!waiting_.empty())
        startAfter(*waiting_.front(), base::Duration::zero());
}

} // namespace causeway::lwm2m
