// SPDX-License-Identifier: Apache-2.0
#include <string>

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

BOOST_AUTO_TEST_SUITE_END()
