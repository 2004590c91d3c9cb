// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/resource_words.hpp"

#include <algorithm>
#include <array>

#include "agent/model/definition.hpp"
#include "agent/model/path.hpp"
#include "dbus/ctl/json.hpp"

namespace causeway::dbus::ctl {

namespace {

/// Sensor Units of IPSO's Objects, and what they are the units of: the least and the greatest value
/// measured, the range, the value, the set point.
constexpr model::Id sensorUnits = 5701;
constexpr std::array<model::Id, 6> measured{5601, 5602, 5603, 5604, 5700, 5900};

const model::ResourceDefinition* definitionAt(const std::string& path)
{
    static const auto definitions = model::builtInDefinitions();
    const auto parsed = model::Path::parse(path);
    return parsed && parsed->size() >= 3 ? definitions.find(*parsed) : nullptr;
}

std::string instanceOf(const model::Path& path)
{
    return model::Path{path.object(), path.instance()}.toString();
}

} // namespace

std::string resourceName(const std::string& path)
{
    const auto* const definition = definitionAt(path);
    return definition == nullptr ? std::string() : definition->name;
}

std::optional<model::ResourceType> resourceType(const std::string& path)
{
    const auto* const definition = definitionAt(path);
    if (definition == nullptr || definition->type == model::ResourceType::None)
        return std::nullopt;
    return definition->type;
}

Units::Units(const std::vector<BusSample>& samples)
{
    for (const auto& sample : samples) {
        const auto path = model::Path::parse(sample.get<0>());
        if (path && path->size() >= 3 && path->resource() == sensorUnits)
            ofInstances_.emplace(instanceOf(*path), toText(toJson(sample)["value"]));
    }
}

std::string Units::at(const std::string& path) const
{
    const auto* const definition = definitionAt(path);
    if (definition == nullptr)
        return "";
    if (!definition->units.empty() || std::ranges::find(measured, definition->id) == measured.end())
        return definition->units;
    const auto found = ofInstances_.find(instanceOf(*model::Path::parse(path)));
    return found == ofInstances_.end() ? std::string() : found->second;
}

std::string valueText(const BusSample& sample, const Units& units)
{
    constexpr std::uint64_t microseconds = 1000000;
    const auto value = toJson(sample)["value"];
    if (sample.get<2>() == model::toString(model::ResourceType::Time) && value > 0)
        return timeText(value.get<std::uint64_t>() * microseconds);
    if (value.is_boolean() && resourceName(sample.get<0>()) == "On/Off")
        return value.get<bool>() ? "on" : "off";
    const auto unit = units.at(sample.get<0>());
    return unit.empty() ? toText(value) : toText(value) + " " + unit;
}

} // namespace causeway::dbus::ctl
