// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/firmware_update.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace causeway::lwm2m {

using model::OutcomeCode;
using model::refuse;

namespace {

constexpr const char* stateKey = "firmware";

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
                               UpdateListener& listener)
    : PackageUpdate({station, fetcher, scheduler, listener, stateKey})
{
    read(restore(state));
    showSilently();
    raise(Event::Restarted);
}

// "2 0": what /5/0/3 and /5/0/5 said.
void FirmwareUpdate::read(std::string_view text)
{
    if (text.empty())
        return;
    const auto blank = std::min(text.find(' '), text.size() - 1);
    const auto number = [](std::string_view digits) {
        std::uint8_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    };
    constexpr std::array states{
        State::Idle, State::Downloading, State::Downloaded, State::Updating};
    state_ = states.at(std::min<std::size_t>(number(text.substr(0, blank)), states.size() - 1));
    if (state_ == State::Downloading && !uri().empty())
        state_ = State::Fetching;
    result_ = static_cast<FirmwareResult>(number(text.substr(blank + 1)));
}

bool FirmwareUpdate::admits(Event event) const
{
    return find(event) != nullptr;
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
    enter({state_ == State::Downloading, state_ == State::Fetching});
    (this->*row->action)();
    tell();
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
        forgetUri();
    raise(Event::ResetAsked);
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
    case State::UpdateDue:
    case State::Updating:
    case State::Updated:
        break;
    }
    return updating;
}

// What is told and what is kept.

std::string FirmwareUpdate::stateToKeep() const
{
    if (state_ == State::Whole)
        return wordsOf(downloaded, result_);
    if (state_ == State::Updated)
        return wordsOf(idle, FirmwareResult::Success);
    if (state_ == State::Idle && result_ == FirmwareResult::Initial)
        return {};
    return wordsOf(reportedState(), result_);
}

std::string FirmwareUpdate::visible() const
{
    return wordsOf(reportedState(), result_);
}

} // namespace causeway::lwm2m
