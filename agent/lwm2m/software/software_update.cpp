// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/software/software_update.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace causeway::lwm2m {

using base::Expected;
using model::OutcomeCode;
using model::refuse;

namespace {

// /9/x/7.
constexpr std::int64_t initial = 0;
constexpr std::int64_t downloadStarted = 1;
constexpr std::int64_t downloaded = 2;
constexpr std::int64_t delivered = 3;
constexpr std::int64_t installed = 4;

/// What is kept: the position of the state in here, its Result, and two flags.
constexpr std::array keptStates{SoftwareUpdate::State::Initial,
                                SoftwareUpdate::State::Downloading,
                                SoftwareUpdate::State::Delivered,
                                SoftwareUpdate::State::Installing,
                                SoftwareUpdate::State::Installed,
                                SoftwareUpdate::State::Uninstalling};
constexpr std::size_t keptNumbers = 4;
constexpr std::string_view nothingToSay = "0 0 0 0";

std::array<std::uint8_t, keptNumbers> numbersOf(std::string_view text)
{
    std::array<std::uint8_t, keptNumbers> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (auto& number : numbers) {
        at = std::from_chars(at, end, number).ptr;
        at += at == end ? 0 : 1;
    }
    return numbers;
}

/// The state that a process which ends now leaves.
SoftwareUpdate::State keptAs(SoftwareUpdate::State state)
{
    using State = SoftwareUpdate::State;
    switch (state) {
    case State::Fetching: // told apart by its URI
    case State::Checking:
        return State::Downloading;
    case State::Whole:
        return State::Delivered;
    case State::InstallDue:
        return State::Installing;
    case State::UninstallDue:
        return State::Uninstalling;
    case State::Placed:
    case State::Toggled:
    case State::Activating: // nobody knows how far that came: it is as it was
    case State::Deactivating:
        return State::Installed;
    case State::Removed:
        return State::Initial;
    default:
        return state;
    }
}

/// The Result that goes with it.
SoftwareResult keptResult(SoftwareUpdate::State state, SoftwareResult result)
{
    using State = SoftwareUpdate::State;
    switch (state) {
    case State::Whole:
        return SoftwareResult::Delivered;
    case State::Placed:
        return SoftwareResult::Installed;
    case State::Removed:
        return SoftwareResult::Initial;
    default:
        return result;
    }
}

struct KeptFacts
{
    SoftwareUpdate::State state;
    SoftwareResult result;
    bool isInPlace;
    bool isActive;
};

std::string textOf(const KeptFacts& facts)
{
    const auto* const state = std::ranges::find(keptStates, facts.state);
    auto text = fmt::format("{} {} {:d} {:d}",
                            state - keptStates.begin(),
                            static_cast<unsigned>(facts.result),
                            facts.isInPlace,
                            facts.isActive);
    return text == nothingToSay ? std::string() : text;
}

} // namespace

SoftwareUpdate::SoftwareUpdate(api::SoftwareStation& station,
                               api::PackageFetcher& fetcher,
                               base::Scheduler& scheduler,
                               const api::ClientState& state,
                               UpdateListener& listener)
    : PackageUpdate({station, fetcher, scheduler, listener, "software/" + station.name()})
    , software_(station)
{
    read(restore(state));
    showSilently();
    raise(Event::Restarted);
}

void SoftwareUpdate::read(std::string_view text)
{
    const auto [number, result, inPlace, active] = numbersOf(text);
    state_ = number < keptStates.size() ? keptStates.at(number) : State::Initial;
    if (state_ == State::Downloading && !uri().empty())
        state_ = State::Fetching;
    result_ = static_cast<SoftwareResult>(result);
    isInPlace_ = inPlace != 0;
    isActive_ = active != 0;
}

std::string SoftwareUpdate::stateToKeep() const
{
    return textOf({keptAs(state_), keptResult(state_, result_), isInPlace_, isActive_});
}

std::string SoftwareUpdate::visible() const
{
    return fmt::format("{} {} {:d}", reportedState(), static_cast<unsigned>(result_), isActive());
}

const SoftwareUpdate::Transition* SoftwareUpdate::find(Event event) const
{
    const auto rows = transitions();
    const auto row = std::ranges::find_if(
        rows, [&](const Transition& t) { return t.state == state_ && t.event == event; });
    return row == rows.end() ? nullptr : &*row;
}

bool SoftwareUpdate::admits(Event event) const
{
    return find(event) != nullptr;
}

void SoftwareUpdate::raise(Event event)
{
    const auto* row = find(event);
    if (row == nullptr)
        return;
    state_ = row->next;
    result_ = row->result.value_or(result_);
    enter({state_ == State::Downloading, state_ == State::Fetching});
    (this->*row->action)();
    tell();
}

void SoftwareUpdate::install(Done done)
{
    raiseOrRefuse(Event::UpdateAsked, std::move(done));
}

void SoftwareUpdate::uninstall(const std::string& arguments, Done done)
{
    if (!arguments.empty() && arguments != "0" && arguments != "1")
        return done(refuse(OutcomeCode::BadRequest, "the argument is 0, or 1 for an upgrade"));
    const bool isUpgrade = arguments == "1";
    if (isUpgrade && state_ == State::Installed)
        return raiseOrRefuse(Event::UpgradeAsked, std::move(done));
    const bool goes = isInPlace_ && !isUpgrade;
    raiseOrRefuse(goes ? Event::UninstallAsked : Event::DiscardAsked, std::move(done));
}

void SoftwareUpdate::activate(Done done)
{
    ask(Event::ActivateAsked, isActive_, std::move(done));
}

void SoftwareUpdate::deactivate(Done done)
{
    ask(Event::DeactivateAsked, !isActive_, std::move(done));
}

SoftwareUpdate::Event SoftwareUpdate::resetEvent() const
{
    return isInPlace_ ? Event::UpgradeDropped : Event::ResetAsked;
}

void SoftwareUpdate::reset()
{
    const auto event = resetEvent();
    if (admits(event))
        forgetUri();
    raise(event);
}

api::ClientState SoftwareUpdate::textsAfterReset() const
{
    if (!admits(resetEvent()))
        return {};
    return textsWithoutPackage(
        isInPlace_ ? textOf({State::Installed, SoftwareResult::Installed, true, isActive_})
                   : std::string());
}

// No Result is for it: the answer says how it ended.
void SoftwareUpdate::ask(Event event, bool isThere, Done done)
{
    if (!admits(event))
        return raiseOrRefuse(event, std::move(done));
    if (isThere)
        return done({});
    switched_ = std::move(done);
    raise(event);
}

std::int64_t SoftwareUpdate::reportedState() const
{
    switch (state_) {
    case State::Initial:
        return initial;
    case State::Downloading:
    case State::Fetching:
        return downloadStarted;
    case State::Checking:
    case State::Whole:
        return downloaded;
    case State::Delivered:
    case State::InstallDue:
    case State::Installing:
    case State::Placed:
        return delivered;
    default:
        return installed;
    }
}

// "DISABLED if the Software Activation State Machine is in the INACTIVE state or not alive".
bool SoftwareUpdate::isActive() const
{
    const bool isTold = isActive_ != (state_ == State::Toggled);
    return isTold && reportedState() == installed;
}

// Actions.

void SoftwareUpdate::place()
{
    isInPlace_ = true;
    isActive_ = false;
}

void SoftwareUpdate::makeRoom()
{
    isActive_ = false;
}

void SoftwareUpdate::runUninstall()
{
    discard();
    software_.run(api::SoftwareAction::Uninstall, current([this](const Expected<void>& gone) {
                      if (!gone)
                          tellFailure(gone.error().in("it cannot be uninstalled"));
                      raise(gone ? Event::Uninstalled : Event::UninstallFailed);
                  }));
}

void SoftwareUpdate::remove()
{
    isInPlace_ = isActive_ = false;
}

void SoftwareUpdate::runActivate()
{
    runSwitch(api::SoftwareAction::Activate);
}

void SoftwareUpdate::runDeactivate()
{
    runSwitch(api::SoftwareAction::Deactivate);
}

void SoftwareUpdate::runSwitch(api::SoftwareAction action)
{
    software_.run(action, current([this](const Expected<void>& ended) {
                      if (ended)
                          return raise(Event::Switched);
                      auto done = std::exchange(switched_, {});
                      raise(Event::SwitchFailed);
                      tellFailure(ended.error().in("it cannot be activated or deactivated"));
                      done(refuse(OutcomeCode::InternalServerError, ended.error().message));
                  }));
}

void SoftwareUpdate::toggle()
{
    isActive_ = !isActive_;
}

// A server that has its 2.04 finds it so after a power cut.
void SoftwareUpdate::answerSwitch()
{
    std::exchange(switched_, {})({});
}

// The program has done it, but after a power cut nobody would know: the server asks again.
void SoftwareUpdate::takeBackSwitch()
{
    isActive_ = !isActive_;
    const base::Error error{base::ErrorKind::StorageFailed,
                            "its program has ended, but the gateway cannot keep that: it counts as "
                            "not done"};
    tellFailure(error);
    std::exchange(switched_, {})(refuse(OutcomeCode::InternalServerError, error.message));
}

} // namespace causeway::lwm2m
