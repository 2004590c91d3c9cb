// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

namespace {

auto parse(const std::string& firmware)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    return parseProfile("title = \"Test\"\nmanufacturer = \"Maker\"\nmodel = \"M1\"\n[modbus]\n"
                        "[[resource]]\npath = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\n"
                        "type = \"s16\"\n[firmware]\n" +
                            firmware,
                        "test.toml",
                        definitions);
}

auto parseSoftware(const std::string& more)
{
    return parse("install = [\"/bin/true\"]\n[[software]]\nname = \"logger\"\n"
                 "install = [\"/bin/in\", \"@package@\"]\nuninstall = [\"/bin/out\"]\n" +
                 more);
}

} // namespace

BOOST_AUTO_TEST_SUITE(firmware_reader)

BOOST_AUTO_TEST_CASE(reads_how_a_device_gets_its_firmware)
{
    const auto profile = parse("install = [\"/usr/bin/flash\", \"@port@\", \"@package@\"]\n"
                               "check = [\"/usr/bin/verify\"]\ntime-limit-s = 30\n"
                               "max-octets = 1000\n");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    const auto& firmware = profile->firmware;
    BOOST_TEST(
        (firmware.install == std::vector<std::string>{"/usr/bin/flash", "@port@", "@package@"}));
    BOOST_TEST((firmware.check == std::vector<std::string>{"/usr/bin/verify"}));
    BOOST_TEST(firmware.timeLimit.count() == 30);
    BOOST_TEST(firmware.largestPackage == 1000U);
}

BOOST_AUTO_TEST_CASE(has_limits_that_nobody_wrote)
{
    const auto profile = parse("install = [\"/bin/true\"]\n");

    BOOST_REQUIRE(profile);
    BOOST_TEST(profile->firmware.timeLimit.count() == 600);
    BOOST_TEST(profile->firmware.largestPackage == 16U * 1024 * 1024);
    BOOST_TEST(profile->firmware.check.empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_meant)
{
    for (const auto* text : {"",
                             "install = []\n",
                             "install = \"/bin/true\"\n",
                             "install = [\"true\"]\n",
                             "install = [\"/bin/true\", \"@packet@\"]\n",
                             "install = [\"/bin/true\"]\ncheck = [\"\"]\n",
                             "install = [\"/bin/true\"]\ncheck = [\"/bin/true\", \"@port@\"]\n",
                             "install = [\"/bin/true\"]\ntime-limit-s = 0\n",
                             "install = [\"/bin/true\"]\nmax-octets = 2000000000\n",
                             "install = [\"/bin/true\"]\nshell = true\n",
                             "install = [\"/bin/true\"]\n[[constant]]\npath = \"/5/0/9\"\n"
                             "value = 1\n"})
        BOOST_TEST(!parse(text), text);
}

BOOST_AUTO_TEST_CASE(reads_the_software_of_a_device)
{
    const auto profile = parseSoftware("check = [\"/bin/look\"]\nactivate = [\"/bin/on\"]\n"
                                       "deactivate = [\"/bin/off\", \"@unit@\"]\n"
                                       "max-octets = 1000\n[[software]]\nname = \"other\"\n"
                                       "install = [\"/bin/in\"]\nuninstall = [\"/bin/out\"]\n");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_REQUIRE(profile->software.size() == 2U);
    const auto& software = profile->software.front();
    BOOST_TEST(software.name == "logger");
    BOOST_TEST((software.package.install == std::vector<std::string>{"/bin/in", "@package@"}));
    BOOST_TEST((software.package.check == std::vector<std::string>{"/bin/look"}));
    BOOST_TEST(software.package.largestPackage == 1000U);
    BOOST_TEST((software.uninstall == std::vector<std::string>{"/bin/out"}));
    BOOST_TEST((software.activate == std::vector<std::string>{"/bin/on"}));
    BOOST_TEST((software.deactivate == std::vector<std::string>{"/bin/off", "@unit@"}));
    BOOST_TEST(profile->software.back().activate.empty());
}

BOOST_AUTO_TEST_CASE(refuses_software_that_cannot_be_meant)
{
    const std::string second = "[[software]]\ninstall = [\"/bin/in\"]\n";
    const std::string gone = "uninstall = [\"/bin/out\"]\n";
    BOOST_REQUIRE(parseSoftware(second + gone + "name = \"other\"\n"));
    for (const auto& text : {second + gone,
                             second + "name = \"other\"\n",
                             second + gone + "name = \"logger\"\n",
                             second + gone + "name = \"a/b\"\n",
                             second + gone + "name = \"..\"\n",
                             second + gone + "name = \"" + std::string(33, 'a') + "\"\n",
                             std::string("activate = [\"/bin/on\"]\n"),
                             std::string("activate = [\"/bin/on\"]\ndeactivate = [\"off\"]\n"),
                             std::string("activate = [\"/bin/on\", \"@package@\"]\n"
                                         "deactivate = [\"/bin/off\"]\n"),
                             std::string("check = [\"/bin/look\", \"@port@\"]\n"),
                             std::string("port = true\n"),
                             std::string("[[constant]]\npath = \"/9/0/1\"\nvalue = \"1\"\n")})
        BOOST_TEST(!parseSoftware(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
