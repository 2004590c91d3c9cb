// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "agent/base/event_loop.hpp"
#include "store/sealed_store.hpp"
#include "tests/fakes/clear_sealer.hpp"
#include "tests/fakes/temporary_directory.hpp"

namespace causeway::tests {

using fakes::TemporaryDirectory;

/// 32 octets that differ by `seed` and pass every rule.
inline base::Secret goodKey(std::uint32_t seed)
{
    base::Secret key(32);
    std::uint64_t state = 0x9e3779b97f4a7c15ULL * (seed + 1ULL);
    for (auto& octet : key.mutableView()) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        octet = static_cast<std::uint8_t>(state >> 24U);
    }
    return key;
}

inline std::string readFile(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void writeFile(const std::filesystem::path& file, const std::string& content)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// Runs the loop until `isDone`, at most 20 s: for the worker's answers, which come from another
/// thread.
inline void runUntil(base::EventLoop& loop, const std::function<bool()>& isDone)
{
    const base::TimePoint end = loop.now() + std::chrono::seconds(20);
    while (!isDone()) {
        if (loop.now() > end)
            throw std::runtime_error("nothing came in 20 s");
        loop.runOnce(std::chrono::milliseconds(100));
    }
}

/// Calls `start` with a callback and waits for what it is called with.
template <typename T, typename Start>
base::Expected<T> await(base::EventLoop& loop, Start start)
{
    std::optional<base::Expected<T>> answer;
    start([&](base::Expected<T> result) { answer.emplace(std::move(result)); });
    runUntil(loop, [&] { return answer.has_value(); });
    return std::move(*answer);
}

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
        return await<api::PskCredential>(loop_,
                                         [&](auto done) { store_->fetch(id, std::move(done)); });
    }

    Facts keep(const api::CredentialId& id, std::string_view identity, base::Secret key)
    {
        return await<api::CredentialFacts>(loop_, [&](auto done) {
            store_->store(id, {base::toBytes(identity), std::move(key)}, std::move(done));
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

    /// One line, one server "leshan", and the devices named.
    void furnish(std::initializer_list<const char*> devices)
    {
        api::LineSettings line;
        line.name = "rtu-0";
        line.serialPort = "/dev/ttyUSB0";
        api::ServerSettings server;
        server.name = "leshan";
        server.uri = "coaps://server.example";
        mustSucceed(putLine(line));
        mustSucceed(putServer(server));
        for (const char* const name : devices)
            addDevice(name);
    }

    void addDevice(const std::string& name)
    {
        api::DeviceSettings device;
        device.name = name;
        device.profile = "eastron-sdm120";
        device.line = "rtu-0";
        device.servers = {"leshan"};
        mustSucceed(putDevice(device));
    }

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
