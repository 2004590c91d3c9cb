// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definition.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace causeway::model {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// What a Range measures: octets for String and Opaque, the number for numbers, nothing otherwise.
std::optional<double> measured(const Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value))
        return static_cast<double>(text->size());
    if (const auto* bytes = std::get_if<base::Bytes>(&value))
        return static_cast<double>(bytes->size());
    return asNumber(value);
}

} // namespace

const ResourceDefinition* ObjectDefinition::find(Id resource) const
{
    const auto found = std::ranges::lower_bound(resources, resource, {}, &ResourceDefinition::id);
    return found != resources.end() && found->id == resource ? &*found : nullptr;
}

Expected<Value> admit(const ResourceDefinition& definition, const Value& value)
{
    auto converted = convert(value, definition.type);
    if (!converted)
        return fail(converted.error().in(definition.name));
    const auto size = measured(*converted);
    if (definition.range && size &&
        (*size < definition.range->smallest || *size > definition.range->largest))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{}: {} is outside {}..{}",
                                definition.name,
                                *size,
                                definition.range->smallest,
                                definition.range->largest));
    return converted;
}

void Definitions::add(ObjectDefinition definition)
{
    std::ranges::sort(definition.resources, {}, &ResourceDefinition::id);
    const Id id = definition.id;
    objects_.insert_or_assign(id, std::move(definition));
}

const ObjectDefinition* Definitions::find(Id object) const
{
    const auto found = objects_.find(object);
    return found == objects_.end() ? nullptr : &found->second;
}

const ResourceDefinition* Definitions::find(const Path& resource) const
{
    if (resource.size() < 3)
        return nullptr;
    const auto* object = find(resource.object());
    return object == nullptr ? nullptr : object->find(resource.resource());
}

} // namespace causeway::model
