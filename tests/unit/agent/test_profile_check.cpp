// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/profile_check.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;

BOOST_AUTO_TEST_SUITE(profile_check)

BOOST_AUTO_TEST_CASE(a_profile_is_checked_with_what_the_gateway_has_and_not_loaded)
{
    const fakes::TemporaryDirectory gateways;
    const fakes::TemporaryDirectory writers;
    agent::Settings settings;
    settings.profileDirectories = {gateways.path()};
    settings.objectDirectories = {};
    gateways.write("valve.toml",
                   "title = \"Valve\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\n"
                   "[[resource]]\npath = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 3\n");
    const auto good = writers.write("good.toml", "extends = \"valve\"\ntitle = \"Own valve\"\n");
    const auto bad = writers.write("bad.toml", "title = 1\n");

    const auto complaints =
        agent::complaintsAbout({good, bad, writers.path() / "none.toml"}, settings);

    BOOST_REQUIRE_EQUAL(complaints.size(), 2U);
    BOOST_TEST(complaints[0].starts_with(bad.string() + ":1"), complaints[0]);
    BOOST_TEST(complaints[1].find("none.toml") != std::string::npos, complaints[1]);
}

BOOST_AUTO_TEST_SUITE_END()
