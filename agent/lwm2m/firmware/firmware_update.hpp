// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/package_pull.hpp"
#include "agent/lwm2m/object.hpp"

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

/// Hears what becomes of a firmware update; never from inside a call.
class FirmwareListener
{
public:
    virtual ~FirmwareListener() = default;
    /// For the next life. Until `kept` has been called, after the commit, there is no other.
    virtual void keepFirmwareState(const api::ClientState& state, api::Inventory::Done kept) = 0;
    /// Resources of Object 5 have new values.
    virtual void onFirmwareChanged() = 0;
    /// The check of a package, or an update, has failed, and why.
    virtual void onFirmwareFailure(const std::string& sentence) = 0;
};

/// The firmware update of one device: states, results and what leads from one to the next, as
/// firmware_table.cpp has it. It outlives the Object that shows it, which goes with each restart of
/// the Client. Main thread; station, fetcher, scheduler and listener outlive it.
class FirmwareUpdate final : private PackagePull::Owner
{
public:
    /// What outlives a power cut is told when it does: Whole is kept as Downloaded and Updated as
    /// Idle, and servers hear of it when that is on disk.
    enum class State : std::uint8_t {
        Idle,
        Downloading, ///< a server pushes
        Fetching,    ///< from a repository
        Checking,
        Whole,
        Downloaded,
        Updating,
        Updated,
    };
    enum class Event : std::uint8_t {
        Restarted, ///< this process; what ran is gone
        PackageBegan,
        PackageTooLarge, ///< or the disk too small
        Abandoned,       ///< its sender, or the repository, says no more
        PackageBroken,   ///< what the repository sends is no package
        RepositoryMissing,
        RepositoryUnsupported,
        Stored,
        StoredUnchecked, ///< and there is a check
        CheckPassed,
        CheckFailed,
        CheckImpossible, ///< the gateway's trouble: it says nothing of the package
        PackageUnsupported,
        PackageMissing, ///< somebody took it, or it went when the reset of it was not kept
        Kept,           ///< what this state is kept as
        UriMalformed,
        UriUnsupported,
        UriWritten,
        ResetAsked,
        CancelAsked,
        UpdateAsked,
        Installed,
        InstallFailed,
    };

    using Done = Object::Done;

    /// `state` has what the listener got in an earlier life.
    FirmwareUpdate(api::FirmwareStation& station,
                   api::PackageFetcher& fetcher,
                   base::Scheduler& scheduler,
                   const api::ClientState& state,
                   FirmwareListener& listener);
    FirmwareUpdate(const FirmwareUpdate&) = delete;
    FirmwareUpdate& operator=(const FirmwareUpdate&) = delete;
    ~FirmwareUpdate() override = default;

    /// /5/0/0, in pieces or whole. An empty one, or a NUL, resets.
    void write(ResourcePiece piece, Done done);
    /// /5/0/1: the package is fetched from there; an empty one resets.
    void writeUri(const std::string& uri, Done done);
    void update(Done done);
    void cancel(Done done);

    /// A factory reset: no package, no URI, no result, unless an update is under way; that goes on
    /// and tells its result.
    void reset();

    [[nodiscard]] bool mayReset() const { return find(Event::ResetAsked) != nullptr; }

    /// /5/0/3: Fetching, Checking and Whole are Downloading for servers, Updated is Updating.
    [[nodiscard]] std::int64_t reportedState() const;

    [[nodiscard]] FirmwareResult result() const { return result_; }

    [[nodiscard]] const std::string& uri() const { return uri_; }

    /// /5/0/8.
    [[nodiscard]] std::vector<api::PackageProtocol> protocols() const;

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
    /// Does nothing where the table has no row.
    void raise(Event event);
    void raiseOrRefuse(Event event, Done done);

    // The actions of the table.
    void nothing() {}

    void begin();
    void fetch();
    void discard();
    void check();
    void install();
    void lookForPackage();

    [[nodiscard]] model::Outcome admit(const ResourcePiece& piece);
    void onStored(const base::Expected<void>& stored, bool isLast, Done done);
    [[nodiscard]] model::Outcome onStorageFailure(const base::Error& error);
    void onPullVersion(const std::string& version) override;
    void onPullEnded(const base::Expected<void>& result) override;
    [[nodiscard]] Event eventOfUri(const std::string& uri) const;
    void keep();
    void onKept(const base::Expected<void>& result);
    [[nodiscard]] api::ClientState stateToKeep() const;
    void tell();
    [[nodiscard]] std::string visible() const;
    void tellFailure(const base::Error& error);
    void restore(const api::ClientState& state);

    /// A callback of the station for the download or update that is going on now.
    template <typename Function>
    auto current(Function function)
    {
        return lifetime_.guard([this, attempt = attempt_, function = std::move(function)](
                                   const base::Expected<void>& result) mutable {
            if (attempt == attempt_)
                function(result);
        });
    }

    api::FirmwareStation& station_;
    api::PackageFetcher& fetcher_;
    base::Scheduler& scheduler_;
    FirmwareListener& listener_;
    State state_ = State::Idle;
    FirmwareResult result_ = FirmwareResult::Initial;
    std::string uri_;
    std::string version_;   ///< of the package that is fetched
    std::string shown_;     ///< what the servers can see, as the listener heard it last
    api::ClientState kept_; ///< or about to be; empty when that failed
    bool isKeeping_ = false;
    model::Id sender_ = 0; ///< Short Server ID of who sends the package
    std::uint64_t received_ = 0;
    std::uint64_t attempt_ = 0; ///< callbacks of earlier ones mean nothing any more
    base::Timer abandoned_;
    std::unique_ptr<PackagePull> pull_; ///< while Fetching
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
