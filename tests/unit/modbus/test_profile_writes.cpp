// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

BOOST_AUTO_TEST_SUITE(profile_writes)

namespace {

base::Expected<DeviceProfile> parse(const std::string& resources)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    return parseProfile("title = \"Test\"\nmanufacturer = \"Maker\"\nmodel = \"M1\"\n[modbus]\n" +
                            resources,
                        "test.toml",
                        definitions);
}

std::string resource(const std::string& path, const std::string& place)
{
    return "[[resource]]\npath = \"" + path + "\"\n" + place + "\n";
}

/// One that is read at `address` among the holding registers.
std::string held(const std::string& path, int address, const std::string& more)
{
    return resource(path,
                    "table = \"holding\"\naddress = " + std::to_string(address) + "\n" + more);
}

const std::string setPoint =
    held("/3308/0/5900", 10, "type = \"u16\"\nwrite = { range = [0, 100] }");
const std::string resettable = held("/3303/0/5700", 1, "type = \"s16\"");

} // namespace

BOOST_AUTO_TEST_CASE(that_end_in_one_place_are_refused)
{
    const std::string relays =
        resource("/3306/0/5850",
                 "table = \"discrete-input\"\naddress = 0\nwrite = { table = \"coil\" }") +
        resource("/3306/1/5850",
                 "table = \"discrete-input\"\naddress = 1\n"
                 "write = { table = \"coil\", address = 0 }");
    const std::string numbers =
        setPoint + held("/3308/1/5900",
                        30,
                        "type = \"u32\"\nwrite = { address = 9, multiple = true, range = [0, 9] }");
    const std::string bits =
        held("/3306/0/5850", 10, "type = \"bit\"\nbit = 3\nwrite = {}") +
        held("/3306/1/5850", 30, "type = \"bit\"\nbit = 3\nwrite = { address = 10 }");
    for (const std::string& resources : {relays, numbers, bits}) {
        const auto profile = parse(resources);

        BOOST_REQUIRE(!profile);
        BOOST_TEST(profile.error().message.find(" is written where /33") != std::string::npos,
                   profile.error().message);
    }
}

BOOST_AUTO_TEST_CASE(of_an_execute_into_a_set_point_are_refused)
{
    const auto profile = parse(setPoint + resettable + held("/3303/0/5605", 10, "execute = 1"));

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message ==
               "test.toml:16: /3303/0/5605 is written where /3308/0/5900 is: holding register "
               "0x000a");
}

BOOST_AUTO_TEST_CASE(may_share_a_register_where_each_is_one_part_of_it)
{
    const auto bits =
        parse(held("/3306/0/5850", 30, "type = \"bit\"\nbit = 3\nwrite = { address = 10 }") +
              held("/3306/1/5850", 31, "type = \"bit\"\nbit = 4\nwrite = { address = 10 }"));
    const auto wholeAndPart =
        parse(setPoint + held("/3306/0/5850", 10, "type = \"bit\"\nbit = 3\nwrite = {}"));

    BOOST_TEST(bits.has_value(), (bits ? "" : bits.error().message));
    BOOST_TEST(wholeAndPart.has_value(), (wholeAndPart ? "" : wholeAndPart.error().message));
}

BOOST_AUTO_TEST_CASE(may_share_a_register_that_holds_one_value_in_two_units)
{
    const auto profile =
        parse(setPoint +
              held("/3308/1/5900", 10, "type = \"u16\"\nscale = 0.1\nwrite = { range = [0, 9] }"));

    BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
}

BOOST_AUTO_TEST_CASE(of_several_commands_may_share_a_register)
{
    const auto profile =
        parse(resettable + held("/3303/0/5605", 40, "execute = 1") +
              held("/3303/1/5700", 2, "type = \"s16\"") + held("/3303/1/5605", 40, "execute = 2"));

    BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
}

BOOST_AUTO_TEST_CASE(of_a_toggle_go_where_its_switch_is)
{
    const auto profile =
        parse(resource("/3306/0/5850", "table = \"coil\"\naddress = 5\nwrite = {}") + resettable +
              resource("/3303/0/5605", "table = \"coil\"\naddress = 5\nexecute = \"toggle\""));

    BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
}

BOOST_AUTO_TEST_SUITE_END()
