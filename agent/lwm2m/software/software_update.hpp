// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/api/firmware.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/package_update.hpp"

namespace causeway::lwm2m {

/// /9/x/9 (OMA-TS-LWM2M_SwMgmt 1.0.3). Packages never lie in memory, so 51 (no memory) is missing.
enum class SoftwareResult : std::uint8_t {
    Initial = 0,
    Downloading = 1,
    Installed = 2,
    Delivered = 3,
    NoStorage = 50,
    ConnectionLost = 52,
    IntegrityFailure = 53,
    UnsupportedPackage = 54,
    InvalidUri = 56,
    DeviceError = 57,
    InstallFailed = 58,
    UninstallFailed = 59,
};

/// One software component of one device: states, results and what leads from one to the next, as
/// software_table.cpp has it. It outlives the Object that shows it. Main thread; station, fetcher,
/// scheduler and listener outlive it.
class SoftwareUpdate final : public PackageUpdate
{
public:
    /// As FirmwareUpdate::State, what outlives a power cut is told when it does: Whole is kept as
    /// Delivered, Placed as Installed and Removed as Initial. A program begins when that is on
    /// disk: InstallDue is kept as Installing, UninstallDue as Uninstalling.
    enum class State : std::uint8_t {
        Initial,
        Downloading, ///< a server pushes
        Fetching,    ///< from a repository
        Checking,
        Whole,
        Delivered,
        InstallDue,
        Installing,
        Placed,
        Installed,
        UninstallDue,
        Uninstalling,
        Removed,
        Activating,
        Deactivating,
        Toggled, ///< by the program; told when it is kept
    };
    using Event = UpdateEvent;

    /// `state` has what the listener got in an earlier life.
    SoftwareUpdate(api::SoftwareStation& station,
                   api::PackageFetcher& fetcher,
                   base::Scheduler& scheduler,
                   const api::ClientState& state,
                   UpdateListener& listener);
    SoftwareUpdate(const SoftwareUpdate&) = delete;
    SoftwareUpdate& operator=(const SoftwareUpdate&) = delete;
    ~SoftwareUpdate() override = default;

    // PackageUpdate has /9/x/2 and 3.
    void install(Done done);
    /// Nothing or "0": the software goes, or the package before it is installed. "1": an upgrade
    /// comes, and what is installed stays in place until then.
    void uninstall(const std::string& arguments, Done done);
    /// Answered when the program for it has ended, and that is on disk; what cannot be kept is
    /// refused, and counts as not done.
    void activate(Done done);
    void deactivate(Done done);

    /// A factory reset: no package, no URI, no old Result. What is in place stays, and stays as
    /// active as it is; a program that runs goes on and tells its Result.
    void reset();
    /// What is kept after that; empty when a program runs.
    [[nodiscard]] api::ClientState textsAfterReset() const;

    /// /9/x/7: DOWNLOADED is what is checked or kept, INSTALLED until it is gone.
    [[nodiscard]] std::int64_t reportedState() const;

    [[nodiscard]] SoftwareResult result() const { return result_; }

    /// /9/x/12.
    [[nodiscard]] bool isActive() const;

private:
    using Action = void (SoftwareUpdate::*)();

    struct Transition
    {
        State state = State::Initial;
        Event event = Event::Restarted;
        State next = State::Initial;
        std::optional<SoftwareResult> result{}; ///< nothing: as it was
        Action action = nullptr;
    };

    struct Table; ///< the rows of transitions()
    static std::span<const Transition> transitions();
    [[nodiscard]] const Transition* find(Event event) const;
    [[nodiscard]] bool admits(Event event) const override;
    void raise(Event event) override;
    [[nodiscard]] std::string stateToKeep() const override;
    [[nodiscard]] std::string visible() const override;
    void read(std::string_view text);
    [[nodiscard]] Event resetEvent() const;

    // Actions of the table.
    void place();
    void makeRoom();
    void runUninstall();
    void remove();
    void runActivate();
    void runDeactivate();
    void toggle();
    void answerSwitch();
    void takeBackSwitch();

    void runSwitch(api::SoftwareAction action);
    void ask(Event event, bool isThere, Done done);

    api::SoftwareStation& software_;
    State state_ = State::Initial;
    SoftwareResult result_ = SoftwareResult::Initial;
    bool isInPlace_ = false; ///< installed once and not uninstalled since
    bool isActive_ = false;
    Done switched_; ///< whoever waits for Activating or Deactivating
};

} // namespace causeway::lwm2m
