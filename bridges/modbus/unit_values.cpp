// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "bridges/modbus/frame.hpp"
#include "bridges/modbus/point_writes.hpp"
#include "bridges/modbus/register_codec.hpp"
#include "bridges/modbus/unit.hpp"

// What a Unit makes of what its device says, and of what it was told.
namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

/// Of an unreadable value: the old one counts no longer, and nobody can ask for the new one.
base::Error doubtfulWrite()
{
    return {ErrorKind::Refused,
            "the device does not tell this, and whether the last write took effect is unknown",
            Retry::Later};
}

/// Whether a write that failed so has certainly changed nothing; Cancelled comes when the Unit
/// goes. Exception 4 may come in the middle of it.
bool leavesAsItWas(const base::Error& error)
{
    return error.kind == ErrorKind::NotSupported || error.kind == ErrorKind::InvalidArgument ||
           error.kind == ErrorKind::LimitExceeded || error.kind == ErrorKind::Cancelled ||
           isBusy(error) || error.effect == base::Effect::None;
}

} // namespace

// What the values of one answer are multiplied by may be in it, too.
void Unit::takeSamples(const Span& span, const Answer& answer)
{
    const auto wordsOf = [&](std::size_t index) {
        const Extent extent = points_[index].extent();
        const std::size_t first = std::size_t{extent.address} - span.address;
        return std::span(answer).subspan(first, extent.count);
    };
    for (const std::size_t index : span.points) {
        if (isFactor(index))
            takeFactor(index, span, wordsOf(index));
    }
    for (const std::size_t index : span.points) {
        if (!isFactor(index))
            takeSample(index, wordsOf(index));
    }
}

void Unit::takeSample(std::size_t point, std::span<const std::uint16_t> words)
{
    auto value = factors_.decode(points_[point], words);
    if (!value) {
        reject(point, std::move(value.error()));
        return;
    }
    ++counters_["samples"];
    pending_.samples.push_back({settings_.paths[point], std::move(*value), scheduler_.wallNow()});
}

// What was read elsewhere before it is worth another number now, or is one at last.
void Unit::takeFactor(std::size_t point, const Span& from, std::span<const std::uint16_t> words)
{
    const std::size_t factor = point - settings_.paths.size();
    if (!factors_.take(factor, words))
        return;
    std::vector<std::size_t> elsewhere;
    for (std::size_t i = 0; i < settings_.paths.size(); ++i) {
        const bool isHere = std::ranges::find(from.points, i) != from.points.end();
        if (!isHere && factors_.multiplies(factor, points_[i]))
            elsewhere.push_back(i);
    }
    plan_.hasten(elsewhere, scheduler_.now());
}

bool Unit::isFactor(std::size_t point) const
{
    return point >= settings_.paths.size();
}

void Unit::miss(const Span& span, const base::Error& why)
{
    for (const std::size_t index : span.points) {
        if (!isFactor(index))
            pending_.missing.push_back({settings_.paths[index], why, true});
    }
}

void Unit::reject(std::size_t point, base::Error why)
{
    ++counters_["rejectedValues"];
    pending_.missing.push_back({settings_.paths[point], std::move(why), false});
}

Unit::WriteDone Unit::noted(std::size_t point, std::vector<std::uint16_t> words, WriteDone done)
{
    return [this, point, words = std::move(words), done = std::move(done)](
               Expected<void> result) mutable {
        if (result || !leavesAsItWas(result.error()))
            noteWritten(point, words, result);
        done(std::move(result));
    };
}

// A value in two units is written under either name.
void Unit::noteWritten(std::size_t point,
                       std::span<const std::uint16_t> words,
                       const Expected<void>& result)
{
    for (std::size_t i = 0; i < settings_.paths.size(); ++i) {
        if (points_[i].isUnreadable && targetOf(points_[i]) == targetOf(points_[point]))
            remember(i, result ? decode(points_[i], words) : fail(doubtfulWrite()));
    }
    flush(); // before the write's end is told
}

void Unit::remember(std::size_t point, Expected<model::Value> value)
{
    if (value) {
        ++counters_["samples"];
        model::Sample sample{settings_.paths[point], std::move(*value), scheduler_.wallNow()};
        pending_.samples.push_back(sample);
        written_.insert_or_assign(point, std::move(sample));
    } else {
        pending_.missing.push_back({settings_.paths[point], value.error(), false});
        written_.insert_or_assign(point, fail(std::move(value.error())));
    }
}

Expected<model::Sample> Unit::lastWritten(std::size_t point) const
{
    const auto sample = written_.find(point);
    if (sample != written_.end())
        return sample->second;
    return fail(ErrorKind::Refused,
                "the device does not tell this, and nobody has written it since it came",
                Retry::Later);
}

} // namespace causeway::bridges::modbus
