// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/gatt_session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::ble {

using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using modbus::PollClass;

namespace {

/// Core 5.4 Vol 3 Part F §3.3.3: a transaction not completed within 30 s has failed.
constexpr base::Duration requestLimit = 30s;
/// Of notifications in one connection: any program may end them by StopNotify, once by mistake.
constexpr std::uint32_t mostEndings = 3;

const Characteristic* find(const std::vector<Characteristic>& has, const CharacteristicName& name)
{
    unsigned skip = name.occurrence;
    const auto found = std::ranges::find_if(has, [&](const Characteristic& one) {
        const bool isNamed = one.name.uuid == name.uuid &&
                             (name.service.empty() || one.name.service == name.service);
        return isNamed && skip-- == 0;
    });
    return found == has.end() ? nullptr : &*found;
}

tl::unexpected<base::Error> lacks(const CharacteristicName& name)
{
    return fail(ErrorKind::NotSupported,
                fmt::format("it lacks {}characteristic {}{}: another model, or other firmware",
                            name.occurrence == 0 ? "" : "another ",
                            name.uuid,
                            name.service.empty() ? "" : " of service " + name.service));
}

/// The peripheral may refuse to notify it without being of no use.
bool canDoWithout(const Reading& reading)
{
    return reading.isOptional || reading.isElsePolled;
}

} // namespace

base::Error GattSession::Step::afterSending(const base::Error& error) const
{
    if (kind == Kind::Write)
        return error.in("whether the write took effect is unknown");
    return kind == Kind::ReadBack ? error.in("written, but it cannot be read back") : error;
}

void GattSession::Step::answer(const base::Error& error)
{
    if (auto done = std::exchange(readDone, nullptr))
        done(tl::unexpected(error));
    if (auto done = std::exchange(writeDone, nullptr))
        done(tl::unexpected(error));
}

GattSession::GattSession(const Site& site)
    : site_(site)
    , places_(site.plans.size())
    , end_{ErrorKind::Cancelled, "the device is detached", Retry::Never}
    , limit_(site.scheduler,
             [this] {
                 onStepDone(
                     fail(ErrorKind::Timeout, "it did not answer in time", Retry::AfterReconnect));
             })
    , poll_(site.scheduler, [this] { pollWhatIsDue(); })
{}

GattSession::~GattSession()
{
    if (isBusy_)
        steps_.front().answer(steps_.front().afterSending(end_));
    for (Step& step : std::exchange(steps_, {}))
        step.answer(end_);
}

Expected<void> GattSession::start(const std::vector<Characteristic>& has)
{
    if (auto found = findHandles(has); !found)
        return found;
    if (auto planned = planSetup(has); !planned)
        return planned;
    planValues();
    takeNextStep();
    return {};
}

Expected<void> GattSession::findHandles(const std::vector<Characteristic>& has)
{
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Reading& reading = site_.plans[i].reading;
        const auto* found = find(has, reading.characteristic);
        if (found == nullptr && !reading.isOptional)
            return lacks(reading.characteristic);
        if (found != nullptr)
            places_[i] = {found->handle,
                          found->canRead,
                          reading.isNotified && (found->canNotify || !reading.isElsePolled),
                          base::TimePoint::max(),
                          {}};
        if (auto targets = findTargets(site_.plans[i], has); !targets)
            return targets;
    }
    const bool hasAny =
        std::ranges::any_of(places_, [](const Place& place) { return !place.handle.empty(); });
    if (!hasAny)
        return fail(ErrorKind::NotSupported,
                    "it has none of the characteristics of its profile: another model");
    return {};
}

/// Where its values are written, when not where they are read.
Expected<void> GattSession::findTargets(const ReadingPlan& plan,
                                        const std::vector<Characteristic>& has)
{
    for (const auto& [path, source] : plan.sources) {
        if (!source.written)
            continue;
        const auto* found = find(has, *source.written);
        if (found != nullptr)
            targets_.insert_or_assign(path, found->handle);
        else if (!plan.reading.isOptional)
            return lacks(*source.written);
    }
    return {};
}

Expected<void> GattSession::planSetup(const std::vector<Characteristic>& has)
{
    for (const SetupWrite& write : site_.format.setup) {
        const auto* found = find(has, write.characteristic);
        if (found == nullptr)
            return lacks(write.characteristic);
        steps_.push_back({Step::Kind::Setup, found->handle, 0, write.octets, {}, {}, {}, {}});
    }
    return {};
}

void GattSession::planValues()
{
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Place& place = places_[i];
        const Reading& reading = site_.plans[i].reading;
        if (place.handle.empty())
            continue;
        if (place.isNotified)
            steps_.push_back({Step::Kind::Notify, place.handle, i, {}, {}, {}, {}, {}});
        // What can only be notified is told in its own time, what can only be written never.
        if (reading.poll != PollClass::OnDemand && place.canRead)
            steps_.push_back({Step::Kind::Read, place.handle, i, {}, {}, {}, {}, {}});
    }
}

bool GattSession::isAtRest() const
{
    return isPrepared_ && steps_.empty() &&
           std::ranges::none_of(places_, [](const Place& place) { return place.isNotified; });
}

bool GattSession::onlyTells() const
{
    bool isTold = false;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (isPolled(i))
            return false;
        isTold = isTold || places_[i].isNotified;
    }
    return isTold;
}

bool GattSession::tells(const News& news) const
{
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const auto has = [&](const model::Sample& sample) {
            return site_.plans[i].has(sample.path);
        };
        if (places_[i].isNotified && std::ranges::any_of(news.samples, has))
            return true;
    }
    return false;
}

void GattSession::takeNextStep()
{
    if (isBusy_)
        return;
    if (steps_.empty())
        return isPrepared_ ? startPollTimer() : prepared();
    isBusy_ = true;
    limit_.start(requestLimit);
    send(steps_.front());
}

void GattSession::send(const Step& step)
{
    auto ended = lifetime_.guard([this, number = ++stepNumber_](Expected<Bytes> result) {
        if (number == stepNumber_ && isBusy_)
            onStepDone(std::move(result));
    });
    auto confirmed = [ended](const Expected<void>& result) mutable {
        ended(result ? Expected<Bytes>(Bytes()) : fail(result.error()));
    };
    switch (step.kind) {
    case Step::Kind::Setup:
    case Step::Kind::Write:
        return site_.radio.write(step.handle, step.octets, std::move(confirmed));
    case Step::Kind::Notify:
        return site_.radio.startNotify(step.handle, std::move(confirmed));
    case Step::Kind::Read:
    case Step::Kind::Fetch:
    case Step::Kind::ReadBack:
        return site_.radio.read(step.handle, std::move(ended));
    }
}

void GattSession::onStepDone(Expected<Bytes> result)
{
    isBusy_ = false;
    limit_.stop();
    Step step = std::move(steps_.front());
    steps_.pop_front();
    const bool isEssential =
        step.kind == Step::Kind::Setup ||
        (step.kind == Step::Kind::Notify && !canDoWithout(site_.plans[step.plan].reading));
    if (!result && (isEssential || result.error().kind != ErrorKind::Refused)) {
        const base::Error error = result.error().in(
            isEssential ? isPrepared_ ? "the connection is lost" : "it cannot be prepared"
                        : "it does not answer");
        step.answer(step.afterSending(error));
        return site_.listener.onFailed(error);
    }
    if (step.kind == Step::Kind::Notify && !result)
        endNotify(step.plan, result.error());
    else if (step.kind == Step::Kind::Read)
        endRead(std::move(step), result);
    else if (step.kind == Step::Kind::Fetch)
        endFetch(std::move(step), result);
    else if (step.kind == Step::Kind::Write)
        endWrite(std::move(step), result);
    else if (step.kind == Step::Kind::ReadBack)
        endReadBack(std::move(step), result);
    takeNextStep();
}

void GattSession::prepared()
{
    isPrepared_ = true;
    site_.listener.onPrepared();
    tell();
    startPollTimer();
}

void GattSession::onValueNotification(const std::string& handle, base::ByteView octets)
{
    bool isWanted = false;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].handle != handle || !places_[i].isNotified)
            continue;
        ++site_.counters["notifications"];
        takeOctets(i, octets);
        isWanted = true;
    }
    if (isWanted)
        tell();
}

void GattSession::onNotificationsEnded(const std::string& handle)
{
    if (++endings_ > mostEndings)
        return site_.listener.onFailed({ErrorKind::Unreachable,
                                        "its notifications end again and again: another program "
                                        "of this machine stops them",
                                        Retry::AfterReconnect});
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].handle == handle && places_[i].isNotified)
            steps_.push_back({Step::Kind::Notify, handle, i, {}, {}, {}, {}, {}});
    }
    takeNextStep();
}

base::Duration GattSession::periodOf(std::size_t plan) const
{
    const bool isSlow =
        places_[plan].isNotified || site_.plans[plan].reading.poll == PollClass::Slow;
    return isSlow ? site_.format.slowPeriod : site_.format.fastPeriod;
}

/// What a peripheral merely can notify is read now and then besides: some never do it, or only
/// after a change that their owner has set.
bool GattSession::isPolled(std::size_t plan) const
{
    const Reading& reading = site_.plans[plan].reading;
    const bool isWanted = reading.poll == PollClass::Fast || reading.poll == PollClass::Slow;
    return isWanted && (!reading.isNotified || reading.isElsePolled) && places_[plan].canRead;
}

void GattSession::pollWhatIsDue()
{
    const auto now = site_.scheduler.now();
    for (std::size_t i = 0; i < places_.size(); ++i) {
        Place& place = places_[i];
        if (place.handle.empty() || !isPolled(i) || place.due > now)
            continue;
        place.due = base::TimePoint::max(); // until it was read
        steps_.push_back({Step::Kind::Read, place.handle, i, {}, {}, {}, {}, {}});
    }
    takeNextStep();
}

void GattSession::startPollTimer()
{
    auto next = base::TimePoint::max();
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (isPolled(i))
            next = std::min(next, places_[i].due);
    }
    if (next != base::TimePoint::max())
        poll_.startAt(next);
}

} // namespace causeway::bridges::ble
