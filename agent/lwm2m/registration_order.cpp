// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/registration_order.hpp"

#include <algorithm>
#include <tuple>

namespace causeway::lwm2m {

namespace {

void startAfter(Account& account, base::Duration delay)
{
    const auto& server = account.server();
    const auto initial = server.wasRegistered ? base::Duration::zero()
                                              : base::Duration(server.settings.initialDelay);
    account.registration().start(delay + initial);
}

auto placeOf(Account* account)
{
    const auto& server = account->server();
    return std::tuple(server.settings.registrationOrder, server.instance);
}

} // namespace

void RegistrationOrder::start(const Accounts& accounts, base::Duration delay)
{
    for (const auto& account : accounts) {
        // One that has disabled the client has had its turn: nobody waits for it.
        if (!account->server().settings.registrationOrder || account->registration().isDisabled()) {
            startAfter(*account, delay);
            continue;
        }
        waiting_.push_back(account.get());
        account->registration().queue();
    }
    std::ranges::sort(waiting_, {}, &placeOf);
    if (!waiting_.empty())
        startAfter(*waiting_.front(), delay);
}

void RegistrationOrder::onRegistered(model::Id serverInstance)
{
    if (const auto found = find(serverInstance); found != waiting_.end())
        goOn(found);
}

void RegistrationOrder::onGaveUp(model::Id serverInstance)
{
    const auto found = find(serverInstance);
    if (found != waiting_.end() && !(*found)->server().settings.blocksOnFailure)
        goOn(found);
}

RegistrationOrder::Waiting::iterator RegistrationOrder::find(model::Id serverInstance)
{
    return std::ranges::find(
        waiting_, serverInstance, [](Account* account) { return account->server().instance; });
}

/// One that the operator asked for may be done before its turn.
void RegistrationOrder::goOn(Waiting::iterator done)
{
    const bool wasFirst = done == waiting_.begin();
    waiting_.erase(done);
    if (wasFirst && !waiting_.empty())
        startAfter(*waiting_.front(), base::Duration::zero());
}

} // namespace causeway::lwm2m
