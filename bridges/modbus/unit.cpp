// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "bridges/modbus/write_fate.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

/// A device that cannot be opened is asked again after a poll period, and not more often than this.
constexpr base::Duration reopenPause = std::chrono::seconds(1);
/// One that refuses its setup, or is another than its profile says, after twice as long each time
/// up to this: memory that is written each second is worn out in a day, and whoever exchanges a
/// device waits no longer for the right one.
constexpr base::Duration longestReopenPause = std::chrono::minutes(1);

/// Neighbouring unit identifiers far apart: multiples of the golden ratio fill the period evenly.
double phaseOf(std::uint8_t unitId)
{
    constexpr double goldenRatio = 0.6180339887498949;
    const double turns = unitId * goldenRatio;
    return turns - std::floor(turns);
}

PollPlan planOf(const std::vector<Point>& points, const Unit::Settings& settings)
{
    return {mergeSpans(points, settings.limits), settings.limits, phaseOf(settings.unitId)};
}

std::vector<Point> withFactors(std::vector<Point> points, const UnitFactors& factors)
{
    std::ranges::move(factors.points(), std::back_inserter(points));
    return points;
}

base::Error failedPolls(std::uint32_t number, const base::Error& last)
{
    return {last.kind,
            fmt::format("{} polls failed, the last: {}", number, last.message),
            Retry::Later};
}

UnitTerms termsOf(const Unit::Settings& settings)
{
    return {settings.limits.responseTimeout,
            settings.limits.silence,
            settings.serial,
            settings.limits.outstanding,
            settings.limits.idleTimeout};
}

} // namespace

Unit::Unit(base::Scheduler& scheduler, Line& line, Settings settings, Report report)
    : scheduler_(scheduler)
    , line_(line)
    , settings_(std::move(settings))
    , report_(std::move(report))
    , factors_(settings_.points)
    , points_(withFactors(settings_.points, factors_))
    , plan_(planOf(points_, settings_))
    , opening_(settings_.unitId,
               settings_.opening,
               [this](Request request, Priority priority, Line::Done done) {
                   line_.submit(std::move(request), priority, std::move(done));
               })
    , writer_(scheduler, writerPlace())
    , keepAlive_(scheduler,
                 settings_.unitId,
                 settings_.keepAlives,
                 [this](Request request, Priority priority, Line::Done done) {
                     ask(std::move(request), priority, std::move(done));
                 })
    , isOpen_(settings_.opening.isEmpty())
    , pollTimer_(scheduler, [this] { pollDue(); })
    , openingTimer_(scheduler, [this] { begin(); })
{}

Unit::~Unit()
{
    const std::vector<Request> owed =
        writer_.close([this](const Request& request) { return line_.isOnWire(request); });
    // Every callback that knows us runs now, with Cancelled.
    line_.leave(settings_.unitId, owed);
}

void Unit::start()
{
    line_.join(settings_.unitId, *this, termsOf(settings_));
}

void Unit::onLineUp()
{
    isLineUp_ = true;
    begin();
}

void Unit::onLineDown(const std::string& reason)
{
    isLineUp_ = false;
    pollTimer_.stop();
    openingTimer_.stop();
    keepAlive_.stop();
    refusedPause_ = {};
    isForTheLine_ = true; // why it is down now is what its device's operator wants to know
    becomeUnavailable(ErrorKind::Unreachable, "the line is down: " + reason);
    flush();
}

void Unit::begin()
{
    if (!isLineUp_ || opening_.isUnderWay())
        return;
    if (!isOpen_) {
        opening_.start(
            [this](const Expected<std::vector<SunspecModel>>& result) { onOpened(result); });
        return;
    }
    keepAlive_.start();
    plan_.start(scheduler_.now());
    armPoll();
}

void Unit::onOpened(const Expected<std::vector<SunspecModel>>& result)
{
    if (result) {
        isOpen_ = true;
        refusedPause_ = {};
        locate(*result);
        note(Answer{});
        begin();
    } else if (result.error().kind != ErrorKind::Cancelled) {
        count(result.error());
        // The device answers, and is another one or refuses its setup: patience helps nobody.
        const bool isNo = result.error().kind == ErrorKind::NotSupported ||
                          result.error().kind == ErrorKind::Refused;
        if (isNo)
            becomeUnavailable(result.error().kind, result.error().message);
        noteFailure(result.error());
        openingTimer_.start(pauseBeforeReopening(isNo));
    }
    flush();
}

// One that does not answer may be another when it does.
base::Duration Unit::pauseBeforeReopening(bool hasSaidNo)
{
    const auto least = std::max<base::Duration>(settings_.limits.fastPeriod, reopenPause);
    if (!hasSaidNo)
        refusedPause_ = {};
    const base::Duration pause = std::max(least, refusedPause_);
    if (hasSaidNo)
        refusedPause_ = std::min(pause * 2, std::max(least, longestReopenPause));
    return pause;
}

void Unit::locate(const std::vector<SunspecModel>& models)
{
    points_ = withFactors(settings_.points, factors_);
    missing_.clear();
    for (std::size_t i = 0; i < settings_.points.size(); ++i) {
        if (points_[i].sunspecModels.empty())
            continue;
        if (auto placed = placedIn(points_[i], models)) {
            points_[i] = std::move(*placed);
        } else {
            missing_.insert(i);
            points_[i].pollClass = PollClass::OnDemand;
        }
    }
    askWhole();
}

// What was split may have been refused only for a time.
void Unit::askWhole()
{
    plan_.renew(mergeSpans(points_, settings_.limits));
    ++planNumber_;
}

std::optional<base::Error> Unit::whyNotNow(std::size_t point) const
{
    if (missing_.contains(point))
        return base::Error{ErrorKind::NotFound,
                           "this device has no such SunSpec model, or a shorter one"};
    if (!isOpen_)
        return base::Error{ErrorKind::Unreachable,
                           "the device has not been recognised and set up yet",
                           Retry::Later};
    return std::nullopt;
}

void Unit::ask(Request request, Priority priority, Line::Done done)
{
    auto noted = [this, done = std::move(done)](const Expected<Answer>& result) mutable {
        note(result);
        done(result);
        flush();
    };
    line_.submit(std::move(request), priority, std::move(noted));
}

UnitWriter::Place Unit::writerPlace()
{
    return {settings_.unitId,
            [this](Request request, Priority priority, Line::Done done) {
                ask(std::move(request), priority, std::move(done));
            },
            [this](std::size_t point, std::span<const std::uint16_t> words) {
                takeSample(point, words);
                flush(); // before the write's end is told
            }};
}

void Unit::armPoll()
{
    if (const auto due = plan_.nextDue(); isLineUp_ && isOpen_ && due != base::TimePoint::max())
        pollTimer_.startAt(due);
}

void Unit::pollDue()
{
    if (scheduler_.now() >= plan_.wholeAt()) {
        askWhole();
        plan_.start(scheduler_.now());
    }
    for (const std::size_t index : plan_.takeDue(scheduler_.now()))
        poll(index);
    counters_["overruns"] = plan_.overruns();
    armPoll();
}

void Unit::poll(std::size_t spanIndex)
{
    const Span& span = plan_.span(spanIndex);
    ++counters_["polls"];
    line_.submit(readRequest(settings_.unitId, span.table, {span.address, span.count}),
                 Priority::Poll,
                 [this, spanIndex, plan = planNumber_](const Expected<Answer>& result) {
                     if (plan == planNumber_)
                         onPolled(spanIndex, result);
                 });
}

void Unit::onPolled(std::size_t spanIndex, const Expected<Answer>& result)
{
    plan_.finish(spanIndex, result.has_value(), scheduler_.now());
    const Span span = plan_.span(spanIndex);
    const std::uint32_t plan = planNumber_;
    note(result); // a device that is back has another plan
    if (result)
        takeSamples(span, *result);
    else if (plan == planNumber_)
        onPollFailed(spanIndex, result.error());
    flush();
    armPoll();
}

// Of a device that answers otherwise; what one that is gone has told is nothing any more.
void Unit::onPollFailed(std::size_t spanIndex, const base::Error& error)
{
    noteFailedPoll(error);
    if (isAvailable_ != true || error.kind == ErrorKind::Cancelled)
        return;
    const base::TimePoint now = scheduler_.now();
    if (isIllegalRange(error) && plan_.split(spanIndex, points_, now)) {
        ++counters_["splitRequests"];
        return;
    }
    if (isRefusedForGood(error)) {
        plan_.postpone(spanIndex, now);
        miss(plan_.span(spanIndex), error);
        return;
    }
    const std::uint32_t failures = plan_.failures(spanIndex);
    if (failures < settings_.limits.patience)
        return;
    miss(plan_.span(spanIndex), failedPolls(failures, error));
    if (error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Corrupt)
        plan_.backOff(spanIndex, now);
}

void Unit::read(std::size_t point, ReadDone done)
{
    if (auto why = whyNotNow(point)) {
        done(tl::unexpected(std::move(*why)));
        return;
    }
    const Point& what = points_[point];
    ++counters_["reads"];
    if (what.isUnreadable) {
        done(lastWritten(point));
        return;
    }
    auto answer = [this, point, done = std::move(done)](const Expected<Answer>& result) mutable {
        onRead(point, result, std::move(done));
    };
    line_.submit(readRequest(settings_.unitId, what.table, what.extent()),
                 Priority::Read,
                 std::move(answer));
}

void Unit::onRead(std::size_t point, const Expected<Answer>& result, ReadDone done)
{
    note(result);
    if (!result) {
        done(fail(result.error()));
        flush();
        return;
    }
    auto value = factors_.decode(points_[point], *result);
    if (!value) {
        reject(point, value.error());
        done(fail(value.error()));
    } else {
        ++counters_["samples"];
        done(model::Sample{settings_.paths[point], std::move(*value), scheduler_.wallNow()});
    }
    flush();
}

void Unit::write(std::size_t point, std::vector<std::uint16_t> words, WriteDone done)
{
    if (const auto why = whyNotNow(point)) {
        done(fail(unsent(*why)));
        return;
    }
    ++counters_["writes"];
    if (points_[point].isUnreadable)
        done = noted(point, words, std::move(done));
    writer_.write(point, points_[point], std::move(words), std::move(done));
}

void Unit::writeValue(std::size_t point, model::Value value, WriteDone done)
{
    if (const auto why = whyNotNow(point)) {
        done(fail(unsent(*why)));
        return;
    }
    ++counters_["writes"];
    writer_.write(point, points_[point], std::move(value), std::move(done));
}

void Unit::note(const Expected<Answer>& result)
{
    if (result || result.error().kind == ErrorKind::Refused) {
        failedPolls_ = 0;
        becomeAvailable();
    }
    if (!result)
        count(result.error());
}

void Unit::count(const base::Error& error)
{
    if (error.kind == ErrorKind::Timeout)
        ++counters_["timeouts"];
    else if (error.kind == ErrorKind::Corrupt)
        ++counters_["corruptAnswers"];
    else if (error.kind == ErrorKind::Refused)
        ++counters_["exceptions"];
}

// Polls that waited together have met one silence, which tries the patience once.
void Unit::noteFailedPoll(const base::Error& error)
{
    const std::uint64_t silences = line_.silencesOf(settings_.unitId);
    const bool isCounted = std::exchange(countedSilences_, silences) == silences;
    if (error.kind == ErrorKind::Timeout && isCounted)
        ++counters_["failedPolls"];
    else
        noteFailure(error);
}

void Unit::noteFailure(const base::Error& error)
{
    if (error.kind == ErrorKind::Refused || error.kind == ErrorKind::Cancelled)
        return;
    ++counters_["failedPolls"];
    ++failedPolls_;
    if (failedPolls_ >= settings_.limits.patience)
        becomeUnavailable(error.kind, failedPolls(failedPolls_, error).message);
}

void Unit::becomeAvailable()
{
    if (isAvailable_ == true)
        return;
    const bool isBack = isAvailable_.has_value();
    isAvailable_ = true;
    pending_.availability = AvailabilityChange{true, {}, false};
    if (!isBack)
        return;
    if (plan_.isSplit())
        askWhole();
    // Everything anew at once: what it has kept may be another device's by now.
    begin();
}

void Unit::becomeUnavailable(ErrorKind kind, const std::string& reason)
{
    if (kind == ErrorKind::Unreachable) // silence, too
        kind = ErrorKind::Timeout;
    if (isAvailable_ == false && !isForTheLine_) {
        sayWhyAgain(kind, reason);
        return;
    }
    goneFor_ = kind;
    whyGone_ = reason;
    attempts_ = line_.attemptsAt(settings_.unitId);
    isForTheLine_ = !isLineUp_;
    isAvailable_ = false;
    factors_.forget();
    written_.clear();
    keepAlive_.stop();
    isOpen_ = settings_.opening.isEmpty();
    if (!isOpen_ && isLineUp_ && !opening_.isUnderWay())
        openingTimer_.start(reopenPause);
    pending_.availability = AvailabilityChange{false, reason, isForTheLine_};
}

// Only what came of asking it: that it is asked now and then only says nothing new of it.
void Unit::sayWhyAgain(ErrorKind kind, const std::string& reason)
{
    const std::uint64_t attempts = line_.attemptsAt(settings_.unitId);
    if (std::exchange(attempts_, attempts) == attempts || whyGone_ == reason)
        return;
    whyGone_ = reason;
    const bool isOfSameKind = std::exchange(goneFor_, kind) == kind && !pending_.availability;
    pending_.availability = AvailabilityChange{false, reason, false, isOfSameKind};
}

void Unit::flush()
{
    pending_.counters = counters_;
    report_(std::exchange(pending_, {}));
}

} // namespace causeway::bridges::modbus
