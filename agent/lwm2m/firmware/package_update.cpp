// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/package_update.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "agent/lwm2m/firmware/package_uri.hpp"

namespace causeway::lwm2m {

using base::Error;
using base::ErrorKind;
using base::Expected;
using model::Outcome;
using model::OutcomeCode;
using model::refuse;

namespace {

constexpr const char* uriKey = "/uri";
constexpr const char* versionKey = "/version";

// EXCHANGE_LIFETIME (RFC 7252 §4.8.2), as long as the transfer itself is remembered.
constexpr std::chrono::seconds senderPatience{247};

// LwM2M Core appendix E.6, Package: empty, or a single NUL, which some servers must send instead.
bool isEmptyPackage(const ResourcePiece& piece)
{
    const bool isNul = piece.octets.size() == 1 && piece.octets.front() == 0;
    return piece.offset == 0 && piece.isLast && (piece.octets.empty() || isNul);
}

/// What PackagePull and api::FetchListener say of what will not change, as an event of the table.
struct Failure
{
    ErrorKind kind;
    UpdateEvent event;
};

constexpr std::array failures{Failure{ErrorKind::LimitExceeded, UpdateEvent::PackageTooLarge},
                              Failure{ErrorKind::StorageFailed, UpdateEvent::PackageTooLarge},
                              Failure{ErrorKind::Corrupt, UpdateEvent::PackageBroken},
                              Failure{ErrorKind::InvalidArgument, UpdateEvent::RepositoryMissing},
                              Failure{ErrorKind::NotFound, UpdateEvent::RepositoryMissing},
                              Failure{ErrorKind::NotAuthorized, UpdateEvent::RepositoryMissing},
                              Failure{ErrorKind::NotSupported, UpdateEvent::RepositoryUnsupported}};

/// As FirmwareStation::check() has them.
UpdateEvent eventOfCheck(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::NotSupported:
        return UpdateEvent::PackageUnsupported;
    case ErrorKind::Refused:
        return UpdateEvent::CheckFailed;
    default:
        return UpdateEvent::CheckImpossible;
    }
}

} // namespace

PackageUpdate::PackageUpdate(Parts parts)
    : station_(parts.station)
    , fetcher_(parts.fetcher)
    , scheduler_(parts.scheduler)
    , listener_(parts.listener)
    , key_(std::move(parts.key))
    , abandoned_(scheduler_, [this] { raise(UpdateEvent::Abandoned); })
{}

std::string PackageUpdate::restore(const api::ClientState& state)
{
    const auto textOf = [&state](const std::string& key) {
        const auto found = state.find(key);
        return found == state.end() ? std::string() : found->second;
    };
    uri_ = textOf(key_ + uriKey);
    version_ = textOf(key_ + versionKey);
    kept_ = {{key_, textOf(key_)}, {key_ + uriKey, uri_}, {key_ + versionKey, version_}};
    return kept_.at(key_);
}

api::ClientState PackageUpdate::textsToKeep() const
{
    return {{key_, stateToKeep()}, {key_ + uriKey, uri_}, {key_ + versionKey, version_}};
}

api::ClientState PackageUpdate::textsWithoutPackage(std::string state) const
{
    return {{key_, std::move(state)}, {key_ + uriKey, {}}, {key_ + versionKey, {}}};
}

void PackageUpdate::enter(Stage stage)
{
    stage_ = stage;
    if (!stage.isPushed)
        abandoned_.stop();
    if (!stage.isFetched) {
        pull_.reset();
        version_.clear();
    }
    ++attempt_;
}

void PackageUpdate::raiseOrRefuse(UpdateEvent event, Done done)
{
    if (!admits(event))
        return done(refuse(OutcomeCode::MethodNotAllowed, "not in this state of the update"));
    raise(event);
    done({});
}

void PackageUpdate::write(ResourcePiece piece, Done done)
{
    if (isEmptyPackage(piece))
        return raiseOrRefuse(UpdateEvent::ResetAsked, std::move(done));
    if (auto outcome = admit(piece); !outcome.isSuccess())
        return done(std::move(outcome));
    received_ += piece.octets.size();
    abandoned_.start(senderPatience);
    station_.store(
        piece.offset,
        std::move(piece.octets),
        lifetime_.guard([this, attempt = attempt_, isLast = piece.isLast, done = std::move(done)](
                            const Expected<void>& stored) mutable {
            if (attempt == attempt_)
                onStored(stored, isLast, std::move(done));
            else
                done(refuse(OutcomeCode::RequestIncomplete, "ended meanwhile"));
        }));
}

// Whether this piece is welcome; the first one begins the download.
Outcome PackageUpdate::admit(const ResourcePiece& piece)
{
    const bool isFirst = piece.offset == 0;
    const bool isTooLarge = std::max(piece.offset + piece.octets.size(), piece.total.value_or(0)) >
                            station_.largestPackage();
    if (isFirst && !admits(UpdateEvent::PackageBegan))
        return refuse(OutcomeCode::MethodNotAllowed, "there is a package: reset or update first");
    const bool continues = stage_.isPushed && piece.server == sender_ && piece.offset == received_;
    if (!isFirst && !continues)
        return refuse(OutcomeCode::RequestIncomplete, "this does not go on where it ended");
    if (isTooLarge) {
        raise(UpdateEvent::PackageTooLarge);
        auto outcome =
            refuse(OutcomeCode::RequestTooLarge,
                   fmt::format("a package has at most {} octets here", station_.largestPackage()));
        outcome.largestBody = static_cast<std::uint32_t>(station_.largestPackage());
        return outcome;
    }
    if (isFirst) {
        sender_ = piece.server;
        raise(UpdateEvent::PackageBegan);
    }
    return {};
}

void PackageUpdate::onStored(const Expected<void>& stored, bool isLast, Done done)
{
    if (!stored)
        return done(onStorageFailure(stored.error()));
    if (!isLast)
        return done({});
    station_.complete(lifetime_.guard([this, attempt = attempt_, done = std::move(done)](
                                          const Expected<void>& completed) mutable {
        if (attempt != attempt_)
            return done(refuse(OutcomeCode::RequestIncomplete, "ended meanwhile"));
        if (!completed)
            return done(onStorageFailure(completed.error()));
        raise(station_.hasCheck() ? UpdateEvent::StoredUnchecked : UpdateEvent::Stored);
        done({});
    }));
}

Outcome PackageUpdate::onStorageFailure(const Error& error)
{
    raise(UpdateEvent::PackageTooLarge);
    const bool isFull = error.kind == ErrorKind::LimitExceeded;
    return refuse(isFull ? OutcomeCode::RequestTooLarge : OutcomeCode::InternalServerError,
                  error.message);
}

void PackageUpdate::writeUri(const std::string& uri, Done done)
{
    const UpdateEvent event = eventOfUri(uri);
    if (admits(event))
        uri_ = uri;
    raiseOrRefuse(event, std::move(done));
}

UpdateEvent PackageUpdate::eventOfUri(const std::string& uri) const
{
    if (uri.empty())
        return UpdateEvent::ResetAsked;
    const auto parsed = parsePackageUri(uri);
    if (!parsed)
        return UpdateEvent::UriMalformed;
    const auto spoken = fetcher_.protocols();
    const bool isSpoken =
        parsed->protocol && std::ranges::find(spoken, *parsed->protocol) != spoken.end();
    return isSpoken ? UpdateEvent::UriWritten : UpdateEvent::UriUnsupported;
}

void PackageUpdate::onPullVersion(const std::string& version)
{
    version_ = version;
    tell();
}

void PackageUpdate::onPullEnded(const Expected<void>& result)
{
    if (result)
        return raise(station_.hasCheck() ? UpdateEvent::StoredUnchecked : UpdateEvent::Stored);
    tellFailure(result.error().in("the package cannot be fetched"));
    const auto* const failure = std::ranges::find(failures, result.error().kind, &Failure::kind);
    raise(failure == failures.end() ? UpdateEvent::Abandoned : failure->event);
}

// Actions.

void PackageUpdate::begin()
{
    uri_.clear();
    received_ = 0;
}

void PackageUpdate::fetch()
{
    Owner& owner = *this; // the base is private: make_unique could not convert
    pull_ = std::make_unique<PackagePull>(
        PackagePull::Plan{uri_, version_}, station_, fetcher_, scheduler_, owner);
}

void PackageUpdate::discard()
{
    station_.discard();
    received_ = 0;
}

void PackageUpdate::check()
{
    station_.check(current([this](const Expected<void>& checked) {
        if (checked)
            return raise(UpdateEvent::CheckPassed);
        tellFailure(checked.error().in("the check of the package failed"));
        raise(eventOfCheck(checked.error().kind));
    }));
}

void PackageUpdate::runInstall()
{
    station_.install(current([this](const Expected<void>& installed) {
        if (!installed)
            tellFailure(installed.error().in("the update failed"));
        raise(installed ? UpdateEvent::Installed : UpdateEvent::InstallFailed);
    }));
}

void PackageUpdate::lookForPackage()
{
    station_.find(current([this](const Expected<void>& found) {
        if (found || found.error().kind != ErrorKind::NotFound)
            return;
        tellFailure(found.error().in("a package that waited for its update is lost"));
        raise(UpdateEvent::PackageMissing);
    }));
}

// One at a time, and then the newest: a server may change its mind faster than a disk can write.
void PackageUpdate::keep()
{
    if (isKeeping_)
        return;
    auto state = textsToKeep();
    if (state == kept_)
        return raise(UpdateEvent::Kept);
    isKeeping_ = true;
    kept_ = std::move(state);
    scheduler_.post(lifetime_.guard([this] {
        listener_.keepUpdateState(
            kept_, lifetime_.guard([this](const Expected<void>& result) { onKept(result); }));
    }));
}

void PackageUpdate::onKept(const Expected<void>& result)
{
    isKeeping_ = false;
    const bool isNewest = kept_ == textsToKeep();
    // The update goes on, its program runs too, and the next change is kept again: a gateway whose
    // disk is broken is not to be one whose devices cannot be repaired. After a power cut it is as
    // it was kept last, and a program that ran meanwhile may be asked for once more.
    if (!result)
        kept_.clear();
    if (isNewest)
        raise(result || !admits(UpdateEvent::NotKept) ? UpdateEvent::Kept : UpdateEvent::NotKept);
    else
        keep();
}

void PackageUpdate::tell()
{
    keep();
    if (auto now = visible() + ' ' + uri_; std::exchange(shown_, now) != now)
        scheduler_.post(lifetime_.guard([this] { listener_.onUpdateChanged(); }));
}

void PackageUpdate::tellFailure(const Error& error)
{
    scheduler_.post(
        lifetime_.guard([this, sentence = error.message] { listener_.onUpdateFailure(sentence); }));
}

} // namespace causeway::lwm2m
