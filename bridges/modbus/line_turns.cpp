// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/door.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/write_fate.hpp"

// Whose turn it is on a Line, and until when nobody may speak.
namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::fail;
using base::Retry;
using base::TimePoint;

void Line::startNext()
{
    failHopeless();
    // Who heard that his request is hopeless may have made another, which the timer will find.
    if (!underWay_.hasRoom() || !isUp_ || queue_.isEmpty())
        return;
    if (sleep_ != Sleep::None) {
        if (std::exchange(sleep_, Sleep::Waking) == Sleep::Asleep)
            parts_.link->open(*this);
        return;
    }
    const LineJob* const job = nextInTurn();
    // Nobody overtakes who has no room yet: beside a busy unit that needs less it would never come.
    if (!job || !underWay_.hasRoomFor(outstandingOf(job->request.unitId))) {
        if (const TimePoint at = firstReleaseOrExpiry(); at != TimePoint::max())
            timer_.startAt(at); // else an answer is waited for
        return;
    }
    // Its silence takes nobody's turn, for the same reason.
    if (const TimePoint silent = silentFor(*job); silent > scheduler_.now())
        timer_.startAt(silent);
    else
        send(queue_.take(*job));
}

void Line::failHopeless()
{
    const TimePoint now = scheduler_.now();
    auto jobs =
        queue_.takeAll([&](const LineJob& job) { return whyHopeless(job, now).has_value(); });
    // All reasons before anybody hears one: who does may change what the next depends on.
    std::vector<base::Error> reasons;
    reasons.reserve(jobs.size());
    for (const LineJob& job : jobs)
        reasons.push_back(ofUnsent(job.request, *whyHopeless(job, now)));
    for (std::size_t i = 0; i < jobs.size(); ++i)
        base::contain(fmt::format("unit {}", jobs[i].request.unitId),
                      [&] { jobs[i].done(fail(std::move(reasons[i]))); });
}

std::optional<base::Error> Line::whyHopeless(const LineJob& job, TimePoint now)
{
    if (!isUp_)
        return base::Error{ErrorKind::Unreachable,
                           "the line is down" + (lastError_.empty() ? "" : ": " + lastError_),
                           Retry::AfterReconnect};
    const bool isService = job.priority == Priority::Service;
    if (!reservedFor_.empty() && !isService)
        return base::Error{ErrorKind::Unreachable, reservedFor_, Retry::Later};
    const UnitRecord& unit = record(job.request.unitId);
    if (!isService && !unit.breaker.allows(now, isUrgent(job.priority)))
        return base::Error{ErrorKind::Unreachable, whyNotAsked(unit), Retry::Later};
    if (isUrgent(job.priority) && now >= job.queuedAt + tuning_.longestQueueing)
        return base::Error{ErrorKind::Timeout, "the line was too busy", Retry::Later};
    return std::nullopt;
}

std::optional<TimePoint> Line::heldUntil(const LineJob& job) const
{
    const TimePoint now = scheduler_.now();
    if (job.knock)
        return std::nullopt;
    if (job.notBefore > now)
        return job.notBefore;
    return parts_.framing->heldUntil(job.request, now);
}

TimePoint Line::silentFor(const LineJob& job) const
{
    const UnitTerms* const terms = termsOf(job.request.unitId);
    const base::Duration silence =
        parts_.link->silenceBefore(terms ? terms->serial : api::SerialMode{}) +
        (terms ? terms->silence : base::Duration{});
    return std::max(quietUntil_, lastOctetAt_ + silence);
}

std::string Line::whyNotAsked(const UnitRecord& unit)
{
    if (!unit.unspeakable.empty())
        return unit.unspeakable;
    return fmt::format("the unit has {} {} times, it is asked now and then only",
                       unit.answersWrongly ? "given no right answer" : "not answered",
                       unit.breaker.timeouts());
}

TimePoint Line::firstReleaseOrExpiry() const
{
    TimePoint first = TimePoint::max();
    queue_.each([&](const LineJob& job) {
        first = std::min(first, heldUntil(job).value_or(first));
        if (isUrgent(job.priority))
            first = std::min(first, job.queuedAt + tuning_.longestQueueing);
    });
    return first;
}

const LineJob* Line::nextInTurn() const
{
    // Whose write waits for its reads to end is asked nothing more: they would never all have.
    std::set<std::uint8_t> writing;
    return queue_.next([&](const LineJob& job) {
        const Request& request = job.request;
        if (writing.contains(request.unitId) || heldUntil(job))
            return false;
        const bool mustWait = underWay_.keepsApart(request);
        if (mustWait && isWrite(request.function))
            writing.insert(request.unitId);
        return !mustWait;
    });
}

std::uint16_t Line::outstandingOf(std::uint8_t unitId) const
{
    const UnitTerms* const terms = termsOf(unitId);
    return terms && parts_.framing->takesSeveral() ? terms->outstanding : 1;
}

void Line::wakeUp()
{
    timer_.startAt(isUp_ ? std::max(quietUntil_, lastOctetAt_ + parts_.link->silence())
                         : scheduler_.now());
}

} // namespace causeway::bridges::modbus
