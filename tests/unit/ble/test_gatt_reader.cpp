// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

BOOST_AUTO_TEST_SUITE(gatt_reader)

namespace {

base::Expected<DeviceProfile> parse(const std::string& tables, const std::string& resource)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    return parseProfile(
        "title = \"Test\"\nmanufacturer = \"Maker\"\nmodel = \"M1\"\n[ble]\nconnect = true\n" +
            tables + "[[resource]]\npath = \"/3308/0/5900\"\n" + resource,
        "test.toml",
        definitions);
}

const std::string value = "characteristic = \"2a6e\"\ntype = \"s16\"\n";

} // namespace

BOOST_AUTO_TEST_CASE(reads_what_a_peripheral_is_asked_for)
{
    const auto profile =
        parse("name = \"Tag\"\nadvertises = \"181a\"\nfast-period-ms = 5000\nlost-after-s = 20\n"
              "[[setup]]\nservice = \"181a\"\ncharacteristic = \"aa02\"\noctets = \"01ff\"\n",
              "service = \"181A\"\nnotify = true\noptional = true\nlength = [2, 3]\n" + value);

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_REQUIRE(profile->gatt.has_value());
    BOOST_TEST(profile->gatt->namePrefix == "Tag");
    BOOST_TEST(profile->gatt->fastPeriod.count() == 5000);
    BOOST_TEST(base::toHex(profile->gatt->setup.at(0).octets) == "01ff");
    const auto mapping = std::ranges::find(profile->mappings,
                                           model::Path{3308, 0, 5900},
                                           [](const auto& one) { return one.resource.path; });
    const auto& reading = mapping->source->reading.value();
    BOOST_TEST(reading.characteristic.service == "0000181a-0000-1000-8000-00805f9b34fb");
    BOOST_TEST(reading.isNotified);
    BOOST_TEST(reading.isOptional);
    BOOST_TEST(reading.lengths.size() == 2U);
    BOOST_TEST(mapping->resource.description.starts_with("characteristic 2a6e, s16, notified"));
    BOOST_TEST(!mapping->resource.operations.write);
}

BOOST_AUTO_TEST_CASE(a_write_is_for_the_operator_unless_servers_are_named)
{
    const auto ours = parse("", value + "write = { range = [5, 35] }\n");
    const auto theirs = parse("", value + "write = { range = [5, 35], by-server = true }\n");
    const auto writes = [](const DeviceProfile& profile, bool byServer) {
        return std::ranges::any_of(profile.mappings, [&](const ResourceMapping& mapping) {
            return mapping.resource.operations.write &&
                   mapping.resource.allowsServerWrites == byServer;
        });
    };

    BOOST_TEST(writes(ours.value(), false));
    BOOST_TEST(writes(theirs.value(), true));
}

BOOST_AUTO_TEST_CASE(takes_a_text_as_long_as_a_characteristic)
{
    const auto profile = parse("[[resource]]\npath = \"/3/0/2\"\ncharacteristic = \"2a25\"\n"
                               "type = \"string\"\noctets = 512\n",
                               value);

    BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
}

BOOST_AUTO_TEST_CASE(complains_with_file_and_line)
{
    const std::string setup = "[[setup]]\ncharacteristic = \"aa02\"\n";
    const std::string third =
        "[[resource]]\npath = \"/3303/0/5700\"\ncharacteristic = \"2a6e\"\nat = 2\ntype = \"u8\"\n";
    const std::pair<std::string, std::string> wrong[] = {
        {"company = 1\n", value},                // it is connected, not heard
        {"advertises = \"18\"\n", value},        // no UUID
        {"fast-period-ms = 1\n", value},         // for no battery
        {"lost-after-s = 0\n", value},           // at once
        {"colour = \"red\"\n", value},           // unknown key
        {setup, value},                          // writes what?
        {setup + "octets = \"\"\n", value},      // nothing
        {setup + "octets = \"0\"\n", value},     // half an octet
        {"[[setup]]\noctets = \"01\"\n", value}, // where?
        {"[[probe]]\ntable = \"input\"\naddress = 1\n", value},
        {"", "type = \"s16\"\n"}, // which characteristic?
        {"", "characteristic = \"2a6\"\ntype = \"s16\"\n"},
        {"", "characteristic = \"2a6e\"\n"},                              // what type?
        {"", value + "length = 513\n"},                                   // no value is so long
        {"", value + "at = 512\n"},                                       // beyond every value
        {"", value + "notify = true\npoll = \"fast\"\n"},                 // either
        {"", value + "table = \"input\"\n"},                              // a Modbus word
        {"", value + "object = 2\n"},                                     // of TLV only
        {"", value + "when = { at = 0, bit = 8 }\n"},                     // of an octet
        {"", value + "plus = { at = 1 }\n"},                              // what type?
        {"", value + "decode = \"ieee-11073\"\n"},                        // of u16 and u32
        {"", value + "write = { verify = true }\n"},                      // which range?
        {"", value + "when = { bit = 1 }\nwrite = { range = [0, 1] }\n"}, // it may not be there
        {"", value + "write = { range = [0, 1], service = \"181a\" }\n"}, // which characteristic?
        {"", value + "occurrence = 256\n"},                               // of how many?
        {"", value + "write = { range = [0, 1], pulse-ms = 10 }\n"},      // a Modbus word
        {"", value + "write = { range = [0, 1] }\n" + third},             // a part, as another says
    };
    for (const auto& [tables, resource] : wrong) {
        const auto profile = parse(tables, resource);
        BOOST_TEST_INFO(tables + resource);
        BOOST_TEST(!profile.has_value());
        if (!profile)
            BOOST_TEST(profile.error().message.starts_with("test.toml:"));
    }
}

namespace {

/// A second Resource of the same peripheral.
std::string second(const std::string& path, const std::string& keys)
{
    return "[[resource]]\npath = \"" + path + "\"\n" + keys;
}

const std::string part = "type = \"bit\"\nbit = ";
const std::string flags = "characteristic = \"2a56\"\n";
const std::string byCommand = "write = { range = [0, 9], characteristic = \"bb03\" }\n";
const std::string switchedByCommand = "write = { characteristic = \"bb03\" }\n";

} // namespace

BOOST_AUTO_TEST_CASE(a_write_elsewhere_takes_nothing_from_what_others_have_there)
{
    const std::pair<std::string, std::string> wrong[] = {
        // What another reads there, further on.
        {value + byCommand, "characteristic = \"bb03\"\nat = 2\ntype = \"u8\"\n"},
        // Its own characteristic, which is longer.
        {value + "at = 2\nwrite = { range = [0, 9], characteristic = \"2a6e\" }\n",
         "characteristic = \"bb04\"\ntype = \"u8\"\n"},
        // Another bit of the octet.
        {value,
         flags + part + "3\n" + "write = { characteristic = \"2a56\" }\n" +
             second("/3311/1/5850", flags + part + "4\n")},
        // What another writes there, of another size.
        {value + byCommand, "characteristic = \"bb04\"\ntype = \"u8\"\n" + byCommand},
        // Two bits that go there, each with zeros for the other.
        {value,
         flags + part + "3\n" + switchedByCommand +
             second("/3311/1/5850", flags + part + "4\n" + switchedByCommand)},
    };
    for (const auto& [first, other] : wrong) {
        const bool isSwitch = other.starts_with(flags);
        const auto profile =
            parse("", first + second(isSwitch ? "/3311/0/5850" : "/3308/1/5900", other));
        BOOST_TEST_INFO(first + other);
        BOOST_REQUIRE(!profile.has_value());
        BOOST_TEST(profile.error().message.starts_with("test.toml:"));
        BOOST_TEST(profile.error().message.find("whole characteristic") != std::string::npos,
                   profile.error().message);
    }
}

BOOST_AUTO_TEST_CASE(a_write_elsewhere_is_fine_where_nobody_else_is)
{
    const std::string fine[] = {
        value + byCommand,
        value + byCommand + second("/3308/1/5900", value + byCommand), // the same in other words
        value + byCommand + second("/3308/1/5900", "characteristic = \"bb03\"\ntype = \"s16\"\n"),
        value + byCommand +
            second("/3308/1/5900",
                   "characteristic = \"bb03\"\noccurrence = 1\nat = 2\ntype = \"u8\"\n"),
    };
    for (const auto& resource : fine) {
        const auto profile = parse("", resource);
        BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
    }
}

BOOST_AUTO_TEST_SUITE_END()
