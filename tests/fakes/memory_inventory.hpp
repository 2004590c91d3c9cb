// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/inventory.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// The inventory half of MemoryStore, and what is bootstrapped: callbacks are posted to the
/// scheduler.
class MemoryInventory : public api::Inventory, public api::BootstrapStore
{
public:
    using Done = api::Inventory::Done;

    explicit MemoryInventory(base::Scheduler& main)
        : main_(main)
    {}

    /// Each call answers this until it is given nothing again; nothing changes meanwhile.
    void failWith(std::optional<base::Error> error) { failure_ = std::move(error); }

    [[nodiscard]] const api::InventorySnapshot& kept() const { return inventory_; }

    void load(LoadDone done) override
    {
        answer<api::InventorySnapshot>(
            std::move(done),
            [this]() -> base::Expected<api::InventorySnapshot> { return inventory_; });
    }

    void putLine(const api::LineSettings& line, Done done) override
    {
        change(std::move(done), [this, line] { putByName(inventory_.lines, line); });
    }

    void putServer(const api::ServerSettings& server, Done done) override
    {
        change(std::move(done), [this, server] { putByName(inventory_.servers, server); });
    }

    void putDevice(const api::DeviceSettings& device, Done done) override
    {
        change(std::move(done), [this, device] {
            const auto there =
                std::ranges::find(inventory_.devices, device.name, &api::DeviceSettings::name);
            if (there != inventory_.devices.end() && there->servers != device.servers &&
                inventory_.bootstrapped.erase(device.name) > 0)
                putState(device.name, {{api::cardMarkKey, {}}});
            putByName(inventory_.devices, device);
        });
    }

    void removeLine(const std::string& name, Done done) override
    {
        change(std::move(done), [this, name] { removeByName(inventory_.lines, name); });
    }

    void removeServer(const std::string& name, Done done) override
    {
        change(std::move(done), [this, name] {
            removeByName(inventory_.servers, name);
            onServerRemoved(name);
        });
    }

    void removeDevice(const std::string& name, Done done) override
    {
        change(std::move(done), [this, name] {
            removeByName(inventory_.devices, name);
            inventory_.clientStates.erase(name);
            inventory_.bootstrapped.erase(name);
            onDeviceRemoved(name);
        });
    }

    void
    keepClientState(const std::string& device, const api::ClientState& changes, Done done) override
    {
        change(std::move(done), [this, device, changes] { putState(device, changes); });
    }

    void keepBootstrap(const std::string& device, api::BootstrapResult result, Done done) override
    {
        answer<void>(std::move(done),
                     [this, device, result = std::move(result)]() mutable -> base::Expected<void> {
                         std::vector<api::DeviceAccount> accounts;
                         for (auto& [account, isOwn, credential, origin] : result.accounts) {
                             accounts.push_back(account);
                             if (!credential)
                                 continue;
                             auto put = putDelivered({device, account.settings.name},
                                                     std::move(*credential));
                             if (!put)
                                 return put;
                         }
                         if (accounts.empty())
                             inventory_.bootstrapped.erase(device);
                         else
                             inventory_.bootstrapped.insert_or_assign(device, std::move(accounts));
                         putState(device, result.state);
                         return {};
                     });
    }

protected:
    void putState(const std::string& device, const api::ClientState& changes)
    {
        auto& state = inventory_.clientStates[device];
        for (const auto& [key, value] : changes) {
            if (value.empty())
                state.erase(key);
            else
                state[key] = value;
        }
    }

    /// A key that a Bootstrap-Server delivered.
    virtual base::Expected<void> putDelivered(const api::CredentialId&, api::Credential)
    {
        return {};
    }

    virtual void onServerRemoved(const std::string&) {}

    virtual void onDeviceRemoved(const std::string&) {}

    [[nodiscard]] base::Scheduler& main() { return main_; }

    [[nodiscard]] base::Lifetime& lifetime() { return lifetime_; }

    template <typename T, typename Callback, typename Work>
    void answer(Callback done, Work work)
    {
        main_.post(
            lifetime_.guard([this, done = std::move(done), work = std::move(work)]() mutable {
                if (failure_)
                    done(base::Expected<T>(base::fail(*failure_)));
                else
                    done(work());
            }));
    }

private:
    template <typename Settings>
    static void putByName(std::vector<Settings>& all, const Settings& one)
    {
        const auto there = std::ranges::find(all, one.name, &Settings::name);
        if (there == all.end())
            all.push_back(one);
        else
            *there = one;
    }

    template <typename Settings>
    static void removeByName(std::vector<Settings>& all, const std::string& name)
    {
        std::erase_if(all, [&](const Settings& one) { return one.name == name; });
    }

    template <typename Work>
    void change(Done done, Work work)
    {
        answer<void>(std::move(done), [work = std::move(work)]() mutable -> base::Expected<void> {
            work();
            return {};
        });
    }

    base::Scheduler& main_;
    std::optional<base::Error> failure_;
    api::InventorySnapshot inventory_;
    base::Lifetime lifetime_;
};

} // namespace causeway::fakes
