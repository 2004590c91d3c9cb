// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "agent/admission.hpp"
#include "agent/certificates/certificate_enrolment.hpp"
#include "agent/gateway.hpp"

// What a device's Bootstrap-Server changes: that device's accounts, and nothing else.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

void Gateway::onDeviceDelivery(const std::string& device,
                               const DeviceListener::Asker& asker,
                               api::BootstrapResult result,
                               DeviceListener::Kept kept)
{
    const auto asked = find(device);
    if (!asked)
        return answer(std::move(kept), asked.error());
    if (auto admitted = admitDelivery(result, rules_.allowsNoSec); !admitted)
        return answer(std::move(kept), admitted.error());
    std::vector<api::DeviceAccount> accounts;
    for (const auto& delivered : result.accounts)
        accounts.push_back(delivered.account);
    if (accounts.empty()) // a factory reset
        result.state.insert_or_assign(api::cardMarkKey, std::string());
    const auto state = result.state;
    // An operator's change may stand before it in the queue: the operator speaks last.
    changes_.add(
        [this, device, asker, servers = (*asked)->settings().servers]() -> Expected<void> {
            const auto now = find(device);
            if (now && (*now)->settings().servers == servers && !asker.expired())
                return {};
            return fail(ErrorKind::Cancelled, "the operator has changed the device meanwhile");
        },
        [this, device, result = std::move(result)](api::Inventory::Done done) mutable {
            services_.bootstraps.keepBootstrap(device, std::move(result), std::move(done));
        },
        [this, device, asker, state, accounts = std::move(accounts)](base::Task finished) mutable {
            if (accounts.empty())
                bootstrapped_.erase(device);
            else
                bootstrapped_.insert_or_assign(device, std::move(accounts));
            auto& now = *devices_.at(device);
            now.keepAccounts(accountsOf(now.settings()), state);
            if (asker.expired()) // a reboot while it was committed: nobody else starts it with them
                now.setAccounts(now.accounts());
            services_.credentialChanged();
            tell([&](auto& listener) { listener.onDeviceChanged(device); });
            finished();
        },
        std::move(kept));
}

std::vector<EnrolledAccount> Gateway::enrolledAccounts() const
{
    std::vector<EnrolledAccount> all;
    for (const auto& [name, device] : devices_) {
        if (!device->settings().isEnabled)
            continue;
        std::optional<api::ServerSettings> bootstrap;
        std::vector<api::CredentialId> enrolled;
        for (const auto& account : device->accounts()) {
            if (account.settings.isBootstrap)
                bootstrap = account.settings;
            else if (account.settings.securityMode == api::SecurityMode::Enrolment)
                enrolled.push_back({name, account.settings.name});
        }
        for (auto& id : enrolled)
            all.push_back({std::move(id), bootstrap});
    }
    return all;
}

} // namespace causeway::agent
