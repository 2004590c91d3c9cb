// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/model/definition.hpp"
#include "agent/model/definitions/rows.hpp"

using namespace causeway;

namespace {

const model::Definitions& definitions()
{
    static const model::Definitions all = model::builtInDefinitions();
    return all;
}

std::vector<model::ObjectRow> allRows()
{
    std::vector<model::ObjectRow> rows;
    for (const auto part : {model::coreObjects(),
                            model::inputOutputObjects(),
                            model::sensorObjects(),
                            model::meterObjects()})
        rows.insert(rows.end(), part.begin(), part.end());
    return rows;
}

struct Fact
{
    model::Path path;
    const char* name;
    model::Operations operations;
    bool isMultiple;
    model::ResourceType type;
    const char* units;
};

std::ostream& operator<<(std::ostream& out, const Fact& fact)
{
    return out << fact.path.toString();
}

// clang-format off
const Fact facts[] = {
    {{0, 0, 5},       "Secret Key",              model::none,      false, model::ResourceType::Opaque,     ""},
    {{1, 0, 1},       "Lifetime",                model::readWrite, false, model::ResourceType::Integer,    "s"},
    {{1, 0, 8},       "Registration Update Trigger", model::execute, false, model::ResourceType::None,     ""},
    {{3, 0, 11},      "Error Code",              model::read,      true,  model::ResourceType::Integer,    ""},
    {{3, 0, 13},      "Current Time",            model::readWrite, false, model::ResourceType::Time,       ""},
    {{5, 0, 0},       "Package",                 model::write,     false, model::ResourceType::Opaque,     ""},
    {{20, 0, 4014},   "LogData",                 model::read,      false, model::ResourceType::Opaque,     ""},
    {{25, 0, 3},      "IoT Device Objects",      model::read,      false, model::ResourceType::CoreLink,   ""},
    {{3303, 0, 5700}, "Sensor Value",            model::read,      false, model::ResourceType::Float,      ""},
    {{3308, 0, 5900}, "Set Point Value",         model::readWrite, false, model::ResourceType::Float,      ""},
    {{3311, 0, 5850}, "On/Off",                  model::readWrite, false, model::ResourceType::Boolean,    ""},
    {{3310, 0, 5825}, "Duration In Min",         model::readWrite, false, model::ResourceType::Integer,    "min"},
    {{3319, 0, 5700}, "Sensor Value",            model::read,      false, model::ResourceType::Float,      ""},
    {{3349, 0, 5910}, "Bitmap Input",            model::read,      false, model::ResourceType::Integer,    ""},
    {{3349, 0, 5912}, "Element Description",     model::readWrite, true,  model::ResourceType::String,     ""},
    {{3350, 0, 5544}, "Cumulative Time",         model::readWrite, false, model::ResourceType::Float,      "s"},
    {{10242, 0, 4},   "Tension R",               model::read,      false, model::ResourceType::Float,      "V"},
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_SUITE(built_in_definitions)

BOOST_AUTO_TEST_CASE(hold_every_object_and_resource_once)
{
    const auto rows = allRows();
    std::size_t resources = 0;
    std::vector<model::Id> ids;
    for (const auto& row : rows) {
        resources += row.resources.size();
        ids.push_back(row.id);
    }
    std::ranges::sort(ids);

    BOOST_TEST(rows.size() == 81U);
    BOOST_TEST(resources == 1062U);
    BOOST_TEST((std::ranges::adjacent_find(ids) == ids.end()));
}

BOOST_AUTO_TEST_CASE(have_resources_in_strictly_ascending_order)
{
    for (const auto& row : allRows()) {
        BOOST_TEST_INFO(row.name);
        BOOST_TEST((std::ranges::adjacent_find(row.resources,
                                               std::ranges::greater_equal{},
                                               &model::ResourceRow::id) == row.resources.end()));
    }
}

BOOST_AUTO_TEST_CASE(obey_the_rules_of_the_template)
{
    for (const auto& object : allRows()) {
        for (const auto& resource : object.resources) {
            BOOST_TEST_INFO(object.name << ": " << resource.name);
            BOOST_TEST(resource.operations.execute == (resource.type == model::ResourceType::None));
            BOOST_TEST(!(resource.operations.execute && resource.isMultiple));
            BOOST_TEST((!resource.range || resource.range->smallest < resource.range->largest));
        }
    }
}

BOOST_DATA_TEST_CASE(tell_the_facts_of_the_registry, facts, fact)
{
    const auto* resource = definitions().find(fact.path);

    BOOST_REQUIRE(resource != nullptr);
    BOOST_TEST(resource->name == fact.name);
    BOOST_TEST((resource->operations == fact.operations));
    BOOST_TEST(resource->isMultiple == fact.isMultiple);
    BOOST_TEST((resource->type == fact.type));
    BOOST_TEST(resource->units == fact.units);
}

BOOST_AUTO_TEST_CASE(know_versions_and_multiplicity)
{
    BOOST_TEST(definitions().find(3303)->version == "1.1");
    BOOST_TEST(definitions().find(10243)->version == "2.0");
    BOOST_TEST(!definitions().find(3)->isMultiple);
    BOOST_TEST(definitions().find(3303)->isMultiple);
    BOOST_TEST(definitions().find(3)->isMandatory);
    BOOST_TEST((definitions().find(4711) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
