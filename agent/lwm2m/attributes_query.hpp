// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "agent/base/expected.hpp"
#include "agent/model/attributes.hpp"

namespace causeway::lwm2m {

/// The attributes of one level after a Write-Attributes with these Uri-Query options: "pmin=10"
/// sets, "pmin" unsets, what is not named stays. InvalidArgument (4.00) for unknown or repeated
/// names, bad values, and a resulting set that breaks LwM2M Core §7.3.2 (lt < gt,
/// lt + 2 * st < gt, epmin < epmax). Whether the target is numeric is the caller's question.
[[nodiscard]] base::Expected<model::NotificationAttributes>
applyAttributesQuery(const model::NotificationAttributes& attached,
                     std::span<const std::string> query);

/// gt, lt or st: allowed on numeric Resources and Resource Instances only.
[[nodiscard]] bool hasNumericConditions(const model::NotificationAttributes& attributes);

/// edge, con or hqmax: unknown before LwM2M 1.2.
[[nodiscard]] bool hasLaterAttributes(const model::NotificationAttributes& attributes);

/// ";pmin=10;gt=20.5" for Discover; empty without attributes. Never an exponent.
[[nodiscard]] std::string formatAttributes(const model::NotificationAttributes& attributes);

} // namespace causeway::lwm2m
