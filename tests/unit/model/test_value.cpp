// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "agent/model/definition.hpp"
#include "agent/model/value.hpp"

using namespace causeway::model;

BOOST_AUTO_TEST_SUITE(value)

BOOST_AUTO_TEST_CASE(each_type_is_told_by_its_alternative)
{
    BOOST_TEST((typeOf(Value(std::string("x"))) == ResourceType::String));
    BOOST_TEST((typeOf(Value(std::int64_t{1})) == ResourceType::Integer));
    BOOST_TEST((typeOf(Value(true)) == ResourceType::Boolean));
    BOOST_TEST((typeOf(Value(CoreLink{"</3>"})) == ResourceType::CoreLink));
}

BOOST_AUTO_TEST_CASE(text_goes_both_ways)
{
    const std::pair<ResourceType, const char*> rows[] = {
        {ResourceType::Integer, "-9223372036854775808"},
        {ResourceType::UnsignedInteger, "18446744073709551615"},
        {ResourceType::Float, "230.1"},
        {ResourceType::Boolean, "true"},
        {ResourceType::Opaque, "00ff"},
        {ResourceType::Time, "1700000000"},
        {ResourceType::ObjectLink, "66:0"},
        {ResourceType::String, "Zähler"},
    };
    for (const auto& [type, text] : rows) {
        const auto parsed = fromText(type, text);
        BOOST_REQUIRE(parsed.has_value());
        BOOST_TEST(toText(*parsed) == text);
    }
}

BOOST_AUTO_TEST_CASE(text_of_another_type_is_refused)
{
    BOOST_TEST(!fromText(ResourceType::Integer, "1.5").has_value());
    BOOST_TEST(!fromText(ResourceType::Integer, "9223372036854775808").has_value());
    BOOST_TEST(!fromText(ResourceType::Boolean, "yes").has_value());
    BOOST_TEST(!fromText(ResourceType::ObjectLink, "66").has_value());
    BOOST_TEST(!fromText(ResourceType::None, "").has_value());
}

BOOST_AUTO_TEST_CASE(numbers_convert_only_when_nothing_is_lost)
{
    BOOST_TEST((convert(Value(5.0), ResourceType::Integer).value() == Value(std::int64_t{5})));
    BOOST_TEST(!convert(Value(5.5), ResourceType::Integer).has_value());
    BOOST_TEST(!convert(Value(std::int64_t{-1}), ResourceType::UnsignedInteger).has_value());
    BOOST_TEST(!convert(Value(1e300), ResourceType::UnsignedInteger).has_value());
    BOOST_TEST(!convert(Value(std::numeric_limits<double>::quiet_NaN()), ResourceType::Integer)
                    .has_value());
    BOOST_TEST(!convert(Value(true), ResourceType::Integer).has_value());
}

BOOST_AUTO_TEST_CASE(a_definition_admits_type_and_range)
{
    const ResourceDefinition battery{9,
                                     "Battery Level",
                                     {.read = true},
                                     false,
                                     false,
                                     ResourceType::Integer,
                                     Range{0, 100},
                                     "%"};

    BOOST_TEST(admit(battery, Value(100.0)).has_value());
    BOOST_TEST(admit(battery, Value(std::int64_t{101})).error().message ==
               "Battery Level: 101 is outside 0..100");
    BOOST_TEST(!admit(battery, Value(std::string("50"))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
