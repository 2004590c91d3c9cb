// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/door.hpp"
#include "bridges/modbus/last_writes.hpp"
#include "bridges/modbus/write_fate.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using base::TimePoint;

namespace {

/// Between two octets of one frame over TCP. A server sends a frame at once, and a network delivers
/// it so, or after a lost packet's 200 ms: then the connection costs one that is made again.
constexpr base::Duration longestStandstill = std::chrono::milliseconds(100);

std::string unitName(std::uint8_t unitId)
{
    return fmt::format("unit {}", unitId);
}

} // namespace

Line::Line(base::Scheduler& scheduler, const LineTuning& tuning, LineParts parts, Report report)
    : scheduler_(scheduler)
    , tuning_(tuning)
    , parts_(std::move(parts))
    , report_(std::move(report))
    , lastWrites_(std::make_unique<LastWrites>(
          scheduler,
          [this](Request request, Priority priority, Done done) {
              LineJob job{std::move(request), priority, std::move(done), scheduler_.now()};
              job.isOwed = true;
              add(std::move(job));
          }))
    , trace_(scheduler)
    , timer_(scheduler, [this] { startNext(); })
    , answer_(scheduler, [this] { giveUpFirst(); })
    , standstill_(scheduler, [this] { onStandstill(); })
    , idleTimer_(scheduler, [this] { onIdle(); })
    , reportTimer_(scheduler, [this] { reportNow(); })
{}

Line::~Line()
{
    failAll({ErrorKind::Cancelled, "the line is removed", Retry::Never});
}

void Line::open()
{
    isWanted_ = true;
    parts_.link->open(*this);
}

void Line::change(LineParts parts)
{
    isWanted_ = false;
    goDown({ErrorKind::Unreachable, "the line's settings change", Retry::AfterReconnect});
    // The devices know nothing of it, and may still answer.
    parts.framing->expect(parts_.framing->unanswered(scheduler_.now()));
    parts_ = std::move(parts);
    for (auto& [unitId, unit] : units_) {
        unit.breaker = CircuitBreaker(tuning_);
        unit.unspeakable.clear();
    }
    open();
}

void Line::join(std::uint8_t unitId, LineUser& user, const UnitTerms& terms)
{
    users_[unitId] = &user;
    record(unitId).terms = terms;
    learnIdleTimeout();
    if (!reservedFor_.empty())
        user.onLineDown(reservedFor_);
    else if (isUp_)
        user.onLineUp();
    else if (!lastError_.empty())
        user.onLineDown(lastError_);
}

void Line::leave(std::uint8_t unitId, const std::vector<Request>& owed)
{
    users_.erase(unitId);
    const UnitTerms terms = record(unitId).terms;
    units_.erase(unitId);
    learnIdleTimeout();
    queue_.forget(unitId);
    auto dropped =
        queue_.takeAll([unitId](const LineJob& job) { return job.request.unitId == unitId; });
    const base::Error reason{ErrorKind::Cancelled, "the device is detached", Retry::Never};
    std::vector<std::pair<Done, base::Error>> told;
    told.reserve(dropped.size());
    for (LineJob& job : dropped)
        told.emplace_back(std::move(job.done), ofUnsent(job.request, reason));
    // What is on the wire stays there until it is answered; nobody hears of it.
    for (Exchange* const exchange : underWay_.of(unitId)) {
        told.emplace_back(std::exchange(exchange->job.done, [](const Expected<Answer>&) {}),
                          ofSent(exchange->job.request, reason));
        exchange->job.isRepeat = true;
        exchange->job.busyAnswers = tuning_.busyRepeats;
    }
    // Not before all are taken: who hears it may change what is under way.
    for (auto& [done, why] : told)
        base::contain(unitName(unitId), [&done = done, &why = why] { done(fail(why)); });
    if (!owed.empty())
        record(unitId).terms = terms;
    for (const Request& request : owed)
        lastWrites_->add(request);
}

bool Line::isOnWire(const Request& request) const
{
    return underWay_.holds(request);
}

bool Line::hasLastWrites() const
{
    return !lastWrites_->isEmpty();
}

std::uint64_t Line::attemptsAt(std::uint8_t unitId) const
{
    const auto unit = units_.find(unitId);
    return unit == units_.end() ? 0 : unit->second.attempts;
}

std::uint64_t Line::silencesOf(std::uint8_t unitId) const
{
    const auto unit = units_.find(unitId);
    return unit == units_.end() ? 0 : unit->second.silences;
}

void Line::whenSettled(base::Task settled)
{
    lastWrites_->whenEmpty(std::move(settled));
}

void Line::submit(Request request, Priority priority, Done done)
{
    if (isWrite(request.function) && hasLastWrites())
        withdrawOwed(request);
    add({std::move(request), priority, std::move(done), scheduler_.now()});
}

// The end of an old pulse must not come after it.
void Line::withdrawOwed(const Request& by)
{
    lastWrites_->supersede(by);
    auto jobs = queue_.takeAll(
        [&](const LineJob& job) { return job.isOwed && LastWrites::meet(job.request, by); });
    for (LineJob& job : jobs)
        job.done(fail(ErrorKind::Cancelled, "somebody else writes there now"));
}

void Line::knock(Request request, base::Duration patience, Done done)
{
    add({std::move(request),
         Priority::Service,
         std::move(done),
         scheduler_.now(),
         false,
         patience});
}

void Line::add(LineJob job)
{
    if (auto added = queue_.push(job); !added) {
        auto why = ofUnsent(job.request, added.error());
        scheduler_.post([done = std::move(job.done), why = std::move(why)]() mutable {
            done(fail(std::move(why)));
        });
        return;
    }
    if (underWay_.hasRoom())
        wakeUp();
}

void Line::onUp()
{
    const bool hasSlept = std::exchange(sleep_, Sleep::None) != Sleep::None;
    isUp_ = true;
    hasAnswered_ = false;
    lastError_.clear();
    parts_.framing->reset();
    silentInARow_ = 0;
    lastOctetAt_ = scheduler_.now();
    quietUntil_ = lastOctetAt_ + quietAfterOpening();
    ++counters_["connections"];
    startIdleTime();
    if (hasSlept) {
        reportSoon();
        wakeUp();
        return;
    }
    reportNow();
    if (reservedFor_.empty())
        tellUsersUp();
    else
        onReservedUp_();
}

// The end of an answer that was under way as the line went down is no beginning of another; what
// is as long as one is held back by its shape.
base::Duration Line::quietAfterOpening() const
{
    const bool isExpected = !parts_.framing->unanswered(scheduler_.now()).empty();
    return isExpected ? parts_.responseTimeout : base::Duration{};
}

void Line::tellUsersUp()
{
    const auto users = users_;
    for (const auto& [unitId, user] : users)
        base::contain(unitName(unitId), [user = user] { user->onLineUp(); });
}

void Line::tellUsersDown(const std::string& reason)
{
    const auto users = users_;
    for (const auto& [unitId, user] : users)
        base::contain(unitName(unitId), [&, user = user] { user->onLineDown(reason); });
}

void Line::reserve(const std::string& reason, std::function<void()> onUp)
{
    reservedFor_ = reason;
    onReservedUp_ = std::move(onUp);
    tellUsersDown(reason);
    if (underWay_.isEmpty())
        wakeUp();
}

void Line::release()
{
    reservedFor_.clear();
    onReservedUp_ = {};
    std::erase_if(units_, [this](const auto& unit) { return !users_.contains(unit.first); });
    if (isUp_)
        tellUsersUp();
    else if (!lastError_.empty())
        tellUsersDown(lastError_);
}

void Line::close(const std::string& reason)
{
    isWanted_ = false;
    goDown({ErrorKind::Unreachable, reason, Retry::AfterReconnect});
    parts_.link.reset();
}

void Line::startIdleTime()
{
    if (idleTimeout_ > base::Duration::zero() && parts_.link->canSleep())
        idleTimer_.start(idleTimeout_);
}

// Who wants it closed the soonest knows what its server bears.
void Line::learnIdleTimeout()
{
    idleTimeout_ = {};
    for (const auto& [unitId, user] : users_) {
        const base::Duration time = units_.at(unitId).terms.idleTimeout;
        const bool isShorter = idleTimeout_ == base::Duration::zero() || time < idleTimeout_;
        if (time > base::Duration::zero() && isShorter)
            idleTimeout_ = time;
    }
}

void Line::onIdle()
{
    if (idleTimeout_ == base::Duration::zero())
        return; // who wanted it has left
    if (!isIdle()) {
        startIdleTime();
        return;
    }
    fallAsleep();
}

void Line::fallAsleep()
{
    idleTimer_.stop();
    standstill_.stop();
    sleep_ = Sleep::Asleep;
    ++counters_["idleCloses"];
    reportSoon();
    parts_.link->sleep();
}

bool Line::isIdle() const
{
    return isUp_ && sleep_ == Sleep::None && reservedFor_.empty() && underWay_.isEmpty() &&
           queue_.isEmpty() && scheduler_.now() >= quietUntil_;
}

void Line::onDown(const base::Error& reason)
{
    // Where a connection need not stay, the other end may have closed it, too. A server that has
    // answered over it has closed what nobody used: opened again at once it would be closed again,
    // before there was an answer to tell that it is there.
    const bool isClosedAsUnused = hasAnswered_ && !parts_.hasQuarantine;
    const bool needNotStay = idleTimeout_ > base::Duration::zero() || isClosedAsUnused;
    if (isIdle() && needNotStay && parts_.link->canSleep())
        fallAsleep();
    else if (mayReconnect())
        reconnect(reason);
    else
        goDown(reason);
}

void Line::goDown(const base::Error& reason)
{
    sleep_ = Sleep::None;
    idleTimer_.stop();
    const bool isNews = isUp_ || lastError_ != reason.message;
    isUp_ = false;
    lastError_ = reason.message;
    timer_.stop();
    answer_.stop();
    standstill_.stop();
    expectLateAnswer();
    failAll({ErrorKind::Unreachable, "the line is down: " + reason.message, reason.retry});
    if (!isNews)
        return;
    reportNow();
    if (reservedFor_.empty())
        tellUsersDown(reason.message);
}

void Line::onOctets(base::ByteView octets)
{
    take(octets);
    if (parts_.framing->octetsLeft() > 0)
        standstill_.start(longestStandstill);
    else
        standstill_.stop();
}

void Line::onStandstill()
{
    auto end = parts_.framing->onStandstill();
    if (!end || !isUp_)
        return;
    if (underWay_.isEmpty())
        parts_.link->reopen(end->error());
    else
        finish(parts_.framing->ended(), std::move(*end));
}

void Line::take(base::ByteView octets)
{
    lastOctetAt_ = scheduler_.now();
    counters_["octetsReceived"] += octets.size();
    if (!underWay_.isEmpty()) {
        trace_.onReceived(octets);
        auto result = parts_.framing->receive(octets, lastOctetAt_);
        while (result) {
            finish(parts_.framing->ended(), std::move(*result));
            if (underWay_.isEmpty())
                return;
            result = parts_.framing->receive({}, lastOctetAt_);
        }
        return;
    }
    trace_.onStray(octets);
    parts_.framing->receiveIdle(octets, lastOctetAt_);
    ++counters_["strayBursts"];
    reportSoon();
    if (parts_.framing->hasLostTrack()) {
        parts_.link->reopen({ErrorKind::Corrupt, "octets that are not Modbus", Retry::Later});
        return;
    }
    // In quarantine every octet starts it anew: only a quiet line is a clean one.
    if (quietUntil_ > lastOctetAt_)
        quietUntil_ = lastOctetAt_ + parts_.responseTimeout;
}

Line::UnitRecord& Line::record(std::uint8_t unitId)
{
    return units_
        .try_emplace(unitId, UnitRecord{CircuitBreaker(tuning_), {}, {}, {}, {}, {}, {}, {}})
        .first->second;
}

// A scan speaks as it says, to whoever is there.
const UnitTerms* Line::termsOf(std::uint8_t unitId) const
{
    const auto unit = units_.find(unitId);
    return unit == units_.end() || !reservedFor_.empty() ? nullptr : &unit->second.terms;
}

base::Duration Line::responseTimeout(std::uint8_t unitId) const
{
    const UnitTerms* const terms = termsOf(unitId);
    return terms ? terms->responseTimeout.value_or(parts_.responseTimeout) : parts_.responseTimeout;
}

void Line::reportSoon()
{
    if (!reportTimer_.isRunning())
        reportTimer_.start(tuning_.reportPeriod);
}

void Line::reportNow()
{
    reportTimer_.stop();
    LineReport report{isUp_, lastError_, counters_, {}, isWanted_ && !isUp_ && !lastError_.empty()};
    for (const auto& [unitId, unit] : units_)
        report.units.emplace(unitId, unit.statistics.counters(scheduler_.now()));
    report_(report);
}

} // namespace causeway::bridges::modbus
