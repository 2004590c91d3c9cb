// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/firmware/firmware_update.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_package_fetcher.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::tests {

/// One FirmwareUpdate with all it needs; the test is servers, repository and programs.
struct UpdateFixture : lwm2m::UpdateListener
{
    UpdateFixture() { begin({}); }

    void begin(const api::ClientState& state)
    {
        lwm2m::UpdateListener& listener = *this;
        isKept = {}; // of a process that has ended
        update.emplace(station, fetcher, scheduler, state, listener);
    }

    void keepUpdateState(const api::ClientState& state, api::Inventory::Done done) override
    {
        BOOST_TEST(!isKept); // one at a time
        kept = state;
        ++commits;
        isKept = std::move(done);
        if (!isDiskSlow)
            scheduler.post([this] { commit({}); });
    }

    void onUpdateChanged() override { ++changes; }

    /// What the disk got last is on it, or never comes there.
    void commit(base::Expected<void> result)
    {
        if (auto done = std::exchange(isKept, {}))
            done(std::move(result));
        scheduler.advance(base::Duration::zero());
    }

    void onUpdateFailure(const std::string& sentence) override { failures.push_back(sentence); }

    model::OutcomeCode
    write(std::uint64_t offset, base::Bytes octets, bool isLast, model::Id server = 1)
    {
        return ask([&](auto done) {
            update->write({{5, 0, 0}, server, offset, {}, isLast, std::move(octets)},
                          std::move(done));
        });
    }

    template <typename Call>
    model::OutcomeCode ask(Call call)
    {
        std::optional<model::OutcomeCode> answer;
        call([&](const model::Outcome& outcome) { answer = outcome.code; });
        scheduler.advance(base::Duration::zero());
        BOOST_REQUIRE(answer.has_value());
        return *answer;
    }

    model::OutcomeCode writeUri(const std::string& uri)
    {
        return ask([&](auto done) { update->writeUri(uri, std::move(done)); });
    }

    model::OutcomeCode execute()
    {
        return ask([&](auto done) { update->update(std::move(done)); });
    }

    model::OutcomeCode cancel()
    {
        return ask([&](auto done) { update->cancel(std::move(done)); });
    }

    void end(base::Expected<void> result)
    {
        station.end(std::move(result));
        scheduler.advance(base::Duration::zero());
    }

    void download() { BOOST_TEST((write(0, some(8), true) == model::OutcomeCode::Changed)); }

    /// From Idle to there.
    void reach(const std::string& state)
    {
        station.checks = state == "checking";
        if (state == "downloading")
            BOOST_TEST((write(0, some(16), false) == model::OutcomeCode::Changed));
        else if (state == "fetching")
            BOOST_TEST((writeUri("coap://127.0.0.1/fw") == model::OutcomeCode::Changed));
        else if (state != "idle")
            download();
        if (state == "updating" || state == "updated")
            BOOST_TEST((execute() == model::OutcomeCode::Changed));
        if (state == "updated")
            end({});
    }

    static base::Bytes some(std::size_t size) { return base::Bytes(size, 0x42); }

    [[nodiscard]] std::string now() const
    {
        return std::to_string(update->reportedState()) + " " +
               std::to_string(static_cast<unsigned>(update->result()));
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeFirmwareStation station{scheduler};
    fakes::FakePackageFetcher fetcher;
    std::optional<lwm2m::FirmwareUpdate> update;
    api::ClientState kept;
    api::Inventory::Done isKept; ///< under way
    bool isDiskSlow = false;
    int commits = 0;
    int changes = 0;
    std::vector<std::string> failures;
};

} // namespace causeway::tests
