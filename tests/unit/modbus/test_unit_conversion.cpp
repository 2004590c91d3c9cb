// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/unit_conversion.hpp"

using namespace causeway::bridges;

BOOST_AUTO_TEST_SUITE(unit_conversion)

BOOST_AUTO_TEST_CASE(converts_between_units_of_one_quantity)
{
    struct Row
    {
        std::string_view from;
        std::string_view to;
        double number;
        double result;
    };

    const std::array rows{
        Row{"kWh", "Wh", 1.5, 1500},
        Row{"W", "kW", 2500, 2.5},
        Row{"degF", "Cel", 212, 100},
        Row{"Cel", "K", 20, 293.15},
        Row{"K", "degF", 273.15, 32},
        Row{"bar", "Pa", 1.013, 101300},
        Row{"l/min", "m3/h", 100, 6},
        Row{"GJ", "kWh", 3.6, 1000},
        Row{"%", "/", 98, 0.98},
        Row{"V", "V", 230, 230},
    };

    for (const Row& row : rows) {
        const auto found = conversion(row.from, row.to);
        BOOST_REQUIRE_MESSAGE(found, row.from << " to " << row.to);
        BOOST_TEST(row.number * found->factor + found->offset == row.result,
                   boost::test_tools::tolerance(1e-9));
    }
}

BOOST_AUTO_TEST_CASE(converts_nothing_into_another_quantity)
{
    BOOST_TEST(!conversion("kWh", "W"));
    BOOST_TEST(!conversion("kvar", "W"));
    BOOST_TEST(!conversion("furlong", "m"));
    BOOST_TEST(conversion("furlong", "furlong").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
