// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/model/attributes.hpp"
#include "agent/model/value.hpp"

/// The Notify decision of LwM2M Core §7.3.2 in parts. Pure: same input, same answer; no clock
/// inside. `attributes` are those effective at the observed path, inheritance already done.
namespace causeway::lwm2m {

/// Whether the step from the value last told to the newest one is an event. Without gt, lt, st and
/// edge every change is. A threshold counts as crossed in both directions, and a value equal to it
/// lies on neither side.
[[nodiscard]] bool isEvent(const model::NotificationAttributes& attributes,
                           const model::Value& told,
                           const model::Value& newest);

/// The same for everything an observation shows, both sides ascending by path: one event among
/// the values is enough, and so is a path that came or went.
[[nodiscard]] bool isEvent(const model::NotificationAttributes& attributes,
                           std::span<const Record> told,
                           std::span<const Record> newest);

/// When the next notification is due, given when the last one (or the first answer) went and since
/// when an event waits; nothing when only an event can make one due. A due time may lie in the
/// past. pmax counts when it is not 0 and not below pmin.
[[nodiscard]] std::optional<base::TimePoint>
notifyAt(const model::NotificationAttributes& attributes,
         base::TimePoint toldAt,
         std::optional<base::TimePoint> eventAt);

/// When a change seen at `changedAt` may be evaluated, given when the last evaluation was: not
/// within epmin.
[[nodiscard]] base::TimePoint evaluateAt(const model::NotificationAttributes& attributes,
                                         base::TimePoint evaluatedAt,
                                         base::TimePoint changedAt);

/// When to look again although nobody has told of a change (LwM2M Core §7.3.2), given when the last
/// evaluation was; nothing without an epmax above epmin.
[[nodiscard]] std::optional<base::TimePoint>
reviewAt(const model::NotificationAttributes& attributes, base::TimePoint evaluatedAt);

} // namespace causeway::lwm2m
