// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// A package in memory; the test says how the check and the update end, and what is done with
/// software.
class FakeFirmwareStation final : public api::SoftwareStation
{
public:
    explicit FakeFirmwareStation(base::Scheduler& main)
        : main_(main)
    {}

    [[nodiscard]] std::uint64_t largestPackage() const override { return largest; }

    void store(std::uint64_t offset, base::Bytes octets, Done done) override
    {
        package.resize(offset);
        package.insert(package.end(), octets.begin(), octets.end());
        finish(std::move(done));
    }

    void resume(Resumed resumed) override
    {
        package.resize(resumable);
        main_.post([resumed = std::move(resumed), there = resumable]() mutable { resumed(there); });
    }

    void complete(Done done) override { finish(std::move(done)); }

    void find(Done done) override
    {
        const bool isThere = !package.empty();
        main_.post([isThere, done = std::move(done)]() mutable {
            done(isThere ? base::Expected<void>() : base::fail(base::ErrorKind::NotFound, "none"));
        });
    }

    void discard() override
    {
        ++discards;
        package.clear();
    }

    [[nodiscard]] bool hasCheck() const override { return checks; }

    void check(Done done) override { running.push_back(std::move(done)); }

    void install(Done done) override { running.push_back(std::move(done)); }

    [[nodiscard]] const std::string& name() const override { return software; }

    void run(api::SoftwareAction action, Done done) override
    {
        actions.push_back(action);
        running.push_back(std::move(done));
    }

    /// How the check or update that runs ends.
    void end(base::Expected<void> result)
    {
        auto done = std::move(running.front());
        running.pop_front();
        done(std::move(result));
    }

    std::uint64_t largest = 4096;
    std::string software = "logger";
    bool checks = false;
    base::Expected<void> disk; ///< what it says to all that is stored
    base::Bytes package;
    std::uint64_t resumable = 0; ///< of the package, in the next life
    std::deque<Done> running;
    std::vector<api::SoftwareAction> actions;
    int discards = 0;

private:
    void finish(Done done)
    {
        main_.post([done = std::move(done), result = disk]() mutable { done(std::move(result)); });
    }

    base::Scheduler& main_;
};

} // namespace causeway::fakes
