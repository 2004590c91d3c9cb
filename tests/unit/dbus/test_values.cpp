// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "dbus/errors.hpp"
#include "dbus/object_path.hpp"
#include "dbus/values.hpp"

using namespace causeway;
using namespace causeway::dbus;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(values_have_the_bus_types_that_the_xml_says)
{
    const std::vector<std::pair<model::Value, std::string>> rows{
        {std::string("text"), "s"},
        {std::int64_t{-5}, "x"},
        {std::uint64_t{5}, "t"},
        {230.5, "d"},
        {true, "b"},
        {base::Bytes{1, 2}, "ay"},
        {model::Time{86400}, "x"},
        {model::ObjectLink{66, 0}, "(qq)"},
        {model::CoreLink{"</1>"}, "s"},
    };

    for (const auto& [value, signature] : rows)
        BOOST_TEST(signatureOf(toVariant(value)) == signature);
}

BOOST_AUTO_TEST_CASE(a_value_comes_back_as_it_went)
{
    const std::vector<model::Value> all{std::string("text"),
                                        std::int64_t{-5},
                                        std::uint64_t{5},
                                        230.5,
                                        true,
                                        base::Bytes{1, 2},
                                        model::ObjectLink{66, 0}};

    for (const auto& value : all)
        BOOST_TEST((*toValue(toVariant(value)) == value));
}

BOOST_AUTO_TEST_CASE(a_bus_type_without_an_lwm2m_type_is_refused)
{
    const auto value = toValue(sdbus::Variant(std::vector<std::string>{"a"}));

    BOOST_REQUIRE(!value.has_value());
    BOOST_TEST((value.error().kind == ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(times_are_microseconds_since_1970_and_never_negative)
{
    using namespace std::chrono_literals;

    BOOST_TEST(toMicroseconds(base::WallTime(1767225600s)) == 1767225600000000U);
    BOOST_TEST(toMicroseconds(base::WallTime(-1s)) == 0U);
}

BOOST_AUTO_TEST_CASE(names_become_paths_and_come_back)
{
    const std::vector<std::pair<std::string, std::string>> rows{
        {"main", "/org/causeway/Gateway1/device/main"},
        {"meter-1", "/org/causeway/Gateway1/device/meter_2d1"},
        {"a_b.c", "/org/causeway/Gateway1/device/a_5fb_2ec"},
        {"7up", "/org/causeway/Gateway1/device/_37up"},
    };

    for (const auto& [name, path] : rows) {
        BOOST_TEST(objectPath(Kind::Device, name) == path);
        BOOST_TEST(nameIn(Kind::Device, path) == name);
    }
    BOOST_TEST(nameIn(Kind::Device, "/org/causeway/Gateway1/line/main").empty());
}

BOOST_AUTO_TEST_CASE(every_kind_of_error_survives_the_bus)
{
    for (int i = 0; i <= static_cast<int>(ErrorKind::Internal); ++i) {
        const auto kind = static_cast<ErrorKind>(i);
        const auto back = fromBusError(toBusError({kind, "a sentence"}));
        BOOST_TEST((back.kind == kind));
        BOOST_TEST(back.message == "a sentence");
    }
}

BOOST_AUTO_TEST_SUITE_END()
