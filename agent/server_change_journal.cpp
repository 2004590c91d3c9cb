// SPDX-License-Identifier: Apache-2.0
#include "agent/server_change_journal.hpp"

#include <chrono>
#include <utility>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/lwm2m/outcome_text.hpp"

namespace causeway::agent {

namespace {

/// A denied request costs a server nothing, and the journal's room is everybody's.
constexpr base::Duration quietTime = std::chrono::minutes(1);

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

} // namespace

ServerChangeJournal::ServerChangeJournal(base::Scheduler& scheduler)
    : scheduler_(scheduler)
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
    Denials& denials = denials_[*change.denial];
    const auto now = scheduler_.now();
    if (now < denials.quietUntil) {
        ++denials.untold;
        return;
    }
    denials.quietUntil = now + quietTime;
    const std::uint64_t untold = std::exchange(denials.untold, 0);
    std::string sentence = sentenceOf(change) + " ({OUTCOME})";
    if (untold > 0)
        sentence += ", and {UNTOLD} more such requests since the last line";
    write(sentence, device, change, "OUTCOME", lwm2m::toText(*change.denial), "UNTOLD", untold);
}

} // namespace causeway::agent
