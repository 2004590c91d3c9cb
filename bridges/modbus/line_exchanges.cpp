// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "agent/base/door.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/write_fate.hpp"

// What a Line does with a request from its sending to its end.
namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using base::TimePoint;

namespace {

/// A TCP connection on which so many requests in a row met silence is not trusted any more.
constexpr std::uint32_t mostSilentInARow = 3;
/// A new connection costs a gateway more than a probe costs its line.
constexpr base::Duration firstDoubtPause = std::chrono::seconds(30);
constexpr base::Duration longestDoubtPause = std::chrono::minutes(10);

} // namespace

void Line::send(LineJob job)
{
    ++record(job.request.unitId).attempts;
    const UnitTerms* const terms = termsOf(job.request.unitId);
    if (auto spoken = parts_.link->speak(terms ? terms->serial : api::SerialMode{}); !spoken) {
        refuse(std::move(job), spoken.error());
        return;
    }
    record(job.request.unitId).unspeakable.clear();
    if (job.knock)
        parts_.framing->forgetUnanswered(job.request.unitId);
    // A unit that may take longer than the line's others may also be late for longer.
    parts_.framing->expectLateFor(responseTimeout(job.request.unitId) * tuning_.lateness);
    const base::Bytes frame = parts_.framing->begin(job.request);
    const base::Duration onWire =
        parts_.link->wireTime(frame.size() + parts_.framing->octetsOnWire(job.request));
    ++counters_["requests"];
    record(job.request.unitId).statistics.onSent(scheduler_.now());
    counters_["octetsSent"] += frame.size();
    trace_.onSent(job.request, frame);
    const TimePoint now = scheduler_.now();
    const TimePoint deadline =
        now + onWire + job.knock.value_or(responseTimeout(job.request.unitId));
    const std::uint16_t outstanding = outstandingOf(job.request.unitId);
    underWay_.add({std::move(job), parts_.framing->begun(), outstanding, now, deadline});
    answer_.startAt(underWay_.first()->deadline);
    parts_.link->send(frame);
    if (underWay_.hasRoom() && !queue_.isEmpty())
        wakeUp();
}

// Nothing has gone out. It is this unit's fault, and the line is as good as ever for the others.
void Line::refuse(LineJob job, const base::Error& why)
{
    UnitRecord& unit = record(job.request.unitId);
    unit.breaker.onTimeout(scheduler_.now());
    unit.unspeakable = why.message;
    ++counters_["refusedSpeeds"];
    unit.statistics.onRefusedSpeed();
    trace_.onNotSent(job.request, why.message);
    reportSoon();
    job.done(fail(ofUnsent(job.request, why)));
    wakeUp();
}

void Line::giveUpFirst()
{
    const Exchange* const first = underWay_.first();
    if (first == nullptr)
        return;
    const Framing::Number number = first->number;
    finish(number, tl::unexpected(parts_.framing->giveUpOn(number, scheduler_.now())));
}

void Line::finish(Framing::Number number, Expected<Answer> result)
{
    auto exchange = underWay_.take(number);
    if (!exchange)
        return;
    if (const Exchange* const next = underWay_.first())
        answer_.startAt(next->deadline);
    else
        answer_.stop();
    LineJob& job = exchange->job;
    const bool wasProbe = record(job.request.unitId).breaker.isOpen();
    const bool isKnock = job.knock.has_value();
    const bool wasSilence = !result && result.error().kind == ErrorKind::Timeout;
    const bool wasWrong = !result && result.error().kind == ErrorKind::Corrupt;
    const bool followsSilence = silentUnit_ && silentUnit_ != job.request.unitId;
    note(*exchange, result);
    if (!result && isPutOff(job, result.error())) {
        queue_.putBack(std::move(job));
    } else if (!result && deservesRepeat(job, result.error(), followsSilence)) {
        job.isRepeat = true;
        queue_.pushAgain(std::move(job)); // before anybody else's silence
    } else {
        if (!result)
            result = fail(ofSent(job.request, std::move(result.error())));
        job.done(std::move(result));
    }
    rest(wasWrong || (wasSilence && !wasProbe && !isKnock));
}

void Line::note(const Exchange& exchange, const Expected<Answer>& result)
{
    const TimePoint now = scheduler_.now();
    const Request& request = exchange.job.request;
    trace_.onEnd(request, result, parts_.framing->octetsLeft());
    count(result);
    UnitRecord& unit = record(request.unitId);
    unit.statistics.onEnd(result, exchange.sentAt, now);
    const bool wasSilence = !result && result.error().kind == ErrorKind::Timeout;
    const bool wasWrong = !result && result.error().kind == ErrorKind::Corrupt;
    hasAnswered_ = hasAnswered_ || result || result.error().kind == ErrorKind::Refused;
    const bool isDeaf = !result && result.error().kind == ErrorKind::Unreachable;
    // Requests that waited together have met one silence.
    const bool isUnitSilence = wasSilence && exchange.sentAt >= unit.silentAt;
    if (isUnitSilence) {
        unit.silentAt = now;
        ++unit.silences;
    }
    // Nonsense costs the others as much as silence: only what can be an answer is one.
    if (isUnitSilence || isDeaf || wasWrong)
        unit.breaker.onTimeout(now);
    else if (!wasSilence)
        unit.breaker.onAnswer();
    unit.answersWrongly = wasWrong || (unit.answersWrongly && wasSilence);
    if (!wasSilence) {
        silentInARow_ = 0;
        doubtPause_ = {};
    } else if (exchange.sentAt >= silentAt_) {
        silentAt_ = now;
        ++silentInARow_;
    }
    silentUnit_ = wasSilence ? std::optional(request.unitId) : std::nullopt;
}

void Line::count(const Expected<Answer>& result)
{
    counters_["strayAnswers"] = parts_.framing->strayAnswers();
    if (parts_.framing->wrongEchoes() > 0)
        counters_["wrongEchoes"] = parts_.framing->wrongEchoes();
    reportSoon();
    if (result) {
        ++counters_["answers"];
        return;
    }
    ++counters_[counterOf(result.error())];
}

// A server takes what follows a request to a silent neighbour for that one's answer, and so misses
// a request to itself (libmodbus 3.1.6, _modbus_rtu_receive). A poll that may have met this is
// asked again.
bool Line::deservesRepeat(const LineJob& job, const base::Error& error, bool followsSilence)
{
    const bool mayPass = error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Corrupt;
    const bool mayBeMissed = job.priority == Priority::Poll && followsSilence;
    return mayPass && (job.priority == Priority::Read || mayBeMissed) && !job.isRepeat &&
           !record(job.request.unitId).breaker.isOpen();
}

// Who polls comes again anyway, and a technician shall see what the unit says. Nothing has been
// done with the request (V1.1b3 §7), so a write is not one too many.
bool Line::isPutOff(LineJob& job, const base::Error& error)
{
    const bool isAwaited = job.priority == Priority::Write || job.priority == Priority::Read;
    if (!isAwaited || job.busyAnswers >= tuning_.busyRepeats || !isBusy(error))
        return false;
    job.notBefore = scheduler_.now() + tuning_.busyPause * (1U << job.busyAnswers);
    ++job.busyAnswers;
    return true;
}

void Line::rest(bool needsQuiet)
{
    if (parts_.framing->hasLostTrack() || isConnectionDead()) {
        silentInARow_ = 0;
        hasAnswered_ = hasAnswered_ && parts_.framing->hasLostTrack();
        const std::string why = parts_.framing->hasLostTrack() ? "answers that cannot be right"
                                                               : "nothing comes back any more";
        parts_.link->reopen({ErrorKind::Unreachable, why, Retry::AfterReconnect});
        return;
    }
    const TimePoint now = scheduler_.now();
    if (needsQuiet && parts_.hasQuarantine)
        quietUntil_ = now + parts_.responseTimeout;
    startIdleTime();
    wakeUp();
}

// Behind RTU over TCP units may be silent for good, and the gateway well: all of them must have
// been silent, and a connection that did not help is made again ever more seldom.
bool Line::isConnectionDead()
{
    const std::size_t most = mostSilentInARow + (parts_.isRtuOverTcp ? users_.size() : 0);
    if (silentInARow_ < most || (parts_.hasQuarantine && !parts_.isRtuOverTcp))
        return false;
    const TimePoint now = scheduler_.now();
    if (parts_.isRtuOverTcp && now < doubtedAt_ + doubtPause_)
        return false;
    doubtedAt_ = now;
    doubtPause_ = std::clamp(doubtPause_ * 2, firstDoubtPause, longestDoubtPause);
    return true;
}

// Many servers close a connection after each answer, or when they like; and one unit that answers
// nonsense must not take its neighbours' line down. RTU over TCP is left out: it could not tell a
// late answer of the old connection from one of the new.
bool Line::mayReconnect() const
{
    return isUp_ && sleep_ == Sleep::None && reservedFor_.empty() && !parts_.hasQuarantine &&
           parts_.link->canSleep() && (hasAnswered_ || parts_.framing->hasLostTrack());
}

// Reads are asked again over the new connection; what became of a write nobody knows.
void Line::reconnect(const base::Error& reason)
{
    sleep_ = Sleep::Waking;
    idleTimer_.stop();
    timer_.stop();
    answer_.stop();
    standstill_.stop();
    ++counters_["reconnects"];
    reportSoon();
    auto cut = underWay_.takeAll();
    parts_.link->open(*this);
    std::vector<LineJob> lost;
    for (auto exchange = cut.rbegin(); exchange != cut.rend(); ++exchange) {
        trace_.onEnd(exchange->job.request, fail(reason), 0);
        if (isWrite(exchange->job.request.function) || exchange->job.isRepeat) {
            lost.push_back(std::move(exchange->job));
            continue;
        }
        exchange->job.isRepeat = true;
        queue_.pushAgain(std::move(exchange->job));
    }
    const base::Error why{ErrorKind::Unreachable, reason.message, reason.retry};
    for (LineJob& job : lost)
        base::contain(fmt::format("unit {}", job.request.unitId),
                      [&] { job.done(fail(ofSent(job.request, why))); });
}

// On a serial line its answer comes to whoever has the port open by then.
void Line::expectLateAnswer()
{
    const Exchange* const cut = underWay_.first();
    if (cut != nullptr && parts_.hasQuarantine)
        static_cast<void>(parts_.framing->giveUpOn(cut->number, scheduler_.now()));
}

void Line::failAll(const base::Error& reason)
{
    std::vector<std::pair<LineJob, base::Error>> jobs;
    for (Exchange& exchange : underWay_.takeAll()) {
        trace_.onEnd(exchange.job.request, fail(reason), 0);
        auto why = ofSent(exchange.job.request, reason);
        jobs.emplace_back(std::move(exchange.job), std::move(why));
    }
    for (LineJob& job : queue_.takeAll([](const LineJob&) { return true; })) {
        auto why = ofUnsent(job.request, reason);
        jobs.emplace_back(std::move(job), std::move(why));
    }
    for (auto& [job, why] : jobs)
        base::contain(fmt::format("unit {}", job.request.unitId),
                      [&job = job, &why = why] { job.done(fail(std::move(why))); });
}

} // namespace causeway::bridges::modbus
