// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/notify_rule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace causeway::lwm2m {

using model::NotificationAttributes;
using model::Value;

namespace {

bool hasConditions(const NotificationAttributes& attributes)
{
    return attributes.gt || attributes.lt || attributes.st || attributes.edge;
}

/// Holds each integer of 64 bits as it is, where the processor's widest type does (x86-64, ARM64).
using Wide = long double;

std::optional<Wide> asWide(const Value& value)
{
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return static_cast<Wide>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return static_cast<Wide>(*number);
    if (const auto number = model::asNumber(value))
        return static_cast<Wide>(*number);
    return std::nullopt;
}

bool crosses(double threshold, Wide told, Wide newest)
{
    return (told > threshold) != (newest > threshold);
}

// 1.1 and 1.2 are 0.1 apart for everybody but a double: what its rounding takes is no difference.
Wide roundingOf(const Value& told, const Value& newest)
{
    constexpr auto units = 4 * std::numeric_limits<double>::epsilon();
    const auto* before = std::get_if<double>(&told);
    const auto* after = std::get_if<double>(&newest);
    return before != nullptr && after != nullptr
               ? units * std::max(std::abs(*before), std::abs(*after))
               : 0;
}

bool isNumericEvent(const NotificationAttributes& attributes,
                    const Value& told,
                    const Value& newest)
{
    const auto before = asWide(told);
    const auto after = asWide(newest);
    if (!before || !after)
        return false;
    if (attributes.gt && crosses(*attributes.gt, *before, *after))
        return true;
    // Falling below lt is rising above it with the signs turned.
    if (attributes.lt && crosses(-*attributes.lt, -*before, -*after))
        return true;
    return attributes.st && std::abs(*after - *before) + roundingOf(told, newest) >=
                                static_cast<Wide>(*attributes.st);
}

bool isEdge(bool risingIsAsked, const Value& told, const Value& newest)
{
    const auto* before = std::get_if<bool>(&told);
    const auto* after = std::get_if<bool>(&newest);
    return before != nullptr && after != nullptr && *before != *after && *after == risingIsAsked;
}

bool isRecordEvent(const NotificationAttributes& attributes,
                   const Record& told,
                   const Record& newest)
{
    if (told.value && newest.value)
        return isEvent(attributes, *told.value, *newest.value);
    return told.value.has_value() != newest.value.has_value();
}

} // namespace

bool isEvent(const NotificationAttributes& attributes, const Value& told, const Value& newest)
{
    if (!hasConditions(attributes))
        return told != newest;
    if (attributes.edge && isEdge(*attributes.edge, told, newest))
        return true;
    return isNumericEvent(attributes, told, newest);
}

bool isEvent(const NotificationAttributes& attributes,
             std::span<const Record> told,
             std::span<const Record> newest)
{
    if (!std::ranges::equal(told, newest, {}, &Record::path, &Record::path))
        return true;
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (isRecordEvent(attributes, told[i], newest[i]))
            return true;
    }
    return false;
}

std::optional<base::TimePoint> notifyAt(const NotificationAttributes& attributes,
                                        base::TimePoint toldAt,
                                        std::optional<base::TimePoint> eventAt)
{
    const auto pmin = attributes.pmin.value_or(std::chrono::seconds(0));
    const auto pmax = attributes.pmax.value_or(std::chrono::seconds(0));
    std::optional<base::TimePoint> due;
    if (eventAt)
        due = std::max(*eventAt, toldAt + pmin);
    if (pmax.count() > 0 && pmax >= pmin)
        due = due ? std::min(*due, toldAt + pmax) : toldAt + pmax;
    return due;
}

base::TimePoint evaluateAt(const NotificationAttributes& attributes,
                           base::TimePoint evaluatedAt,
                           base::TimePoint changedAt)
{
    return std::max(changedAt, evaluatedAt + attributes.epmin.value_or(std::chrono::seconds(0)));
}

std::optional<base::TimePoint> reviewAt(const NotificationAttributes& attributes,
                                        base::TimePoint evaluatedAt)
{
    const auto epmin = attributes.epmin.value_or(std::chrono::seconds(0));
    const auto epmax = attributes.epmax.value_or(std::chrono::seconds(0));
    if (epmax <= epmin) // 0, too, which says nothing
        return std::nullopt;
    return evaluatedAt + epmax;
}

} // namespace causeway::lwm2m
