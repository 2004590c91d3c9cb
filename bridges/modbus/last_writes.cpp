// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/last_writes.hpp"

#include <utility>
#include <vector>

#include "agent/base/log.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

constexpr base::Duration pause = std::chrono::seconds(1);
/// Who does not answer for a minute is not there any more.
constexpr std::uint32_t mostAttempts = 60;

} // namespace

LastWrites::LastWrites(base::Scheduler& scheduler, Ask ask)
    : scheduler_(scheduler)
    , ask_(std::move(ask))
    , retry_(scheduler, [this] { sendAll(); })
{}

void LastWrites::add(Request request)
{
    const std::uint64_t number = nextNumber_++;
    owed_[number].request = std::move(request);
    send(number);
}

void LastWrites::whenEmpty(base::Task settled)
{
    settled_ = std::move(settled);
    tellWhenEmpty();
}

void LastWrites::send(std::uint64_t number)
{
    Owed& owed = owed_.at(number);
    owed.isUnderWay = true;
    ++owed.attempts;
    ask_(owed.request, Priority::Write, [this, number](const Expected<Answer>& result) {
        onSent(number, result);
    });
}

void LastWrites::onSent(std::uint64_t number, const Expected<Answer>& result)
{
    const auto found = owed_.find(number);
    if (found == owed_.end())
        return;
    found->second.isUnderWay = false;
    const bool isTaken = result || isAcknowledge(result.error());
    const bool isRefused = !result && result.error().kind == ErrorKind::Refused &&
                           result.error().retry == base::Retry::Never;
    if (!isTaken && !isRefused && found->second.attempts < mostAttempts) {
        if (!retry_.isRunning())
            retry_.start(pause);
        return;
    }
    if (!isTaken)
        log::warning("unit {UNIT}: the end of a pulse could not be written, giving up: {ERROR}",
                     "UNIT",
                     found->second.request.unitId,
                     "ERROR",
                     result.error().message);
    owed_.erase(found);
    tellWhenEmpty();
}

void LastWrites::sendAll()
{
    std::vector<std::uint64_t> waiting;
    for (const auto& [number, owed] : owed_) {
        if (!owed.isUnderWay)
            waiting.push_back(number);
    }
    for (const std::uint64_t number : waiting)
        send(number);
}

void LastWrites::tellWhenEmpty()
{
    // Later, because who hears it may take the line away.
    if (isEmpty() && settled_)
        scheduler_.post(std::exchange(settled_, {}));
}

} // namespace causeway::bridges::modbus
