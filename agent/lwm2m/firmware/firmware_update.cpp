// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/firmware_update.hpp"

#include <algorithm>
#include <array>
#include <charconv>
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

constexpr std::string_view stateKey = "firmware";
constexpr std::string_view uriKey = "firmware/uri";
constexpr std::string_view versionKey = "firmware/version";

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
    FirmwareUpdate::Event event;
};

constexpr std::array failures{
    Failure{ErrorKind::LimitExceeded, FirmwareUpdate::Event::PackageTooLarge},
    Failure{ErrorKind::StorageFailed, FirmwareUpdate::Event::PackageTooLarge},
    Failure{ErrorKind::Corrupt, FirmwareUpdate::Event::PackageBroken},
    Failure{ErrorKind::InvalidArgument, FirmwareUpdate::Event::RepositoryMissing},
    Failure{ErrorKind::NotFound, FirmwareUpdate::Event::RepositoryMissing},
    Failure{ErrorKind::NotAuthorized, FirmwareUpdate::Event::RepositoryMissing},
    Failure{ErrorKind::NotSupported, FirmwareUpdate::Event::RepositoryUnsupported}};

/// As FirmwareStation::check() has them.
FirmwareUpdate::Event eventOfCheck(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::NotSupported:
        return FirmwareUpdate::Event::PackageUnsupported;
    case ErrorKind::Refused:
        return FirmwareUpdate::Event::CheckFailed;
    default:
        return FirmwareUpdate::Event::CheckImpossible;
    }
}

// /5/0/3.
constexpr std::int64_t idle = 0;
constexpr std::int64_t downloading = 1;
constexpr std::int64_t downloaded = 2;
constexpr std::int64_t updating = 3;

std::string wordsOf(std::int64_t state, FirmwareResult result)
{
    return fmt::format("{} {}", state, static_cast<unsigned>(result));
}

} // namespace

FirmwareUpdate::FirmwareUpdate(api::FirmwareStation& station,
                               api::PackageFetcher& fetcher,
                               base::Scheduler& scheduler,
                               const api::ClientState& state,
                               FirmwareListener& listener)
    : station_(station)
    , fetcher_(fetcher)
    , scheduler_(scheduler)
    , listener_(listener)
    , abandoned_(scheduler, [this] { raise(Event::Abandoned); })
{
    restore(state);
    shown_ = visible();
    raise(Event::Restarted);
}

void FirmwareUpdate::restore(const api::ClientState& state)
{
    const auto textOf = [&state](std::string_view key) {
        const auto found = state.find(std::string(key));
        return found == state.end() ? std::string() : found->second;
    };
    uri_ = textOf(uriKey);
    version_ = textOf(versionKey);
    kept_ = {{std::string(stateKey), textOf(stateKey)},
             {std::string(uriKey), uri_},
             {std::string(versionKey), version_}};
    if (kept_.at(std::string(stateKey)).empty())
        return;
    // "2 0": what /5/0/3 and /5/0/5 said.
    const std::string_view text = kept_.at(std::string(stateKey));
    const auto blank = std::min(text.find(' '), text.size() - 1);
    const auto number = [](std::string_view digits) {
        std::uint8_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    };
    constexpr std::array states{
        State::Idle, State::Downloading, State::Downloaded, State::Updating};
    state_ = states.at(std::min<std::size_t>(number(text.substr(0, blank)), states.size() - 1));
    if (state_ == State::Downloading && !uri_.empty())
        state_ = State::Fetching;
    result_ = static_cast<FirmwareResult>(number(text.substr(blank + 1)));
}

const FirmwareUpdate::Transition* FirmwareUpdate::find(Event event) const
{
    const auto rows = transitions();
    const auto row = std::ranges::find_if(
        rows, [&](const Transition& t) { return t.state == state_ && t.event == event; });
    return row == rows.end() ? nullptr : &*row;
}

void FirmwareUpdate::raise(Event event)
{
    const auto* row = find(event);
    if (row == nullptr)
        return;
    state_ = row->next;
    result_ = row->result.value_or(result_);
    if (state_ != State::Downloading)
        abandoned_.stop();
    if (state_ != State::Fetching) {
        pull_.reset();
        version_.clear();
    }
    ++attempt_;
    (this->*row->action)();
    tell();
}

void FirmwareUpdate::raiseOrRefuse(Event event, Done done)
{
    if (find(event) == nullptr)
        return done(refuse(OutcomeCode::MethodNotAllowed, "not in this state of the update"));
    raise(event);
    done({});
}

void FirmwareUpdate::write(ResourcePiece piece, Done done)
{
    if (isEmptyPackage(piece))
        return raiseOrRefuse(Event::ResetAsked, std::move(done));
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
Outcome FirmwareUpdate::admit(const ResourcePiece& piece)
{
    const bool isFirst = piece.offset == 0;
    const bool isTooLarge = std::max(piece.offset + piece.octets.size(), piece.total.value_or(0)) >
                            station_.largestPackage();
    if (isFirst && find(Event::PackageBegan) == nullptr)
        return refuse(OutcomeCode::MethodNotAllowed, "there is a package: reset or update first");
    const bool continues =
        state_ == State::Downloading && piece.server == sender_ && piece.offset == received_;
    if (!isFirst && !continues)
        return refuse(OutcomeCode::RequestIncomplete, "this does not go on where it ended");
    if (isTooLarge) {
        raise(Event::PackageTooLarge);
        auto outcome =
            refuse(OutcomeCode::RequestTooLarge,
                   fmt::format("a package has at most {} octets here", station_.largestPackage()));
        outcome.largestBody = static_cast<std::uint32_t>(station_.largestPackage());
        return outcome;
    }
    if (isFirst) {
        sender_ = piece.server;
        raise(Event::PackageBegan);
    }
    return {};
}

void FirmwareUpdate::onStored(const Expected<void>& stored, bool isLast, Done done)
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
        raise(station_.hasCheck() ? Event::StoredUnchecked : Event::Stored);
        done({});
    }));
}

Outcome FirmwareUpdate::onStorageFailure(const Error& error)
{
    raise(Event::PackageTooLarge);
    const bool isFull = error.kind == ErrorKind::LimitExceeded;
    return refuse(isFull ? OutcomeCode::RequestTooLarge : OutcomeCode::InternalServerError,
                  error.message);
}

void FirmwareUpdate::writeUri(const std::string& uri, Done done)
{
    const Event event = eventOfUri(uri);
    if (find(event) != nullptr)
        uri_ = uri;
    raiseOrRefuse(event, std::move(done));
}

FirmwareUpdate::Event FirmwareUpdate::eventOfUri(const std::string& uri) const
{
    if (uri.empty())
        return Event::ResetAsked;
    const auto parsed = parsePackageUri(uri);
    if (!parsed)
        return Event::UriMalformed;
    const auto spoken = fetcher_.protocols();
    const bool isSpoken =
        parsed->protocol && std::ranges::find(spoken, *parsed->protocol) != spoken.end();
    return isSpoken ? Event::UriWritten : Event::UriUnsupported;
}

void FirmwareUpdate::onPullVersion(const std::string& version)
{
    version_ = version;
    tell();
}

void FirmwareUpdate::onPullEnded(const Expected<void>& result)
{
    if (result)
        return raise(station_.hasCheck() ? Event::StoredUnchecked : Event::Stored);
    tellFailure(result.error().in("the package cannot be fetched"));
    const auto* const failure = std::ranges::find(failures, result.error().kind, &Failure::kind);
    raise(failure == failures.end() ? Event::Abandoned : failure->event);
}

void FirmwareUpdate::update(Done done)
{
    raiseOrRefuse(Event::UpdateAsked, std::move(done));
}

void FirmwareUpdate::cancel(Done done)
{
    // LwM2M Core appendix E.6, Cancel: one that is completed is not taken back.
    if (state_ == State::Idle && result_ == FirmwareResult::Success)
        return done(refuse(OutcomeCode::MethodNotAllowed, "the update is complete"));
    raiseOrRefuse(Event::CancelAsked, std::move(done));
}

void FirmwareUpdate::reset()
{
    if (mayReset())
        uri_.clear();
    raise(Event::ResetAsked);
}

std::vector<api::PackageProtocol> FirmwareUpdate::protocols() const
{
    return fetcher_.protocols();
}

std::int64_t FirmwareUpdate::reportedState() const
{
    switch (state_) {
    case State::Idle:
        return idle;
    case State::Downloading:
    case State::Fetching:
    case State::Checking:
    case State::Whole:
        return downloading;
    case State::Downloaded:
        return downloaded;
    case State::Updating:
    case State::Updated:
        break;
    }
    return updating;
}

// Actions.

void FirmwareUpdate::begin()
{
    uri_.clear();
    received_ = 0;
}

void FirmwareUpdate::fetch()
{
    Owner& owner = *this; // the base is private: make_unique could not convert
    pull_ = std::make_unique<PackagePull>(
        PackagePull::Plan{uri_, version_}, station_, fetcher_, scheduler_, owner);
}

void FirmwareUpdate::discard()
{
    station_.discard();
    received_ = 0;
}

void FirmwareUpdate::check()
{
    station_.check(current([this](const Expected<void>& checked) {
        if (checked)
            return raise(Event::CheckPassed);
        tellFailure(checked.error().in("the check of the package failed"));
        raise(eventOfCheck(checked.error().kind));
    }));
}

void FirmwareUpdate::install()
{
    station_.install(current([this](const Expected<void>& installed) {
        if (!installed)
            tellFailure(installed.error().in("the update failed"));
        raise(installed ? Event::Installed : Event::InstallFailed);
    }));
}

void FirmwareUpdate::lookForPackage()
{
    station_.find(current([this](const Expected<void>& found) {
        if (found || found.error().kind != ErrorKind::NotFound)
            return;
        tellFailure(found.error().in("a package that waited for its update is lost"));
        raise(Event::PackageMissing);
    }));
}

// What is told and what is kept.

api::ClientState FirmwareUpdate::stateToKeep() const
{
    std::string text = wordsOf(reportedState(), result_);
    if (state_ == State::Whole)
        text = wordsOf(downloaded, result_);
    if (state_ == State::Updated)
        text = wordsOf(idle, FirmwareResult::Success);
    if (state_ == State::Idle && result_ == FirmwareResult::Initial)
        text.clear();
    return {{std::string(stateKey), text},
            {std::string(uriKey), uri_},
            {std::string(versionKey), version_}};
}

// One at a time, and then the newest: a server may change its mind faster than a disk can write.
void FirmwareUpdate::keep()
{
    if (isKeeping_)
        return;
    auto state = stateToKeep();
    if (state == kept_)
        return raise(Event::Kept);
    isKeeping_ = true;
    kept_ = std::move(state);
    scheduler_.post(lifetime_.guard([this] {
        listener_.keepFirmwareState(
            kept_, lifetime_.guard([this](const Expected<void>& result) { onKept(result); }));
    }));
}

void FirmwareUpdate::onKept(const Expected<void>& result)
{
    isKeeping_ = false;
    const bool isNewest = kept_ == stateToKeep();
    if (!result)
        kept_.clear(); // the update goes on, and the next change is kept again
    if (isNewest)
        raise(Event::Kept);
    else
        keep();
}

void FirmwareUpdate::tell()
{
    keep();
    if (auto now = visible(); std::exchange(shown_, now) != now)
        scheduler_.post(lifetime_.guard([this] { listener_.onFirmwareChanged(); }));
}

std::string FirmwareUpdate::visible() const
{
    return wordsOf(reportedState(), result_) + " " + uri_;
}

void FirmwareUpdate::tellFailure(const Error& error)
{
    scheduler_.post(lifetime_.guard(
        [this, sentence = error.message] { listener_.onFirmwareFailure(sentence); }));
}

} // namespace causeway::lwm2m
