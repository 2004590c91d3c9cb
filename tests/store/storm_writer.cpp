// SPDX-License-Identifier: Apache-2.0
// storm-writer DIRECTORY SWITCH FIRST: takes the plan's steps from FIRST on and writes each step's
// number to standard output once the store has acknowledged it. Its sealer's switch is the file
// SWITCH. Ends by being killed.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include <unistd.h>

#include "agent/base/log.hpp"
#include "tests/store/shared_switch.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/store/storm_plan.hpp"

using namespace causeway;
using tests::StormPlan;

namespace {

void furnish(tests::WaitingStore& store)
{
    store.furnish({});
    for (std::uint32_t i = 0; i < StormPlan::deviceCount; ++i)
        store.addDevice(StormPlan::name(i));
}

template <typename T>
base::Expected<void> confirmed(const base::Expected<T>& result)
{
    return result.map([](const T&) {});
}

base::Expected<void> keepMany(tests::WaitingStore& store, const StormPlan::Step& step)
{
    std::vector<api::CredentialEntry> entries;
    for (const auto& [device, seed] :
         {std::pair(step.device, step.seed),
          std::pair(StormPlan::next(step.device), step.seed + StormPlan::secondSeed)}) {
        const auto name = StormPlan::name(device);
        entries.push_back(
            {{name, "leshan"}, {base::toBytes(name + "-identity"), tests::goodKey(seed)}});
    }
    return confirmed(store.storeAll(std::move(entries)));
}

base::Expected<void> keepState(tests::WaitingStore& store, const StormPlan::Step& step)
{
    return tests::await<void>(store.loop(), [&](auto done) {
        store.store().keepClientState(
            StormPlan::name(step.device), {{"step", std::to_string(step.seed)}}, std::move(done));
    });
}

base::Expected<void> putAccount(tests::WaitingStore& store, const StormPlan::Step& step)
{
    auto server = tests::serverNamed(StormPlan::account(step.device));
    server.lifetime = std::chrono::seconds(step.seed);
    return store.putServer(server);
}

base::Expected<void> change(tests::WaitingStore& store, const StormPlan::Step& step)
{
    auto device = tests::deviceNamed(StormPlan::name(step.device));
    device.pollPeriod = std::chrono::milliseconds(step.seed);
    return store.putDevice(device);
}

base::Expected<void> keepBootstrap(tests::WaitingStore& store, const StormPlan::Step& step)
{
    const std::string name = StormPlan::name(step.device);
    api::DeliveredAccount delivered;
    delivered.account.settings = tests::serverNamed(StormPlan::delivered(step.device));
    delivered.isOwn = true;
    delivered.credential =
        api::PskCredential{base::toBytes(name + "-delivered"), tests::goodKey(step.seed)};
    api::BootstrapResult result;
    result.accounts.push_back(std::move(delivered));
    return tests::await<void>(store.loop(), [&](auto done) {
        store.store().keepBootstrap(name, std::move(result), std::move(done));
    });
}

base::Expected<void> take(tests::WaitingStore& store, const StormPlan::Step& step)
{
    using Kind = StormPlan::Kind;
    const std::string name = StormPlan::name(step.device);
    const api::CredentialId id{name, "leshan"};
    switch (step.kind) {
    case Kind::Keep:
    case Kind::Replace:
        return confirmed(store.keep(id, name + "-identity", tests::goodKey(step.seed)));
    case Kind::KeepState:
        return keepState(store, step);
    case Kind::Rotate:
        return confirmed(store.rotate());
    case Kind::KeepMany:
        return keepMany(store, step);
    case Kind::Account:
        return putAccount(store, step);
    case Kind::Change:
        return change(store, step);
    case Kind::Remove:
        return store.remove(id);
    case Kind::Bootstrap:
        return keepBootstrap(store, step);
    case Kind::Detach:
        return store.removeDevice(name);
    case Kind::Attach:
        return store.putDevice(tests::deviceNamed(name));
    }
    return {};
}

int run(const std::filesystem::path& directory, const char* switchFile, std::uint32_t first)
{
    log::setLevel(log::Level::Err);
    tests::SharedSwitch sealer(switchFile);
    store::StoreSettings settings;
    settings.directory = directory;
    tests::WaitingStore store(settings, std::make_unique<fakes::ClearSealer>(sealer.get()));
    if (first == 0) // later the plan says who is attached
        furnish(store);
    for (std::uint32_t number = first;; ++number) {
        const auto taken = take(store, StormPlan::step(number));
        if (!taken) {
            std::cerr << "step " << number << ": " << taken.error().message << "\n";
            return EXIT_FAILURE;
        }
        if (::write(STDOUT_FILENO, &number, sizeof number) != sizeof number)
            return EXIT_FAILURE;
    }
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 4)
        return EXIT_FAILURE;
    try {
        return run(
            arguments[1], arguments[2], static_cast<std::uint32_t>(std::stoul(arguments[3])));
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return EXIT_FAILURE;
    }
}
