// SPDX-License-Identifier: Apache-2.0
#include "agent/server_change_journal.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/lwm2m/outcome_text.hpp"

namespace causeway::agent {

namespace {

/// A denied request costs a server nothing, and the journal's room is everybody's.
constexpr base::Duration quietTime = std::chrono::minutes(1);
/// More than an honest server of one device is ever denied in a minute.
constexpr std::size_t mostDenials = 32;

std::string sentenceOf(const lwm2m::ServerChange& change)
{
    if (change.isExecute)
        return change.failure.empty() ? "{DEVICE}: {SERVER} executed {PATH} with \"{NEW}\""
                                      : "{DEVICE}: {SERVER} wanted to execute {PATH} with "
                                        "\"{NEW}\": {ERROR}";
    return change.failure.empty() ? "{DEVICE}: {SERVER} changed {PATH} from {OLD} to {NEW}"
                                  : "{DEVICE}: {SERVER} wanted to change {PATH} from {OLD} to "
                                    "{NEW}: {ERROR}";
}

template <typename... More>
void write(const std::string& sentence,
           const std::string& device,
           const lwm2m::ServerChange& change,
           const More&... more)
{
    log::notice(sentence,
                "DEVICE",
                device,
                "SERVER",
                change.server,
                "PATH",
                change.path.toString(),
                "OLD",
                change.before,
                "NEW",
                change.after,
                "ERROR",
                change.failure,
                "MESSAGE_ID",
                log::serverChangeId,
                more...);
}

/// `untold`: of how many since the last line this is the last; 0 when it is told at once.
void writeDenied(const std::string& device, const lwm2m::ServerChange& change, std::uint64_t untold)
{
    std::string sentence = sentenceOf(change) + " ({OUTCOME})";
    if (untold > 1)
        sentence += ", the last of {UNTOLD} such requests since the last line";
    write(sentence, device, change, "OUTCOME", lwm2m::toText(*change.denial), "UNTOLD", untold);
}

} // namespace

ServerChangeJournal::ServerChangeJournal(base::Scheduler& scheduler)
    : scheduler_(scheduler)
    , untold_(scheduler, [this] { tellUntold(); })
{}

void ServerChangeJournal::tell(const std::string& device,
                               const std::vector<lwm2m::ServerChange>& changes)
{
    for (const auto& change : changes) {
        if (change.denial)
            tellDenied(device, change);
        else
            write(sentenceOf(change), device, change);
    }
}

void ServerChangeJournal::tellDenied(const std::string& device, const lwm2m::ServerChange& change)
{
    const auto now = scheduler_.now();
    Denials& denials = denialsOf(change);
    if (now < denials.quietUntil) {
        ++denials.untold;
        denials.device = device;
        denials.last = change;
        return;
    }
    denials.quietUntil = now + quietTime;
    if (!untold_.isRunning())
        untold_.start(quietTime);
    writeDenied(device, change, 0);
}

// Servers choose the paths: what is too much shares one place for each code.
ServerChangeJournal::Denials& ServerChangeJournal::denialsOf(const lwm2m::ServerChange& change)
{
    const Key key{change.server, change.path, *change.denial};
    const bool hasRoom = denials_.size() < mostDenials || denials_.contains(key);
    return denials_[hasRoom ? key : Key{{}, {}, *change.denial}];
}

void ServerChangeJournal::tellUntold()
{
    const auto now = scheduler_.now();
    auto next = base::TimePoint::max();
    for (auto place = denials_.begin(); place != denials_.end();) {
        Denials& denials = place->second;
        const bool isOver = denials.quietUntil <= now;
        if (isOver && denials.untold == 0) {
            place = denials_.erase(place);
            continue;
        }
        if (isOver) {
            writeDenied(denials.device, denials.last, std::exchange(denials.untold, 0));
            denials.quietUntil = now + quietTime;
        }
        next = std::min(next, denials.quietUntil);
        ++place;
    }
    if (!denials_.empty())
        untold_.startAt(next);
}

} // namespace causeway::agent
