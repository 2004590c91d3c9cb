// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lwm2m/codec/fixtures.hpp"

#include <algorithm>
#include <sstream>

#include <boost/test/unit_test.hpp>

namespace causeway::lwm2m {

using model::ResourceType;

namespace {

model::ResourceDefinition
resource(model::Id id, std::string name, ResourceType type, bool isMultiple)
{
    model::ResourceDefinition definition;
    definition.id = id;
    definition.name = std::move(name);
    definition.operations = {.read = true, .write = true};
    definition.type = type;
    definition.isMultiple = isMultiple;
    return definition;
}

model::Definitions make()
{
    model::Definitions definitions = model::builtInDefinitions();
    model::ObjectDefinition object;
    object.id = 3442;
    object.name = "Test";
    object.isMultiple = true;
    object.resources = {
        resource(110, "String Value", ResourceType::String, false),
        resource(120, "Integer Value", ResourceType::Integer, false),
        resource(125, "Unsigned Integer Value", ResourceType::UnsignedInteger, false),
        resource(130, "Float Value", ResourceType::Float, false),
        resource(140, "Boolean Value", ResourceType::Boolean, false),
        resource(150, "Opaque Value", ResourceType::Opaque, false),
        resource(160, "Time Value", ResourceType::Time, false),
        resource(170, "ObjLink Value", ResourceType::ObjectLink, false),
        resource(180, "CoreLnk Value", ResourceType::CoreLink, false),
        resource(1110, "Multiple String Value", ResourceType::String, true),
        resource(1120, "Multiple Integer Value", ResourceType::Integer, true),
    };
    definitions.add(object);
    return definitions;
}

} // namespace

const model::Definitions& testDefinitions()
{
    static const model::Definitions definitions = make();
    return definitions;
}

base::Bytes hex(std::string_view digits)
{
    std::string compact;
    std::ranges::copy_if(digits, std::back_inserter(compact), [](char c) { return c != ' '; });
    auto bytes = base::fromHex(compact);
    BOOST_REQUIRE_MESSAGE(bytes.has_value(), "no hex: " << digits);
    return *bytes;
}

std::ostream& operator<<(std::ostream& out, const Record& record)
{
    out << record.path.toString();
    if (record.value)
        out << '=' << model::toText(*record.value);
    return out;
}

std::string show(const std::vector<Record>& records)
{
    std::ostringstream out;
    for (const Record& record : records)
        out << record << ' ';
    return out.str();
}

} // namespace causeway::lwm2m
