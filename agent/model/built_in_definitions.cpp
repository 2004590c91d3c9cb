// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definition.hpp"
#include "agent/model/definitions/rows.hpp"

namespace causeway::model {

namespace {

ResourceDefinition definitionOf(const ResourceRow& row)
{
    ResourceDefinition definition;
    definition.id = row.id;
    definition.name = row.name;
    definition.operations = row.operations;
    definition.isMultiple = row.isMultiple;
    definition.isMandatory = row.isMandatory;
    definition.type = row.type;
    definition.range = row.range;
    definition.units = row.units;
    return definition;
}

ObjectDefinition definitionOf(const ObjectRow& row)
{
    ObjectDefinition definition;
    definition.id = row.id;
    definition.name = row.name;
    definition.version = row.version;
    definition.isMultiple = row.isMultiple;
    definition.isMandatory = row.isMandatory;
    for (const ResourceRow& resource : row.resources)
        definition.resources.push_back(definitionOf(resource));
    return definition;
}

} // namespace

Definitions builtInDefinitions()
{
    Definitions definitions;
    for (const auto objects :
         {coreObjects(), inputOutputObjects(), sensorObjects(), meterObjects()}) {
        for (const ObjectRow& object : objects)
            definitions.add(definitionOf(object));
    }
    return definitions;
}

} // namespace causeway::model
