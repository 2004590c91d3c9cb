// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/single_object.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace causeway::lwm2m {

using model::Id;

std::vector<Id> definedOf(const model::ObjectDefinition& definition, std::span<const Id> candidates)
{
    std::vector<Id> ids;
    std::ranges::copy_if(
        candidates, std::back_inserter(ids), [&](Id id) { return definition.find(id) != nullptr; });
    return ids;
}

model::Sample SingleObject::sampleOf(const model::Path& path, model::Value value) const
{
    return {path, std::move(value), scheduler_.wallNow()};
}

} // namespace causeway::lwm2m
