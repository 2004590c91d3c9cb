// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit_writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "bridges/modbus/point_writes.hpp"
#include "bridges/modbus/register_codec.hpp"
#include "bridges/modbus/write_fate.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

/// What servers may have waiting for one device.
constexpr std::size_t mostJobs = 64;
/// Between attempts to end a pulse: a relay that stays on is worse than a busy line.
constexpr base::Duration pulseRetry = std::chrono::seconds(1);
/// For the write that is under way, when both may change the same register.
constexpr base::Duration pulseWait = std::chrono::milliseconds(20);
/// Before a write that the device has acknowledged is looked for; doubles. Together 6.2 s, so that
/// who waits for the answer has not given up.
constexpr base::Duration glancePause = std::chrono::milliseconds(200);
constexpr std::uint32_t mostGlances = 5;
/// What a relay needs to change over and to show it, where the profile does not say (settle-ms).
constexpr base::Duration leastSteadyTime = std::chrono::milliseconds(200);
/// For that, or for the end of a pulse: as long as a write may wait for its line
/// (LineTuning::longestQueueing).
constexpr base::Duration longestWait = std::chrono::seconds(10);

bool isAcknowledged(const Expected<Answer>& result)
{
    return !result && isAcknowledge(result.error());
}

bool isCancelled(const Expected<Answer>& result)
{
    return !result && result.error().kind == ErrorKind::Cancelled;
}

} // namespace

UnitWriter::UnitWriter(base::Scheduler& scheduler, Place place)
    : scheduler_(scheduler)
    , place_(std::move(place))
    , settle_(scheduler, [this] { readBack(true); })
    , steady_(scheduler, [this] { startNext(); })
{}

void UnitWriter::write(std::size_t number,
                       const Point& what,
                       std::vector<std::uint16_t> words,
                       Done done)
{
    add({number, what, std::move(words), {}, std::move(done), {}});
}

void UnitWriter::write(std::size_t number, const Point& what, model::Value value, Done done)
{
    add({number, what, {}, std::move(value), std::move(done), {}});
}

void UnitWriter::add(Job job)
{
    const auto last = writtenAt_.find(targetOf(job.what));
    const base::Duration pause = ruleOf(job.what).pause;
    std::optional<base::Error> refusal;
    if (jobs_.size() >= mostJobs)
        refusal = {
            ErrorKind::LimitExceeded, "the device has too many writes waiting", Retry::Later};
    else if (last != writtenAt_.end() && scheduler_.now() < last->second + pause)
        refusal = {ErrorKind::LimitExceeded,
                   fmt::format("the profile wants {} ms between two writes",
                               ruleOf(job.what).pause.count()),
                   Retry::Later};
    if (refusal) {
        job.done(fail(unsent(*refusal)));
        return;
    }
    writtenAt_[targetOf(job.what)] = scheduler_.now();
    job.addedAt = scheduler_.now();
    jobs_.push_back(std::move(job));
    if (!isUnderWay_)
        startNext();
}

void UnitWriter::startNext()
{
    if (isUnderWay_ || isMerging_)
        return;
    giveUpLate();
    // Whoever needs not wait goes first; of one target none overtakes another.
    const auto ready =
        std::ranges::find_if(jobs_, [this](const Job& job) { return !steadyAt(job); });
    if (isUnderWay_ || ready == jobs_.end())
        return;
    std::rotate(jobs_.begin(), ready, ready + 1);
    isUnderWay_ = true;
    if (dependsOnState(jobs_.front().what))
        readState();
    else
        begin();
}

// A write that nobody waits for any more must not come with the device, hours later.
void UnitWriter::giveUpLate()
{
    const auto isLate = [this](const Job& job) {
        return steadyAt(job) && scheduler_.now() >= job.addedAt + longestWait;
    };
    for (auto late = std::ranges::find_if(jobs_, isLate); late != jobs_.end();
         late = std::ranges::find_if(jobs_, isLate)) {
        Done done = std::move(late->done);
        jobs_.erase(late);
        done(fail(unsent({ErrorKind::Timeout, "the write before it has not ended"})));
    }
    auto next = base::TimePoint::max();
    for (const Job& job : jobs_) {
        if (const auto at = steadyAt(job))
            next = std::min({next, *at, job.addedAt + longestWait});
    }
    if (next != base::TimePoint::max())
        steady_.startAt(next);
}

// Before a device that was changed over shows how it stands, the next write would be decided by how
// it stood; and inside a pulse it would make no second one.
std::optional<base::TimePoint> UnitWriter::steadyAt(const Job& job) const
{
    if (!changesOver(job.what))
        return std::nullopt;
    if (pulses_.contains(targetOf(job.what)))
        return base::TimePoint::max(); // whoever ends it says so
    const auto at = steadyAt_.find(targetOf(job.what));
    const bool isSteady = at == steadyAt_.end() || scheduler_.now() >= at->second;
    return isSteady ? std::nullopt : std::optional(at->second);
}

void UnitWriter::rest(const Point& what)
{
    if (changesOver(what))
        steadyAt_[targetOf(what)] =
            scheduler_.now() + std::max<base::Duration>(ruleOf(what).settle, leastSteadyTime);
}

void UnitWriter::readState()
{
    const Point& what = jobs_.front().what;
    place_.ask(readRequest(place_.unitId, what.table, what.extent()),
               Priority::Write,
               [this](const Expected<Answer>& result) {
                   if (result) {
                       onState(*result);
                       return;
                   }
                   answer(fail(unsent(result.error().in("what it is now cannot be read"))));
                   end();
               });
}

void UnitWriter::onState(const Answer& found)
{
    Job& job = jobs_.front();
    if (job.what.executeToggles) {
        job.words = flipped(job.what, found);
        send();
        return;
    }
    if (ruleOf(job.what).toggles && holds(job.what, found, job.words)) {
        place_.onReadBack(job.number, found);
        answer({});
        end();
        return;
    }
    auto words =
        job.value ? encode(job.what, *job.value, found) : encode(job.what, model::Value(true));
    if (!words) {
        answer(fail(words.error()));
        end();
        return;
    }
    job.wanted = job.value ? *words : job.words;
    job.words = std::move(*words);
    begin();
}

void UnitWriter::begin()
{
    const Point& what = jobs_.front().what;
    auto foreign = bitsToKeep(what);
    if (foreign.empty())
        send();
    else
        mergeForeign(std::move(foreign));
}

void UnitWriter::mergeForeign(std::vector<std::uint16_t> foreign)
{
    const Point& what = jobs_.front().what;
    const WriteRule rule = ruleOf(what);
    const Extent extent{rule.address.value_or(what.address), what.count()};
    place_.ask(
        readRequest(place_.unitId, rule.table.value_or(what.table), extent),
        Priority::Write,
        [this, foreign = std::move(foreign)](const Expected<Answer>& result) {
            if (!result) {
                answer(fail(unsent(result.error().in("the register's other bits cannot be read"))));
                end();
                return;
            }
            auto& words = jobs_.front().words;
            for (std::size_t i = 0; i < words.size(); ++i)
                words[i] |= static_cast<std::uint16_t>((*result)[i] & foreign[i]);
            send();
        });
}

void UnitWriter::send()
{
    if (const auto& with = jobs_.front().what.unlock)
        unlock(*with);
    else
        sendUnlocked();
}

void UnitWriter::unlock(const Unlock& with)
{
    place_.ask(writeRequest(place_.unitId, with.table, with.address, with.words, with.usesMultiple),
               Priority::Write,
               [this](const Expected<Answer>& result) {
                   if (result || isAcknowledged(result)) {
                       sendUnlocked();
                       return;
                   }
                   answer(fail(
                       unsent(withoutFate(result.error()).in("the device could not be unlocked"))));
                   end();
               });
}

void UnitWriter::sendUnlocked()
{
    const Job& job = jobs_.front();
    place_.ask(writeRequest(place_.unitId, job.what, job.words),
               Priority::Write,
               [this](const Expected<Answer>& result) { onWritten(result); });
}

void UnitWriter::onWritten(const Expected<Answer>& result)
{
    const Job& job = jobs_.front();
    const WriteRule rule = ruleOf(job.what);
    if (isCancelled(result) || (!result && result.error().effect == base::Effect::None)) {
        answer(fail(result.error()));
        end();
        return;
    }
    const bool isPulse = rule.pulse.count() > 0;
    if (isPulse)
        endPulseAfter(rule.pulse, job.number, job.what);
    rest(job.what);
    if (isAcknowledged(result)) {
        onAcknowledged();
        return;
    }
    if (result && rule.verifies && !isPulse) {
        settle_.start(rule.settle);
        return;
    }
    if (result)
        answer({});
    else
        answer(fail(asRefusedWrite(result.error())));
    // After a success who asked reads it again; what became of a failed write nobody else asks.
    if (result || job.what.executeValue || job.what.isUnreadable || isPulse)
        end();
    else
        readBack(false);
}

// It does what it was told, in its own time; told again it might do it twice.
void UnitWriter::onAcknowledged()
{
    Job& job = jobs_.front();
    const WriteRule rule = ruleOf(job.what);
    const bool isUnseen = job.what.executeValue || job.what.isUnreadable;
    if (isUnseen || rule.pulse.count() > 0) { // nothing there shows that it is done
        answer({});
        end();
        return;
    }
    job.glances = 0;
    settle_.start(std::max<base::Duration>(rule.settle, glancePause));
}

void UnitWriter::readBack(bool isVerified)
{
    const Point& what = jobs_.front().what;
    place_.ask(
        readRequest(place_.unitId, what.table, what.extent()),
        Priority::Read,
        [this, isVerified](const Expected<Answer>& result) { onReadBack(result, isVerified); });
}

void UnitWriter::onReadBack(const Expected<Answer>& result, bool isVerified)
{
    Job& job = jobs_.front();
    if (result)
        place_.onReadBack(job.number, *result);
    if (job.glances && looksAgain(result))
        return;
    if (isVerified)
        answer(verdict(result));
    end();
}

/// Whether the device holds what it was told.
bool UnitWriter::isDone(const Answer& found) const
{
    const Job& job = jobs_.front();
    return holds(job.what, found, job.wanted.empty() ? job.words : job.wanted);
}

bool UnitWriter::looksAgain(const Expected<Answer>& result)
{
    const bool isOver = result ? isDone(*result) : result.error().retry == Retry::Never;
    Job& job = jobs_.front();
    if (isOver || ++*job.glances >= mostGlances)
        return false;
    settle_.start(glancePause * (1U << *job.glances));
    return true;
}

Expected<void> UnitWriter::verdict(const Expected<Answer>& result) const
{
    const Job& job = jobs_.front();
    if (result && isDone(*result))
        return {};
    if (!job.glances)
        return result ? fail(ErrorKind::Refused,
                             "the device confirmed the write and kept another value")
                      : fail(result.error().in("written, but it cannot be read back"));
    if (isCancelled(result))
        return fail(ofSent(writeRequest(place_.unitId, job.what, job.words), result.error()));
    const bool isRefused = !result && result.error().kind == ErrorKind::Refused;
    const bool isUnreadable = isRefused && result.error().retry == Retry::Never;
    if (isUnreadable && !ruleOf(job.what).verifies)
        return {}; // nobody can know more than the device has said
    if (isUnreadable)
        return fail(result.error().in("written, but it cannot be read back"));
    return fail(ErrorKind::Timeout,
                "the device has acknowledged the write and not done it in time: whether it will "
                "take effect is unknown");
}

void UnitWriter::endPulseAfter(base::Duration pause, std::size_t number, const Point& what)
{
    Pulse& pulse = pulses_[targetOf(what)];
    pulse.own = ended(what, jobs_.front().words);
    pulse.end = pulseEnd(place_.unitId, what, jobs_.front().words);
    pulse.timer = std::make_unique<base::Timer>(scheduler_, [this, number, what] {
        if (bitsToKeep(what).empty())
            sendPulseEnd(number, what);
        else
            mergePulseEnd(number, what);
    });
    pulse.timer->start(pause);
}

// Nobody of ours writes between this reading and its writing.
void UnitWriter::mergePulseEnd(std::size_t number, const Point& what)
{
    if (isUnderWay_ || isMerging_) {
        pulses_.at(targetOf(what)).timer->start(pulseWait);
        return;
    }
    isMerging_ = true;
    const WriteRule rule = ruleOf(what);
    place_.ask(readRequest(place_.unitId,
                           rule.table.value_or(what.table),
                           {rule.address.value_or(what.address), what.count()}),
               Priority::Write,
               [this, number, what](const Expected<Answer>& result) {
                   const auto pulse = pulses_.find(targetOf(what));
                   if (pulse == pulses_.end())
                       return;
                   if (!result) {
                       onPulseEnded(result, number, what);
                       return;
                   }
                   pulse->second.end.values = withOthers(what, pulse->second.own, *result);
                   sendPulseEnd(number, what);
               });
}

void UnitWriter::sendPulseEnd(std::size_t number, const Point& what)
{
    place_.ask(pulses_.at(targetOf(what)).end,
               Priority::Write,
               [this, number, what](const Expected<Answer>& result) {
                   const bool isTaken = isAcknowledged(result);
                   onPulseEnded(isTaken ? Expected<Answer>(Answer{}) : result, number, what);
               });
}

void UnitWriter::onPulseEnded(const Expected<Answer>& result, std::size_t number, const Point& what)
{
    const auto pulse = pulses_.find(targetOf(what));
    if (pulse == pulses_.end())
        return;
    if (!bitsToKeep(what).empty()) {
        isMerging_ = false;
        startNext();
    }
    if (!result && !isRefusedForGood(result.error())) {
        pulse->second.timer->start(pulseRetry);
        return;
    }
    if (!result)
        log::warning("unit {UNIT}: the end of a pulse is refused, giving up: {ERROR}",
                     "UNIT",
                     place_.unitId,
                     "ERROR",
                     result.error().message);
    // A pulse that began meanwhile has an end of its own.
    if (!pulse->second.timer->isRunning())
        pulses_.erase(pulse);
    rest(what);
    startNext();
    place_.ask(readRequest(place_.unitId, what.table, what.extent()),
               Priority::Read,
               [this, number](const Expected<Answer>& now) {
                   if (now)
                       place_.onReadBack(number, *now);
               });
}

std::vector<Request> UnitWriter::close(const std::function<bool(const Request&)>& isOnWire)
{
    std::vector<Request> owed;
    for (auto& [target, pulse] : pulses_)
        owed.push_back(std::move(pulse.end));
    pulses_.clear();
    if (isUnderWay_) {
        const Job& job = jobs_.front();
        const bool isSent = !job.words.empty() && // else it is not made yet
                            isOnWire(writeRequest(place_.unitId, job.what, job.words));
        if (isSent && ruleOf(job.what).pulse.count() > 0)
            owed.push_back(pulseEnd(place_.unitId, job.what, job.words));
    }
    // The first one's callback comes from the line, unless it only waits for the device to settle.
    const std::size_t kept = isUnderWay_ && !settle_.isRunning() ? 1 : 0;
    const bool isSettling = settle_.isRunning();
    settle_.stop();
    const base::Error reason{ErrorKind::Cancelled, "the device is detached", Retry::Never};
    const Request anyWrite{place_.unitId, FunctionCode::WriteSingleRegister, 0, 1, {}};
    while (jobs_.size() > kept) {
        const bool isSent = isSettling && jobs_.size() == 1;
        Done done = std::move(jobs_.back().done);
        jobs_.pop_back();
        done(fail(isSent ? ofSent(anyWrite, reason) : ofUnsent(anyWrite, reason)));
    }
    return owed;
}

void UnitWriter::answer(Expected<void> result)
{
    Done done = std::move(jobs_.front().done);
    done(std::move(result));
}

void UnitWriter::end()
{
    jobs_.pop_front();
    isUnderWay_ = false;
    startNext();
}

} // namespace causeway::bridges::modbus
