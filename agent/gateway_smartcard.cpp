// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "agent/admission.hpp"
#include "agent/base/log.hpp"
#include "agent/gateway.hpp"
#include "agent/lwm2m/bootstrap/card_file.hpp"

// What a smartcard changes: the accounts of the one device that it is for.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

void Gateway::takeCard(const std::string& device,
                       const base::Secret& file,
                       std::string mark,
                       Done done)
{
    const auto found = find(device);
    if (!found)
        return answer(std::move(done), found.error());
    auto delivery =
        lwm2m::deliveryOfCard(file.view(), services_.definitions, {device, (*found)->accounts()});
    if (!delivery)
        return answer(std::move(done), delivery.error());
    for (const auto object : delivery->skipped)
        log::notice("{DEVICE}: Object {OBJECT} on the smartcard is left out: only 0, 1 and 2 are "
                    "taken from cards",
                    "DEVICE",
                    device,
                    "OBJECT",
                    object);
    if (auto admitted = admitDelivery(delivery->result, rules_.allowsNoSec); !admitted)
        return answer(std::move(done), admitted.error());
    delivery->result.state.insert_or_assign(api::cardMarkKey, std::move(mark));
    provision(device, std::move(delivery->result), std::move(done));
}

void Gateway::dropCard(const std::string& device, Done done)
{
    const auto found = find(device);
    if (!found)
        return answer(std::move(done), found.error());
    auto nothing = lwm2m::removalOfCard((*found)->accounts());
    nothing.state.insert_or_assign(api::cardMarkKey, std::string());
    provision(device, std::move(nothing), std::move(done));
}

void Gateway::provision(const std::string& device, api::BootstrapResult result, Done done)
{
    devices_.at(device)->addOutdated(result);
    std::vector<api::DeviceAccount> accounts;
    for (const auto& delivered : result.accounts)
        accounts.push_back(delivered.account);
    const auto state = result.state;
    changes_.add(
        [this, device]() -> Expected<void> { return find(device).map([](const auto*) {}); },
        [this, device, result = std::move(result)](api::Inventory::Done kept) mutable {
            services_.bootstraps.keepBootstrap(device, std::move(result), std::move(kept));
        },
        [this, device, state, accounts = std::move(accounts)](base::Task finished) mutable {
            if (accounts.empty())
                bootstrapped_.erase(device);
            else
                bootstrapped_.insert_or_assign(device, std::move(accounts));
            auto& now = *devices_.at(device);
            now.keepAccounts(accountsOf(now.settings()), state);
            now.beginAnew();
            services_.credentialChanged();
            tell([&](auto& listener) { listener.onDeviceChanged(device); });
            finished();
        },
        std::move(done));
}

std::string Gateway::cardMark(const std::string& device) const
{
    const auto found = find(device);
    if (!found || !bootstrapped_.contains(device))
        return {};
    const auto& state = (*found)->state();
    const auto mark = state.find(api::cardMarkKey);
    return mark == state.end() ? std::string() : mark->second;
}

std::string Gateway::refusedCard(const std::string& device) const
{
    const auto found = find(device);
    if (!found)
        return {};
    const auto& state = (*found)->state();
    const auto refused = state.find(api::refusedCardKey);
    return refused == state.end() ? std::string() : refused->second;
}

// The store first: who asks refusedCard() hears what is on disk.
void Gateway::keepRefusedCard(const std::string& device, const std::string& card, Done done)
{
    if (auto found = find(device); !found)
        return answer(std::move(done), found.error());
    const api::ClientState change{{api::refusedCardKey, card}};
    services_.inventory.keepClientState(
        device,
        change,
        lifetime_.guard(
            [this, device, change, done = std::move(done)](const Expected<void>& kept) mutable {
                if (const auto now = devices_.find(device); kept && now != devices_.end())
                    now->second->keepAccounts(now->second->accounts(), change);
                done(kept);
            }));
}

void Gateway::endCardWait()
{
    if (!std::exchange(awaitsCard_, false))
        return;
    if (const auto device = find(rules_.cardDevice))
        (*device)->start(base::Duration::zero());
}

void Gateway::onSmartcardChanged()
{
    tell([](auto& listener) { listener.onGatewayChanged(); });
}

} // namespace causeway::agent
