// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/notify_rule.hpp"

#include <algorithm>
#include <cmath>

namespace causeway::lwm2m {

using model::NotificationAttributes;
using model::Value;

namespace {

bool hasConditions(const NotificationAttributes& attributes)
{
    return attributes.gt || attributes.lt || attributes.st || attributes.edge;
}

bool crosses(double threshold, double told, double newest)
{
    return (told > threshold) != (newest > threshold);
}

bool isNumericEvent(const NotificationAttributes& attributes, double told, double newest)
{
    if (attributes.gt && crosses(*attributes.gt, told, newest))
        return true;
    // Falling below lt is rising above it with the signs turned.
    if (attributes.lt && crosses(-*attributes.lt, -told, -newest))
        return true;
    return attributes.st && std::abs(newest - told) >= *attributes.st;
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
    const auto before = model::asNumber(told);
    const auto after = model::asNumber(newest);
    return before && after && isNumericEvent(attributes, *before, *after);
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

} // namespace causeway::lwm2m
