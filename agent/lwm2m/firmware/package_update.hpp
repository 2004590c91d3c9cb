// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/package_pull.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// Hears what becomes of an update; never from inside a call.
class UpdateListener
{
public:
    virtual ~UpdateListener() = default;
    /// For the next life. Until `kept` has been called, after the commit, there is no other.
    virtual void keepUpdateState(const api::ClientState& state, api::Inventory::Done kept) = 0;
    /// Resources of the Object that shows it have new values.
    virtual void onUpdateChanged() = 0;
    /// A download, the check of a package, or a program of the update has failed, and why.
    virtual void onUpdateFailure(const std::string& sentence) = 0;
};

/// What can happen to a package, and to what it becomes; the tables of states name them.
enum class UpdateEvent : std::uint8_t {
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
    Kept,           ///< what this state is kept as; or it cannot be, and nobody is answered by that
    NotKept,        ///< where somebody waits for an answer that a power cut must not belie
    UriMalformed,
    UriUnsupported,
    UriWritten,
    ResetAsked,
    CancelAsked,
    UpdateAsked, ///< or Install
    Installed,
    InstallFailed,
    DiscardAsked,   ///< of a package, while nothing is in place
    UninstallAsked, ///< of what is in place
    UpgradeAsked,   ///< what is in place waits for the next package
    UpgradeDropped, ///< and is what counts again
    Uninstalled,
    UninstallFailed,
    ActivateAsked,
    DeactivateAsked,
    Switched, ///< on or off
    SwitchFailed,
};

/// How any package comes: pushed by a server or fetched from a repository into a station, checked
/// and kept over restarts. What follows from what is a table of whoever derives from it. Main
/// thread; station, fetcher, scheduler and listener outlive it.
class PackageUpdate : private PackagePull::Owner
{
public:
    using Done = Object::Done;

    PackageUpdate(const PackageUpdate&) = delete;
    PackageUpdate& operator=(const PackageUpdate&) = delete;
    ~PackageUpdate() override = default;

    /// Package, in pieces or whole.
    void write(ResourcePiece piece, Done done);
    /// Package URI: it is fetched from there; an empty one resets.
    void writeUri(const std::string& uri, Done done);

    [[nodiscard]] const std::string& uri() const { return uri_; }

    /// /5/0/8.
    [[nodiscard]] std::vector<api::PackageProtocol> protocols() const
    {
        return fetcher_.protocols();
    }

protected:
    /// What an update is made from; `key` is what its texts are kept under.
    struct Parts
    {
        api::FirmwareStation& station;
        api::PackageFetcher& fetcher;
        base::Scheduler& scheduler;
        UpdateListener& listener;
        std::string key;
    };

    explicit PackageUpdate(Parts parts);

    /// Whether the table has a row for it now.
    [[nodiscard]] virtual bool admits(UpdateEvent event) const = 0;
    /// Does nothing where the table has no row.
    virtual void raise(UpdateEvent event) = 0;
    /// The state for the next life; empty when there is nothing to say.
    [[nodiscard]] virtual std::string stateToKeep() const = 0;
    /// What servers can see of the state.
    [[nodiscard]] virtual std::string visible() const = 0;

    void raiseOrRefuse(UpdateEvent event, Done done);

    void forgetUri() { uri_.clear(); }

    /// What is kept of `state` when there is neither a package nor a URI.
    [[nodiscard]] api::ClientState textsWithoutPackage(std::string state) const;

    /// What goes on in a state.
    struct Stage
    {
        bool isPushed = false;
        bool isFetched = false;
    };

    /// For raise(): before the action of a row, and after it.
    void enter(Stage stage);
    void tell();

    // Actions of tables.
    void nothing() {}

    void begin();
    void fetch();
    void discard();
    void check();
    void runInstall();
    void lookForPackage();

    /// What stateToKeep() said in an earlier life, before Restarted is raised.
    [[nodiscard]] std::string restore(const api::ClientState& state);

    /// What is restored has been shown already.
    void showSilently() { shown_ = visible() + ' ' + uri_; }

    void tellFailure(const base::Error& error);

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

private:
    [[nodiscard]] model::Outcome admit(const ResourcePiece& piece);
    void onStored(const base::Expected<void>& stored, bool isLast, Done done);
    [[nodiscard]] model::Outcome onStorageFailure(const base::Error& error);
    void onPullVersion(const std::string& version) override;
    void onPullEnded(const base::Expected<void>& result) override;
    [[nodiscard]] UpdateEvent eventOfUri(const std::string& uri) const;
    [[nodiscard]] api::ClientState textsToKeep() const;
    void keep();
    void onKept(const base::Expected<void>& result);

    api::FirmwareStation& station_;
    api::PackageFetcher& fetcher_;
    base::Scheduler& scheduler_;
    UpdateListener& listener_;
    std::string key_;
    Stage stage_;
    std::string uri_;
    std::string version_;   ///< of the package that is fetched
    std::string shown_;     ///< what the servers can see, as the listener heard it last
    api::ClientState kept_; ///< or about to be; empty when that failed
    bool isKeeping_ = false;
    model::Id sender_ = 0; ///< Short Server ID of who sends the package
    std::uint64_t received_ = 0;
    std::uint64_t attempt_ = 0; ///< callbacks of earlier ones mean nothing any more
    base::Timer abandoned_;
    std::unique_ptr<PackagePull> pull_; ///< while it is fetched
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
