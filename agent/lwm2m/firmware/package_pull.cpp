// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/package_pull.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::chrono::seconds firstWait{2};
constexpr std::chrono::seconds lockedWait{5};
/// Each costs the repository a whole package.
constexpr int mostBeginnings = 8;

} // namespace

PackagePull::PackagePull(Plan plan,
                         api::FirmwareStation& station,
                         api::PackageFetcher& fetcher,
                         base::Scheduler& scheduler,
                         Owner& owner)
    : plan_(std::move(plan))
    , toldVersion_(plan_.version)
    , station_(station)
    , fetcher_(fetcher)
    , scheduler_(scheduler)
    , owner_(owner)
    , again_(scheduler, [this] { fetch(); })
    , late_(scheduler,
            [this] { end(fail(ErrorKind::Timeout, "the package takes longer than 48 hours")); })
{
    late_.start(longest);
    scheduler_.post(lifetime_.guard([this] { begin(); }));
}

void PackagePull::begin()
{
    if (plan_.version.empty())
        return fetch();
    station_.resume(lifetime_.guard([this](const Expected<std::uint64_t>& there) {
        received_ = there.value_or(0); // without it everything is fetched anew
        fetch();
    }));
}

void PackagePull::fetch()
{
    // Without a version nobody can tell whether the rest belongs to what is there.
    if (plan_.version.empty())
        received_ = 0;
    api::FetchPlan plan{plan_.uri, received_, {}};
    if (received_ != 0)
        plan.version = plan_.version;
    fetch_ = fetcher_.fetch(std::move(plan), *this);
}

Expected<void> PackagePull::admit(const api::PackagePiece& piece)
{
    const std::uint64_t size = piece.offset + piece.octets.size();
    const std::uint64_t most = station_.largestPackage();
    if (std::max(size, piece.total.value_or(0)) > most)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("the package has more than {} octets", most));
    if (piece.offset != 0 && piece.offset != received_)
        return fail(ErrorKind::Corrupt, "the repository leaves out a part of the package");
    if (piece.isLast && size == 0)
        return fail(ErrorKind::Corrupt, "the package is empty");
    if (piece.offset == 0 && ++beginnings_ > mostBeginnings)
        return fail(ErrorKind::Unreachable, "the package breaks off again and again");
    return {};
}

void PackagePull::onPiece(api::PackagePiece piece, base::Task next)
{
    if (auto admitted = admit(piece); !admitted)
        return end(std::move(admitted));
    plan_.version = piece.version;
    const std::uint64_t after = piece.offset + piece.octets.size();
    station_.store(piece.offset,
                   std::move(piece.octets),
                   lifetime_.guard([this, after, isLast = piece.isLast, next = std::move(next)](
                                       Expected<void> stored) mutable {
                       if (stored)
                           onStored(after, isLast, std::move(next));
                       else
                           end(std::move(stored));
                   }));
}

void PackagePull::onStored(std::uint64_t after, bool isLast, base::Task next)
{
    received_ = after;
    failures_ = 0;
    // Only now: what is on disk must never pass for a part of another package.
    if (std::exchange(toldVersion_, plan_.version) != plan_.version)
        scheduler_.post(lifetime_.guard([this] { owner_.onPullVersion(plan_.version); }));
    if (!isLast)
        return next();
    station_.complete(
        lifetime_.guard([this](Expected<void> completed) { end(std::move(completed)); }));
}

void PackagePull::onFetchFailed(const base::Error& error)
{
    const base::Error copy = error; // it may be the fetch's own
    fetch_.reset();
    // After a start the key store may take its time; the repository is not to blame.
    if (copy.kind == ErrorKind::Locked)
        return again_.start(lockedWait);
    if (copy.retry == base::Retry::Never || ++failures_ >= mostAttempts)
        return end(fail(copy));
    again_.start(firstWait * (1 << (failures_ - 1)));
}

void PackagePull::end(Expected<void> result)
{
    fetch_.reset();
    again_.stop();
    late_.stop();
    scheduler_.post(
        lifetime_.guard([this, result = std::move(result)] { owner_.onPullEnded(result); }));
}

} // namespace causeway::lwm2m
