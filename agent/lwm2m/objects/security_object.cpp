// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/security_object.hpp"

#include <algorithm>

namespace causeway::lwm2m {

SecurityObject::SecurityObject(const model::ObjectDefinition& definition,
                               std::span<const api::DeviceAccount> accounts)
    : definition_(definition)
{
    follow(accounts);
}

void SecurityObject::follow(std::span<const api::DeviceAccount> accounts)
{
    instances_.clear();
    for (const auto& account : accounts)
        instances_.push_back(account.securityInstance);
    std::ranges::sort(instances_);
}

const model::ObjectDefinition& SecurityObject::definition() const
{
    return definition_;
}

std::vector<model::Id> SecurityObject::instances() const
{
    return instances_;
}

std::vector<model::Id> SecurityObject::resources(model::Id) const
{
    return {};
}

model::Operations SecurityObject::operations(model::Id, model::Id) const
{
    return {};
}

base::Expected<model::Sample> SecurityObject::read(const model::Path&) const
{
    return base::fail(base::ErrorKind::NotAuthorized, "the Security Object is never readable");
}

} // namespace causeway::lwm2m
