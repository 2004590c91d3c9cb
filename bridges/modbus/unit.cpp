// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

/// Neighbouring unit identifiers far apart: multiples of the golden ratio fill the period evenly.
double phaseOf(std::uint8_t unitId)
{
    constexpr double goldenRatio = 0.6180339887498949;
    const double turns = unitId * goldenRatio;
    return turns - std::floor(turns);
}

FunctionCode readFunction(RegisterTable table)
{
    switch (table) {
    case RegisterTable::Coil:
        return FunctionCode::ReadCoils;
    case RegisterTable::DiscreteInput:
        return FunctionCode::ReadDiscreteInputs;
    case RegisterTable::InputRegister:
        return FunctionCode::ReadInputRegisters;
    case RegisterTable::HoldingRegister:
        break;
    }
    return FunctionCode::ReadHoldingRegisters;
}

FunctionCode writeFunction(const Point& point, std::size_t count)
{
    const bool isMultiple = count > 1 || (point.write && point.write->usesMultiple);
    if (point.table == RegisterTable::Coil)
        return isMultiple ? FunctionCode::WriteMultipleCoils : FunctionCode::WriteSingleCoil;
    return isMultiple ? FunctionCode::WriteMultipleRegisters : FunctionCode::WriteSingleRegister;
}

} // namespace

Unit::Unit(base::Scheduler& scheduler, Line& line, Settings settings, Report report)
    : scheduler_(scheduler)
    , line_(line)
    , settings_(std::move(settings))
    , report_(std::move(report))
    , plan_(mergeSpans(settings_.points, settings_.limits),
            settings_.limits,
            phaseOf(settings_.unitId))
    , pollTimer_(scheduler, [this] { pollDue(); })
{}

Unit::~Unit()
{
    // Every callback that knows us runs now, with Cancelled.
    line_.leave(settings_.unitId);
}

void Unit::start()
{
    line_.join(settings_.unitId, *this);
}

void Unit::onLineUp()
{
    isLineUp_ = true;
    plan_.start(scheduler_.now());
    armPoll();
}

void Unit::onLineDown(const std::string& reason)
{
    isLineUp_ = false;
    pollTimer_.stop();
    becomeUnavailable("the line is down: " + reason);
    flush();
}

void Unit::armPoll()
{
    if (const auto due = plan_.nextDue(); isLineUp_ && due != base::TimePoint::max())
        pollTimer_.startAt(due);
}

void Unit::pollDue()
{
    for (const std::size_t index : plan_.takeDue(scheduler_.now()))
        poll(index);
    counters_["overruns"] = plan_.overruns();
    armPoll();
}

void Unit::poll(std::size_t spanIndex)
{
    const Span& span = plan_.span(spanIndex);
    ++counters_["polls"];
    line_.submit(
        readRequest(span.table, span.address, span.count),
        Priority::Poll,
        [this, spanIndex](const Expected<Answer>& result) { onPolled(spanIndex, result); });
}

void Unit::onPolled(std::size_t spanIndex, const Expected<Answer>& result)
{
    plan_.finish(spanIndex, result.has_value(), scheduler_.now());
    note(result);
    if (result)
        takeSamples(plan_.span(spanIndex), *result);
    else
        noteFailure(result.error());
    flush();
    armPoll();
}

void Unit::takeSamples(const Span& span, const Answer& answer)
{
    for (const std::size_t index : span.points) {
        const Point& point = settings_.points[index];
        const std::size_t first = std::size_t{point.address} - span.address;
        takeSample(index, std::span(answer).subspan(first, point.count()));
    }
}

void Unit::takeSample(std::size_t point, std::span<const std::uint16_t> words)
{
    auto value = decode(settings_.points[point], words);
    if (!value) {
        ++counters_["rejectedValues"];
        return;
    }
    ++counters_["samples"];
    pending_.samples.push_back({settings_.paths[point], std::move(*value), scheduler_.wallNow()});
}

void Unit::read(std::size_t point, ReadDone done)
{
    const Point& what = settings_.points[point];
    ++counters_["reads"];
    auto answer = [this, point, done = std::move(done)](const Expected<Answer>& result) mutable {
        onRead(point, result, std::move(done));
    };
    line_.submit(
        readRequest(what.table, what.address, what.count()), Priority::Read, std::move(answer));
}

void Unit::onRead(std::size_t point, const Expected<Answer>& result, ReadDone done)
{
    note(result);
    if (!result) {
        done(fail(result.error()));
        flush();
        return;
    }
    auto value = decode(settings_.points[point], *result);
    if (!value) {
        ++counters_["rejectedValues"];
        done(fail(value.error()));
    } else {
        model::Sample sample{settings_.paths[point], std::move(*value), scheduler_.wallNow()};
        pending_.samples.push_back(sample);
        ++counters_["samples"];
        done(std::move(sample));
    }
    flush();
}

void Unit::write(std::size_t point, std::vector<std::uint16_t> words, WriteDone done)
{
    ++counters_["writes"];
    Request request = writeRequest(settings_.points[point], words);
    auto confirmed = [this, point, words = std::move(words), done = std::move(done)](
                         const Expected<Answer>& result) mutable {
        onWritten(point, words, result, std::move(done));
    };
    line_.submit(std::move(request), Priority::Write, std::move(confirmed));
}

void Unit::onWritten(std::size_t point,
                     const std::vector<std::uint16_t>& words,
                     const Expected<Answer>& result,
                     WriteDone done)
{
    note(result);
    const Point& what = settings_.points[point];
    const bool hasVerify = what.write && what.write->verifies;
    const bool isCancelled = !result && result.error().kind == ErrorKind::Cancelled;
    if (result && hasVerify) {
        readBack(point, words, std::move(done));
        return;
    }
    if (!what.executeValue && isLineUp_ && !isCancelled)
        readBack(point, words, [](const Expected<void>&) {});
    if (result) {
        done({});
    } else if (result.error().kind == ErrorKind::Timeout) {
        done(fail(ErrorKind::Timeout,
                  result.error().message + " to the write: whether it took effect is unknown"));
    } else {
        done(fail(result.error()));
    }
    flush();
}

void Unit::readBack(std::size_t point, const std::vector<std::uint16_t>& words, WriteDone done)
{
    const Point& what = settings_.points[point];
    auto compare = [this, point, words, done = std::move(done)](
                       const Expected<Answer>& result) mutable {
        note(result);
        if (result)
            takeSample(point, *result);
        flush();
        if (!result)
            done(fail(result.error().in("written, but it cannot be read back")));
        else if (*result != words)
            done(fail(ErrorKind::Refused, "the device confirmed the write and kept another value"));
        else
            done({});
    };
    line_.submit(
        readRequest(what.table, what.address, what.count()), Priority::Read, std::move(compare));
}

void Unit::note(const Expected<Answer>& result)
{
    if (result || result.error().kind == ErrorKind::Refused) {
        failedPolls_ = 0;
        becomeAvailable();
    }
    if (result)
        return;
    if (result.error().kind == ErrorKind::Timeout)
        ++counters_["timeouts"];
    else if (result.error().kind == ErrorKind::Corrupt)
        ++counters_["corruptAnswers"];
    else if (result.error().kind == ErrorKind::Refused)
        ++counters_["exceptions"];
}

void Unit::noteFailure(const base::Error& error)
{
    if (error.kind == ErrorKind::Refused || error.kind == ErrorKind::Cancelled)
        return;
    ++counters_["failedPolls"];
    ++failedPolls_;
    if (failedPolls_ >= settings_.limits.patience)
        becomeUnavailable(
            fmt::format("{} polls failed, the last: {}", failedPolls_, error.message));
}

void Unit::becomeAvailable()
{
    if (isAvailable_ == true)
        return;
    const bool isBack = isAvailable_.has_value();
    isAvailable_ = true;
    pending_.availability = AvailabilityChange{true, {}};
    // Everything anew at once: what it has kept may be another device's by now.
    if (isBack && isLineUp_) {
        plan_.start(scheduler_.now());
        armPoll();
    }
}

void Unit::becomeUnavailable(const std::string& reason)
{
    if (isAvailable_ == false)
        return;
    isAvailable_ = false;
    pending_.availability = AvailabilityChange{false, reason};
}

void Unit::flush()
{
    pending_.counters = counters_;
    report_(std::exchange(pending_, {}));
}

Request Unit::readRequest(RegisterTable table, std::uint16_t address, std::uint16_t count) const
{
    return {settings_.unitId, readFunction(table), address, count, {}};
}

Request Unit::writeRequest(const Point& point, std::vector<std::uint16_t> words) const
{
    const auto count = static_cast<std::uint16_t>(words.size());
    return {settings_.unitId, writeFunction(point, count), point.address, count, std::move(words)};
}

} // namespace causeway::bridges::modbus
