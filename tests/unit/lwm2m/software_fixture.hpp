// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/lwm2m/software/software_update.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_package_fetcher.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::tests {

/// One component with all it needs; the test is servers, repository and programs.
struct SoftwareFixture : lwm2m::UpdateListener
{
    SoftwareFixture() { begin({}); }

    void begin(const api::ClientState& state)
    {
        lwm2m::UpdateListener& listener = *this;
        isKept = {}; // of a process that has ended
        station.running.clear();
        update.emplace(station, fetcher, scheduler, state, listener);
    }

    void keepUpdateState(const api::ClientState& state, api::Inventory::Done done) override
    {
        kept = state;
        isKept = std::move(done);
        if (!isDiskSlow)
            scheduler.post([this] { commit(); });
    }

    void onUpdateChanged() override { ++changes; }

    void onUpdateFailure(const std::string& sentence) override { failures.push_back(sentence); }

    void commit(base::Expected<void> result = {})
    {
        if (auto done = std::exchange(isKept, {}))
            done(std::move(result));
        scheduler.advance(base::Duration::zero());
    }

    /// Nothing: it waits for a program.
    template <typename Call>
    std::optional<model::OutcomeCode> ask(Call call)
    {
        answer.reset();
        call([this](const model::Outcome& outcome) { answer = outcome.code; });
        scheduler.advance(base::Duration::zero());
        return answer;
    }

    std::optional<model::OutcomeCode> write(std::uint64_t offset, base::Bytes octets, bool isLast)
    {
        return ask([&](auto done) {
            update->write({{9, 0, 2}, 1, offset, {}, isLast, std::move(octets)}, std::move(done));
        });
    }

    std::optional<model::OutcomeCode> writeUri(const std::string& uri)
    {
        return ask([&](auto done) { update->writeUri(uri, std::move(done)); });
    }

    std::optional<model::OutcomeCode> install()
    {
        return ask([&](auto done) { update->install(std::move(done)); });
    }

    std::optional<model::OutcomeCode> uninstall(const std::string& arguments)
    {
        return ask([&](auto done) { update->uninstall(arguments, std::move(done)); });
    }

    std::optional<model::OutcomeCode> activate()
    {
        return ask([&](auto done) { update->activate(std::move(done)); });
    }

    std::optional<model::OutcomeCode> deactivate()
    {
        return ask([&](auto done) { update->deactivate(std::move(done)); });
    }

    void end(base::Expected<void> result)
    {
        station.end(std::move(result));
        scheduler.advance(base::Duration::zero());
    }

    static base::Bytes some(std::size_t size) { return base::Bytes(size, 0x42); }

    void reachInstalled()
    {
        write(0, some(8), true);
        install();
        end({});
    }

    void reachBeforeInstalled(const std::string& state)
    {
        station.checks = state == "checking";
        if (state == "downloading")
            write(0, some(16), false);
        else if (state == "fetching")
            writeUri("coap://127.0.0.1/sw");
        else if (state != "initial")
            write(0, some(8), true);
        if (state == "installing")
            install();
    }

    /// From INITIAL to there.
    void reach(const std::string& state)
    {
        if (state == "initial" || state == "downloading" || state == "fetching" ||
            state == "checking" || state == "delivered" || state == "installing")
            return reachBeforeInstalled(state);
        reachInstalled();
        if (state == "active" || state == "deactivating") {
            activate();
            end({});
        }
        if (state == "upgrading")
            uninstall("1");
        if (state == "uninstalling")
            uninstall("");
        if (state == "activating")
            activate();
        if (state == "deactivating")
            deactivate();
    }

    /// /9/0/7, 9 and 12.
    [[nodiscard]] std::string now() const
    {
        return std::to_string(update->reportedState()) + " " +
               std::to_string(static_cast<unsigned>(update->result())) +
               (update->isActive() ? " on" : "");
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeFirmwareStation station{scheduler};
    fakes::FakePackageFetcher fetcher;
    std::optional<lwm2m::SoftwareUpdate> update;
    std::optional<model::OutcomeCode> answer;
    api::ClientState kept;
    api::Inventory::Done isKept; ///< under way
    bool isDiskSlow = false;
    int changes = 0;
    std::vector<std::string> failures;
};

} // namespace causeway::tests
