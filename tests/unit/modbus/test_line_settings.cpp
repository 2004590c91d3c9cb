// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "bridges/field_buses.hpp"

using namespace causeway;
using bridges::FieldBuses;

BOOST_AUTO_TEST_SUITE(line_settings)

BOOST_AUTO_TEST_CASE(the_host_of_a_line_is_a_name_or_an_address_and_nothing_else)
{
    api::LineSettings line;
    line.name = "tcp-0";
    line.kind = api::LineSettings::Kind::Tcp;
    for (const auto* host : {"plc", "plc_0.site-1.example.", "192.0.2.7", "::1", "fe80::1%eth0"}) {
        line.host = host;
        BOOST_TEST(FieldBuses::check(line).has_value(), host);
    }
    for (const auto* host : {"127.0.0.1:42049", "http://10.0.0.1", "[::1]", "[::1]:502", "a b"}) {
        line.host = host;
        const auto admitted = FieldBuses::check(line);
        BOOST_REQUIRE(!admitted);
        BOOST_TEST(admitted.error().message.find("use --port") != std::string::npos, host);
    }
}

BOOST_AUTO_TEST_CASE(every_speed_that_a_refusal_offers_is_taken)
{
    api::LineSettings line;
    line.name = "rtu-0";
    line.serialPort = "/dev/ttyUSB0";
    line.baudRate = 1800;
    const auto refused = FieldBuses::check(line);
    BOOST_REQUIRE(!refused);
    std::istringstream speeds(refused.error().message.substr(
        refused.error().message.find("none of ") + std::string_view("none of ").size()));

    std::size_t count = 0;
    while (speeds >> line.baudRate) {
        BOOST_TEST(FieldBuses::check(line).has_value(), line.baudRate);
        ++count;
    }
    BOOST_TEST(count == 14U);
    BOOST_TEST(line.baudRate == 1000000U);
}

BOOST_AUTO_TEST_SUITE_END()
