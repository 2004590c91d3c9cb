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

/// /5/0/5 (LwM2M Core appendix E.6). Our packages never lie in memory, so 3 (no memory) is missing.
enum class FirmwareResult : std::uint8_t {
    Initial = 0,
    Success = 1,
    NoStorage = 2,
    ConnectionLost = 4,
    IntegrityFailure = 5,
    UnsupportedPackage = 6,
    InvalidUri = 7,
    UpdateFailed = 8,
    UnsupportedProtocol = 9,
    Cancelled = 10,
};

/// The firmware update of one device: states, results and what leads from one to the next, as
/// firmware_table.cpp has it. It outlives the Object that shows it, which goes with each restart of
/// the Client. Main thread; station, fetcher, scheduler and listener outlive it.
class FirmwareUpdate final : public PackageUpdate
{
public:
    /// What outlives a power cut is told when it does: Whole is kept as Downloaded and Updated as
    /// Idle, and servers hear of it when that is on disk; or when the disk does not take it. What
    /// changes a device is begun when that is on disk: UpdateDue is kept as Updating.
    enum class State : std::uint8_t {
        Idle,
        Downloading, ///< a server pushes
        Fetching,    ///< from a repository
        Checking,
        Whole,
        Downloaded,
        UpdateDue,
        Updating,
        Updated,
    };
    using Event = UpdateEvent;

    /// `state` has what the listener got in an earlier life.
    FirmwareUpdate(api::FirmwareStation& station,
                   api::PackageFetcher& fetcher,
                   base::Scheduler& scheduler,
                   const api::ClientState& state,
                   UpdateListener& listener);
    FirmwareUpdate(const FirmwareUpdate&) = delete;
    FirmwareUpdate& operator=(const FirmwareUpdate&) = delete;
    ~FirmwareUpdate() override = default;

    // PackageUpdate has /5/0/0, where an empty package, or a NUL, resets, and /5/0/1.
    void update(Done done);
    void cancel(Done done);

    /// A factory reset: no package, no URI, no result, unless an update is under way; that goes on
    /// and tells its result.
    void reset();

    [[nodiscard]] bool mayReset() const { return find(Event::ResetAsked) != nullptr; }

    /// /5/0/3: Fetching, Checking and Whole are Downloading for servers, UpdateDue and Updated
    /// are Updating.
    [[nodiscard]] std::int64_t reportedState() const;

    [[nodiscard]] FirmwareResult result() const { return result_; }

private:
    using Action = void (FirmwareUpdate::*)();

    struct Transition
    {
        State state = State::Idle;
        Event event = Event::Restarted;
        State next = State::Idle;
        std::optional<FirmwareResult> result{}; ///< nothing: as it was
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

    State state_ = State::Idle;
    FirmwareResult result_ = FirmwareResult::Initial;
};

} // namespace causeway::lwm2m
