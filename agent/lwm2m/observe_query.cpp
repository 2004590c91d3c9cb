// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/observe_query.hpp"

#include "agent/lwm2m/attributes_query.hpp"

namespace causeway::lwm2m {

using model::NotificationAttributes;
using model::OutcomeCode;
using model::Path;
using model::ResourceType;

namespace {

bool isForComposites(const NotificationAttributes& attributes)
{
    return !hasNumericConditions(attributes) && !attributes.edge && !attributes.hqmax;
}

} // namespace

Observable observableAt(const ObjectTree& tree, const Path& path)
{
    const auto* definition =
        path.size() < 3 ? nullptr : tree.find(path.object())->definition().find(path.resource());
    if (definition == nullptr)
        return Observable::Other;
    switch (definition->type) {
    case ResourceType::Integer:
    case ResourceType::UnsignedInteger:
    case ResourceType::Float:
    case ResourceType::Time:
        return Observable::Number;
    case ResourceType::Boolean:
        return Observable::Boolean;
    default:
        return Observable::Other;
    }
}

std::optional<std::string>
unfit(const NotificationAttributes& attributes, ProtocolVersion version, Observable target)
{
    if (version < ProtocolVersion::V1_2 && hasLaterAttributes(attributes))
        return "edge, con and hqmax are LwM2M 1.2";
    if (hasNumericConditions(attributes) && target != Observable::Number)
        return "gt, lt and st need a numeric Resource";
    if (attributes.edge && target != Observable::Boolean)
        return "edge needs a Boolean Resource";
    return std::nullopt;
}

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
    if (const auto why = unfit(*attributes, version, observed))
        return refusal(OutcomeCode::BadRequest, *why);
    if (observed == Observable::Composite && !isForComposites(*attributes))
        return refusal(OutcomeCode::BadRequest, "not an attribute of a composite");
    return *attributes;
}

} // namespace causeway::lwm2m
