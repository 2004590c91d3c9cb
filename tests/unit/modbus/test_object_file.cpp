// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "bridges/object_file.hpp"
#include "bridges/profile_file.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using bridges::addObjectFiles;
using bridges::parseObjectFile;
using model::ResourceType;

namespace {

std::string item(const std::string& id,
                 const std::string& operations = "R",
                 const std::string& type = "Float",
                 const std::string& multiplicity = "Single",
                 const std::string& range = "0..100")
{
    return "<Item ID=\"" + id + "\"><Name>Level</Name><Operations>" + operations +
           "</Operations><MultipleInstances>" + multiplicity +
           "</MultipleInstances><Mandatory>Mandatory</Mandatory><Type>" + type +
           "</Type><RangeEnumeration>" + range + "</RangeEnumeration><Units>%</Units></Item>\n";
}

std::string object(const std::string& resources, const std::string& id = "26000")
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LWM2M>\n<Object "
           "ObjectType=\"MODefinition\">\n"
           "<Name>Silo</Name><ObjectID>" +
           id +
           "</ObjectID><ObjectVersion>1.2</ObjectVersion>"
           "<MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory>\n"
           "<Resources>" +
           resources + "</Resources></Object></LWM2M>\n";
}

struct BadFile
{
    std::string why;
    std::string text;
};

std::ostream& operator<<(std::ostream& out, const BadFile& bad)
{
    return out << bad.why;
}

const BadFile badFiles[] = {
    {"nothing", ""},
    {"no XML", "level = 5"},
    {"cut off", object(item("1")).substr(0, 200)},
    {"another document", "<Object><Name>Silo</Name></Object>"},
    {"no identifier", object(item("1"), "")},
    {"an identifier that is none", object(item("1"), "65535")},
    {"a word for an identifier", object(item("one"))},
    {"no Resources", object("")},
    {"a Resource twice", object(item("1") + item("1"))},
    {"an unknown operation", object(item("1", "X"))},
    {"an unknown type", object(item("1", "R", "Complex"))},
    {"an executable with a type", object(item("1", "E", "Float"))},
    {"a value without a type", object(item("1", "R", ""))},
    {"several of an executable", object(item("1", "E", "", "Multiple"))},
    {"an unknown multiplicity", object(item("1", "R", "Float", "Some"))},
};

struct Directory
{
    void put(const std::string& name, const std::string& text) const
    {
        std::ofstream(directory.path() / name) << text;
    }

    std::vector<std::string> load() { return addObjectFiles({directory.path()}, definitions); }

    fakes::TemporaryDirectory directory;
    model::Definitions definitions = model::builtInDefinitions();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(object_file, Directory)

BOOST_AUTO_TEST_CASE(reads_what_the_registry_publishes)
{
    const auto objects = parseObjectFile(
        object(item("1") + item("2", "E", "") + item("5", "RW", "Objlnk", "Multiple")), "silo.xml");

    BOOST_REQUIRE(objects.has_value());
    const auto& silo = objects->front();
    BOOST_TEST(silo.id == 26000);
    BOOST_TEST(silo.name == "Silo");
    BOOST_TEST(silo.version == "1.2");
    BOOST_TEST(silo.isMultiple);
    BOOST_TEST(!silo.isMandatory);
    BOOST_TEST(silo.find(1)->range->largest == 100.0);
    BOOST_TEST(silo.find(1)->units == "%");
    BOOST_CHECK(silo.find(2)->operations == model::Operations{.execute = true});
    BOOST_CHECK(silo.find(5)->type == ResourceType::ObjectLink);
    BOOST_TEST(silo.find(5)->isMultiple);
}

struct RangeRow
{
    const char* text;
    const char* type;
    std::optional<std::pair<double, double>> hull;
};

std::ostream& operator<<(std::ostream& out, const RangeRow& row)
{
    return out << row.type << " " << row.text;
}

// As they stand in the registry, its other spellings of the same, and prose.
const RangeRow rangeRows[] = {
    {"0..100", "Float", {{0, 100}}},
    {"-1..1", "Float", {{-1, 1}}},
    {" 0 .. 65535 ", "Integer", {{0, 65535}}},
    {"0..255 bytes", "String", {{0, 255}}},
    {"0..247, 255", "Integer", {{0, 255}}},
    {"0; 3.8..20.5", "Float", {{0, 20.5}}},
    {"16,32,48", "Opaque", {{16, 48}}},
    {"5,1,3", "Integer", {{1, 5}}},
    {"", "Float", {}},
    {"6", "Opaque", {}},        // exactly, or at most?
    {"255", "Integer", {}},     // certainly not that alone
    {"32 bytes", "String", {}}, // likewise
    {"1 bytes", "Integer", {}}, // the value or its width?
    {"0..2 bytes", "Integer", {}},
    {"8-Bits", "Integer", {}},
    {"ON;OFF", "Float", {}},
    {"range", "Integer", {}},
    {"0..100, other", "Integer", {}},
    {"100..0", "Integer", {}},
    {"1,,2", "Integer", {}},
    {"0..nan", "Float", {}},
    {"The possible values are those listed in the LwM2M Core Specification.", "Integer", {}},
};

BOOST_DATA_TEST_CASE(takes_of_a_range_what_is_clear, boost::unit_test::data::make(rangeRows), row)
{
    const auto objects =
        parseObjectFile(object(item("1", "R", row.type, "Single", row.text)), "silo.xml");

    BOOST_REQUIRE(objects.has_value());
    const auto& range = objects->front().find(1)->range;
    BOOST_REQUIRE(range.has_value() == row.hull.has_value());
    if (range) {
        BOOST_TEST(range->smallest == row.hull->first);
        BOOST_TEST(range->largest == row.hull->second);
    }
}

BOOST_DATA_TEST_CASE(refuses_and_names_the_file, boost::unit_test::data::make(badFiles), bad)
{
    const auto objects = parseObjectFile(bad.text, "silo.xml");

    BOOST_REQUIRE(!objects.has_value());
    BOOST_TEST(objects.error().message.starts_with("silo.xml:"), objects.error().message);
}

BOOST_AUTO_TEST_CASE(says_where_it_is_wrong)
{
    const auto objects = parseObjectFile(object(item("1") + item("2", "X")), "silo.xml");

    BOOST_TEST(objects.error().message == "silo.xml:3: Resource 2: \"X\" is no operation");
}

BOOST_AUTO_TEST_CASE(adds_what_is_good_and_tells_what_is_not)
{
    put("silo.xml", object(item("1")));
    put("broken.xml", "<LWM2M>");
    put("notes.txt", "no definition");

    const auto errors = load();

    BOOST_TEST(errors.size() == 1U);
    BOOST_TEST(errors.front().find("broken.xml:") != std::string::npos);
    BOOST_TEST(definitions.find(26000) != nullptr);
}

BOOST_AUTO_TEST_CASE(leaves_the_objects_alone_that_code_depends_on)
{
    put("device.xml", object(item("1"), "3"));
    put("temperature.xml", object(item("1"), "3303"));

    const auto errors = load();

    BOOST_TEST(errors.size() == 1U);
    BOOST_TEST(definitions.find(3)->name == "Device");
    BOOST_TEST(definitions.find(3303)->name == "Silo");
}

BOOST_AUTO_TEST_CASE(makes_profiles_with_the_object_possible)
{
    put("silo.xml", object(item("1")));
    BOOST_TEST(load().empty());
    const auto* const profile = R"(
title = "Silo"
manufacturer = "Silos"
model = "S1"
device-type = "silo"
sources = ["its manual"]

[modbus]
slow-period-ms = 60000

[[resource]]
path = "/26000/0/1"
table = "input"
address = 1
type = "u16"
valid = [0.0, 100.0]
)";

    const auto with = bridges::parseProfile(profile, "silo.toml", definitions);
    const auto without = bridges::parseProfile(profile, "silo.toml", model::builtInDefinitions());

    BOOST_TEST(with.has_value(), (with ? std::string() : with.error().message));
    BOOST_TEST(!without.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
