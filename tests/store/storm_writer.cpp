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

base::Expected<void> take(tests::WaitingStore& store, const StormPlan::Step& step)
{
    const std::string name = StormPlan::name(step.device);
    const api::CredentialId id{name, "leshan"};
    if (step.kind == StormPlan::Kind::Remove)
        return store.remove(id);
    if (step.kind == StormPlan::Kind::KeepState)
        return tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepClientState(
                name, {{"step", std::to_string(step.seed)}}, std::move(done));
        });
    if (step.kind == StormPlan::Kind::KeepMany)
        return keepMany(store, step);
    if (step.kind == StormPlan::Kind::Rotate)
        return confirmed(store.rotate());
    return confirmed(store.keep(id, name + "-identity", tests::goodKey(step.seed)));
}

int run(const std::filesystem::path& directory, const char* switchFile, std::uint32_t first)
{
    log::setLevel(log::Level::Err);
    tests::SharedSwitch sealer(switchFile);
    store::StoreSettings settings;
    settings.directory = directory;
    tests::WaitingStore store(settings, std::make_unique<fakes::ClearSealer>(sealer.get()));
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
