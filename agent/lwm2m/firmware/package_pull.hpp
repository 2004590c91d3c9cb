// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/api/firmware.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/lifetime.hpp"

namespace causeway::lwm2m {

/// Brings one package from a repository into a station: goes on where it broke, patiently but not
/// for ever. Ends when it goes. Main thread.
class PackagePull final : private api::FetchListener
{
public:
    /// How often nothing comes at all, after which nobody is there; waits 2, 4, 8 and 16 s between.
    static constexpr int mostAttempts = 5;
    /// A gigabyte over GPRS takes less; whoever is slower keeps us busy for nothing.
    static constexpr base::Duration longest = std::chrono::hours(48);

    struct Plan
    {
        std::string uri;
        std::string version; ///< of what an earlier life has left in the station; empty: nothing
    };

    /// Hears from the pull, never from inside a call.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        /// For the Plan of a later life.
        virtual void onPullVersion(const std::string& version) = 0;
        /// Once: the package is complete, or why not. StorageFailed or LimitExceeded for the disk
        /// and the size; other kinds that will not change as api::FetchListener has them; else
        /// nobody was there.
        virtual void onPullEnded(const base::Expected<void>& result) = 0;
    };

    /// Begins when the scheduler comes round next. All outlive it.
    PackagePull(Plan plan,
                api::FirmwareStation& station,
                api::PackageFetcher& fetcher,
                base::Scheduler& scheduler,
                Owner& owner);
    ~PackagePull() override = default;
    PackagePull(const PackagePull&) = delete;
    PackagePull& operator=(const PackagePull&) = delete;

private:
    void begin();
    void fetch();
    void onPiece(api::PackagePiece piece, base::Task next) override;
    void onFetchFailed(const base::Error& error) override;

    [[nodiscard]] base::Expected<void> admit(const api::PackagePiece& piece);
    void onStored(std::uint64_t end, bool isLast, base::Task next);
    void end(base::Expected<void> result);

    Plan plan_;
    std::string toldVersion_;
    api::FirmwareStation& station_;
    api::PackageFetcher& fetcher_;
    base::Scheduler& scheduler_;
    Owner& owner_;
    std::uint64_t received_ = 0; ///< in the station
    int failures_ = 0;           ///< since something came
    int beginnings_ = 0;
    std::unique_ptr<api::PackageFetch> fetch_;
    base::Timer again_;
    base::Timer late_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
