// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/sealed_store.hpp"
#include "tests/fakes/clear_sealer.hpp"
#include "tests/store/store_basics.hpp"

namespace causeway::tests {

/// A store and the loop it answers on, with short calls that wait.
class WaitingStore
{
public:
    using Facts = base::Expected<api::CredentialFacts>;
    using Psk = base::Expected<api::PskCredential>;
    using Nothing = base::Expected<void>;

    WaitingStore(const store::StoreSettings& settings, std::unique_ptr<store::Sealer> sealer)
        : store_(std::in_place, loop_, settings, std::move(sealer))
    {}

    explicit WaitingStore(const store::StoreSettings& settings)
        : store_(std::in_place, loop_, settings)
    {}

    [[nodiscard]] store::SealedStore& store() { return *store_; }

    [[nodiscard]] base::EventLoop& loop() { return loop_; }

    /// Until the first attempt to open has ended: a status that is still the first one changes.
    api::KeyStoreStatus settled()
    {
        (void)fetch({"nobody", "nowhere"});
        return store_->keyStoreStatus();
    }

    void waitFor(api::KeyStoreState state)
    {
        runUntil(loop_, [&] { return store_->keyStoreStatus().state == state; });
    }

    Nothing putLine(const api::LineSettings& line)
    {
        return await<void>(loop_, [&](auto done) { store_->putLine(line, std::move(done)); });
    }

    Nothing putServer(const api::ServerSettings& server)
    {
        return await<void>(loop_, [&](auto done) { store_->putServer(server, std::move(done)); });
    }

    Nothing putDevice(const api::DeviceSettings& device)
    {
        return await<void>(loop_, [&](auto done) { store_->putDevice(device, std::move(done)); });
    }

    Nothing removeDevice(const std::string& name)
    {
        return await<void>(loop_, [&](auto done) { store_->removeDevice(name, std::move(done)); });
    }

    base::Expected<api::InventorySnapshot> load()
    {
        return await<api::InventorySnapshot>(loop_,
                                             [&](auto done) { store_->load(std::move(done)); });
    }

    Psk fetch(const api::CredentialId& id)
    {
        return pskIn(
            await<api::Credential>(loop_, [&](auto done) { store_->fetch(id, std::move(done)); }));
    }

    Facts keep(const api::CredentialId& id, std::string_view identity, base::Secret key)
    {
        return await<api::CredentialFacts>(loop_, [&](auto done) {
            store_->store(id, psk(identity, std::move(key)), std::move(done));
        });
    }

    Facts generate(const api::CredentialId& id, std::string_view identity)
    {
        return await<api::CredentialFacts>(loop_, [&](auto done) {
            store_->generate(id, base::toBytes(identity), std::move(done));
        });
    }

    Psk exportOnce(const api::CredentialId& id)
    {
        return await<api::PskCredential>(
            loop_, [&](auto done) { store_->exportOnce(id, std::move(done)); });
    }

    Facts describe(const api::CredentialId& id)
    {
        return await<api::CredentialFacts>(
            loop_, [&](auto done) { store_->describe(id, std::move(done)); });
    }

    Nothing remove(const api::CredentialId& id)
    {
        return await<void>(loop_, [&](auto done) { store_->remove(id, std::move(done)); });
    }

    base::Expected<api::KeyStoreFacts> describeKey()
    {
        return await<api::KeyStoreFacts>(loop_,
                                         [&](auto done) { store_->describeKey(std::move(done)); });
    }

    base::Expected<base::Secret> makeRecoveryKey()
    {
        return await<base::Secret>(loop_,
                                   [&](auto done) { store_->makeRecoveryKey(std::move(done)); });
    }

    Nothing recover(const base::Secret& text)
    {
        return await<void>(loop_,
                           [&](auto done) { store_->recover(text.clone(), std::move(done)); });
    }

    base::Expected<base::Secret> rotate()
    {
        return await<base::Secret>(loop_, [&](auto done) { store_->rotate(std::move(done)); });
    }

    Nothing seal(api::PlatformRegisters registers = {})
    {
        return await<void>(loop_, [&](auto done) { store_->seal(registers, std::move(done)); });
    }

    Nothing erase()
    {
        return await<void>(loop_, [&](auto done) { store_->erase(std::move(done)); });
    }

    base::Expected<std::uint32_t> storeAll(std::vector<api::CredentialEntry> entries)
    {
        return await<std::uint32_t>(
            loop_, [&](auto done) { store_->storeAll(std::move(entries), std::move(done)); });
    }

    base::Expected<std::vector<api::CredentialId>>
    generateMissing(std::vector<api::CredentialEntry> wanted)
    {
        return await<std::vector<api::CredentialId>>(
            loop_, [&](auto done) { store_->generateMissing(std::move(wanted), std::move(done)); });
    }

    base::Expected<std::vector<api::CredentialEntry>> exportAll(const std::string& server)
    {
        return await<std::vector<api::CredentialEntry>>(
            loop_, [&](auto done) { store_->exportAll(server, std::move(done)); });
    }

    /// One line, one server "leshan", and the devices named.
    void furnish(std::initializer_list<const char*> devices)
    {
        api::LineSettings line;
        line.name = "rtu-0";
        line.serialPort = "/dev/ttyUSB0";
        mustSucceed(putLine(line));
        mustSucceed(putServer(serverNamed("leshan")));
        for (const char* const name : devices)
            addDevice(name);
    }

    void addDevice(const std::string& name) { mustSucceed(putDevice(deviceNamed(name))); }

private:
    static void mustSucceed(const Nothing& result)
    {
        if (!result)
            throw std::runtime_error(result.error().message);
    }

    base::EventLoop loop_;
    std::optional<store::SealedStore> store_;
};

} // namespace causeway::tests
