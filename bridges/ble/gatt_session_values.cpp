// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "bridges/ble/gatt_session.hpp"

// What becomes of the requests of a session: values, faults, and answers to who waits.
namespace causeway::bridges::ble {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

/// What servers may have waiting for one device.
constexpr std::size_t mostSteps = 256;

} // namespace

void GattSession::endRead(Step step, const Expected<Bytes>& result)
{
    ++site_.counters["reads"];
    Place& place = places_[step.plan];
    place.due = site_.scheduler.now() + periodOf(step.plan);
    if (result)
        takeOctets(step.plan, *result);
    else
        noteFault(step.plan, result.error().in("it refuses a read"));
    if (step.readDone) {
        if (const auto sample = newest(step.path))
            step.readDone(*sample);
        else if (const auto* why = pending_.whyMissing(step.path))
            step.readDone(fail(*why));
        else
            step.readDone(
                fail(ErrorKind::Refused, "the device says that it has no value now", Retry::Later));
    }
    tell();
}

/// What can be polled instead is read in its time, which a reading of the setup has begun.
void GattSession::endNotify(std::size_t plan, const base::Error& error)
{
    places_[plan].isNotified = false;
    if (!site_.plans[plan].reading.isElsePolled || !places_[plan].canRead)
        noteFault(plan, error.in("it refuses to notify it"));
    tell();
}

/// The octets around the value stay as they are now.
void GattSession::endFetch(Step step, const Expected<Bytes>& result)
{
    if (!result)
        return step.writeDone(
            fail(result.error().in("it cannot be read, which a write of a part needs")));
    auto octets = octetsInto(site_.plans[step.plan].reading, sourceOf(step), step.value, *result);
    if (!octets)
        return step.writeDone(fail(octets.error()));
    step.octets = std::move(*octets);
    step.kind = Step::Kind::Write;
    steps_.push_front(std::move(step));
}

const Source& GattSession::sourceOf(const Step& step) const
{
    return std::ranges::find(
               site_.plans[step.plan].sources, step.path, [](const auto& one) { return one.first; })
        ->second;
}

void GattSession::endWrite(Step step, const Expected<Bytes>& result)
{
    ++site_.counters["writes"];
    if (!result)
        return step.writeDone(fail(result.error()));
    if (!sourceOf(step).fields.front().point.write->verifies)
        return step.writeDone({});
    step.kind = Step::Kind::ReadBack;
    step.handle = places_[step.plan].handle;
    steps_.push_front(std::move(step));
}

void GattSession::endReadBack(Step step, const Expected<Bytes>& result)
{
    if (!result)
        return step.writeDone(fail(step.afterSending(result.error())));
    takeOctets(step.plan, *result);
    const auto& reading = site_.plans[step.plan].reading;
    const auto wanted = octetsInto(reading, sourceOf(step), step.value, *result);
    if (wanted && *result == *wanted)
        step.writeDone({});
    else
        step.writeDone(
            fail(ErrorKind::Refused, "the device confirmed the write and kept another value"));
    tell();
}

void GattSession::takeOctets(std::size_t plan, base::ByteView octets)
{
    forget(plan);
    auto values = valuesIn(site_.plans[plan], octets);
    if (!values) {
        ++site_.counters["corruptValues"];
        return noteFault(plan, values.error());
    }
    places_[plan].fault.clear();
    const auto now = site_.scheduler.wallNow();
    for (auto& [path, value] : values->values) {
        const model::Sample sample{path, std::move(value), now};
        newest_.insert_or_assign(path, sample);
        pending_.know(sample);
    }
    for (const auto& missing : values->missing)
        pending_.miss(missing);
    site_.counters["samples"] += values->values.size();
    site_.counters["rejectedValues"] += values->missing.size();
}

/// None of its values is known.
void GattSession::noteFault(std::size_t plan, const base::Error& error)
{
    forget(plan);
    places_[plan].fault = error.message;
    for (const auto& source : site_.plans[plan].sources)
        pending_.miss({source.first, error});
}

/// What was heard before is no answer to whoever asks now.
void GattSession::forget(std::size_t plan)
{
    for (const auto& source : site_.plans[plan].sources)
        newest_.erase(source.first);
}

void GattSession::tell()
{
    if (!isPrepared_)
        return;
    const auto isGood = [](const Place& place) {
        return !place.handle.empty() && place.fault.empty();
    };
    if (std::ranges::none_of(places_, isGood)) {
        const auto bad =
            std::ranges::find_if(places_, [](const Place& place) { return !place.fault.empty(); });
        return site_.listener.onUseless(bad->fault);
    }
    site_.listener.onValues(std::exchange(pending_, {}));
}

void GattSession::read(const model::Path& path, ReadDone done)
{
    const auto plan = planOf(path);
    if (!plan)
        return done(fail(ErrorKind::NotFound, path.toString() + " cannot be read"));
    const Place& place = places_[*plan];
    if (place.handle.empty())
        return done(fail(ErrorKind::Refused, "this device does not have it"));
    if (!place.canRead) {
        if (auto sample = newest(path))
            return done(std::move(*sample));
        return done(fail(place.fault.empty() ? ErrorKind::Unreachable : ErrorKind::Corrupt,
                         place.fault.empty() ? "the device has not told this value" : place.fault,
                         Retry::Later));
    }
    if (steps_.size() >= mostSteps)
        return done(fail(
            ErrorKind::LimitExceeded, "the device has too many requests waiting", Retry::Later));
    steps_.push_back({Step::Kind::Read, place.handle, *plan, {}, path, std::move(done), {}, {}});
    takeNextStep();
}

void GattSession::write(const model::Path& path, const model::Value& value, WriteDone done)
{
    const auto plan = planOf(path);
    if (!plan)
        return done(fail(ErrorKind::NotFound, path.toString() + " cannot be written"));
    const auto source = std::ranges::find(
        site_.plans[*plan].sources, path, [](const auto& one) { return one.first; });
    if (!source->second.fields.front().point.write)
        return done(fail(ErrorKind::NotFound, path.toString() + " cannot be written"));
    auto octets = octetsFor(source->second, value);
    if (!octets)
        return done(fail(octets.error().in(path.toString())));
    const auto target = targets_.find(path);
    const auto& handle =
        source->second.written && target != targets_.end() ? target->second : places_[*plan].handle;
    if (handle.empty() || (source->second.written && target == targets_.end()))
        return done(fail(ErrorKind::Refused, "this device does not have it"));
    if (steps_.size() >= mostSteps)
        return done(fail(
            ErrorKind::LimitExceeded, "the device has too many requests waiting", Retry::Later));
    const auto kind = isPart(source->second) ? Step::Kind::Fetch : Step::Kind::Write;
    Step step{kind, handle, *plan, std::move(*octets), path, {}, std::move(done), value};
    // Before all reads that are not under way, behind the writes before it.
    const auto first = steps_.begin() + (isBusy_ ? 1 : 0);
    const auto place = std::find_if(
        first, steps_.end(), [](const Step& one) { return one.kind == Step::Kind::Read; });
    steps_.insert(place, std::move(step));
    takeNextStep();
}

std::optional<model::Sample> GattSession::newest(const model::Path& path) const
{
    const auto found = newest_.find(path);
    return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> GattSession::planOf(const model::Path& path) const
{
    const auto found =
        std::ranges::find_if(site_.plans, [&](const ReadingPlan& plan) { return plan.has(path); });
    if (found == site_.plans.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - site_.plans.begin());
}

} // namespace causeway::bridges::ble
