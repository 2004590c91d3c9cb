// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/gateway_object.hpp"

#include <array>

#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;
using model::Value;

namespace {

namespace resource {
constexpr Id deviceId = 0;
constexpr Id prefix = 1;
constexpr Id objects = 3;
} // namespace resource

constexpr std::array present{resource::deviceId, resource::prefix, resource::objects};

} // namespace

GatewayObject::GatewayObject(const model::ObjectDefinition& definition,
                             const GatewayInventory& inventory,
                             base::Scheduler& scheduler)
    : definition_(definition)
    , inventory_(inventory)
    , scheduler_(scheduler)
{}

std::vector<Id> GatewayObject::instances() const
{
    return inventory_.devices();
}

std::vector<Id> GatewayObject::resources(Id) const
{
    return definedOf(definition_, present);
}

Expected<model::Sample> GatewayObject::read(const Path& path) const
{
    const auto sample = [&](Value value) {
        return model::Sample{path, std::move(value), scheduler_.wallNow()};
    };
    switch (path.resource()) {
    case resource::deviceId:
        return sample(inventory_.deviceId(path.instance()));
    case resource::prefix:
        return sample("d" + std::to_string(path.instance()));
    case resource::objects:
        return sample(model::CoreLink{inventory_.objects(path.instance())});
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

} // namespace causeway::lwm2m
