// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit_factors.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::modbus {

namespace {

Point pointOf(const Part& part)
{
    Point point;
    point.table = part.table;
    point.address = part.address;
    point.encoding = part.encoding;
    point.pollClass = PollClass::Slow;
    return point;
}

/// In all that a profile can say of a part.
bool isSame(const Part& one, const Part& other)
{
    const auto all = [](const Part& part) {
        const Encoding& encoding = part.encoding;
        return std::tie(part.table,
                        part.address,
                        encoding.type,
                        encoding.isLowWordFirst,
                        encoding.hasSwappedBytes,
                        encoding.shift,
                        encoding.width,
                        encoding.decoding,
                        encoding.scale,
                        encoding.offset,
                        encoding.sentinels);
    };
    return all(one) == all(other);
}

} // namespace

UnitFactors::UnitFactors(std::span<const Point> points)
{
    for (const Point& point : points) {
        for (const Part& part : point.times) {
            if (find(part) == factors_.end())
                factors_.push_back({part, std::nullopt});
        }
    }
}

std::vector<Point> UnitFactors::points() const
{
    std::vector<Point> points;
    points.reserve(factors_.size());
    for (const Factor& factor : factors_)
        points.push_back(pointOf(factor.part));
    return points;
}

bool UnitFactors::take(std::size_t factor, std::span<const std::uint16_t> words)
{
    const auto value = modbus::decode(pointOf(factors_[factor].part), words);
    const auto number = value ? model::asNumber(*value) : std::nullopt;
    return std::exchange(factors_[factor].number, number) != number;
}

bool UnitFactors::multiplies(std::size_t factor, const Point& point) const
{
    return std::ranges::any_of(
        point.times, [&](const Part& part) { return isSame(part, factors_[factor].part); });
}

void UnitFactors::forget()
{
    for (Factor& factor : factors_)
        factor.number.reset();
}

base::Expected<model::Value> UnitFactors::decode(const Point& point,
                                                 std::span<const std::uint16_t> words) const
{
    if (point.times.empty())
        return modbus::decode(point, words);
    Point multiplied = point;
    for (const Part& part : point.times) {
        const Factor& factor = *find(part);
        if (!factor.number)
            return base::fail(base::ErrorKind::Unreachable,
                              fmt::format("what it is multiplied by, {} 0x{:04x}, is not known",
                                          toString(part.table),
                                          part.address),
                              base::Retry::Later);
        multiplied.factor *= *factor.number;
    }
    return modbus::decode(multiplied, words);
}

std::vector<UnitFactors::Factor>::const_iterator UnitFactors::find(const Part& part) const
{
    return std::ranges::find_if(factors_,
                                [&](const Factor& factor) { return isSame(factor.part, part); });
}

} // namespace causeway::bridges::modbus
