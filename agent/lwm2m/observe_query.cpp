// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/observe_query.hpp"

#include "agent/lwm2m/attributes_query.hpp"

namespace causeway::lwm2m {

using model::NotificationAttributes;
using model::OutcomeCode;

namespace {

bool isForComposites(const NotificationAttributes& attributes)
{
    return !hasNumericConditions(attributes) && !attributes.edge && !attributes.hqmax;
}

} // namespace

OrRefusal<std::optional<NotificationAttributes>>
observeQuery(const api::Request& request, ProtocolVersion version, Observable observed)
{
    if (request.observe != observeRegister || request.query.empty())
        return std::nullopt;
    if (version < ProtocolVersion::V1_2)
        return refusal(OutcomeCode::BadRequest, "attributes in Observe are LwM2M 1.2");
    const auto attributes = applyAttributesQuery({}, request.query);
    if (!attributes)
        return refusal(OutcomeCode::BadRequest, attributes.error().message);
    if (hasNumericConditions(*attributes) && observed != Observable::Number)
        return refusal(OutcomeCode::BadRequest, "gt, lt and st need a numeric Resource");
    if (attributes->edge && observed != Observable::Boolean)
        return refusal(OutcomeCode::BadRequest, "edge needs a Boolean Resource");
    if (observed == Observable::Composite && !isForComposites(*attributes))
        return refusal(OutcomeCode::BadRequest, "not an attribute of a composite");
    return *attributes;
}

} // namespace causeway::lwm2m
