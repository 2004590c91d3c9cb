// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

BOOST_AUTO_TEST_SUITE(format_reader)

namespace {

base::Expected<DeviceProfile> parse(const std::string& ble, const std::string& resource)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    return parseProfile("title = \"Test\"\nmanufacturer = \"Maker\"\nmodel = \"M1\"\n[ble]\n" +
                            ble + "[[resource]]\npath = \"/3303/0/5700\"\n" + resource,
                        "test.toml",
                        definitions);
}

const std::string company = "company = 0x0499\n";
const std::string tlv = "service = \"fcd2\"\ntlv = { first = 1, lengths = { 0x02 = 2 } }\n";
const std::string value = "at = 1\ntype = \"s16\"\n";

} // namespace

BOOST_AUTO_TEST_CASE(a_sensor_has_its_signal_strength_where_the_standard_puts_it)
{
    const auto profile = parse(company, value);

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(profile->bridge == "ble");
    bool isFound = false;
    for (const auto& mapping : profile->mappings) {
        if (mapping.resource.path == model::Path{4, 0, 2})
            isFound = mapping.source && mapping.source->isSignalStrength;
    }
    BOOST_TEST(isFound);
}

BOOST_AUTO_TEST_CASE(complains_with_file_and_line)
{
    const std::pair<std::string, std::string> wrong[] = {
        {"", value},                                       // which part of the advertisement
        {company + "service = \"fcd2\"\n", value},         // both
        {"service = \"fcd\"\n", value},                    // no UUID
        {company + "length = 0\n", value},                 // no payload
        {company + "prefix = \"0\"\n", value},             // half an octet
        {company + "encryption = \"rot13\"\n", value},     // unknown
        {company + "lost-after-s = 0\n", value},           // at once
        {company + "colour = \"red\"\n", value},           // unknown key
        {company, "type = \"s16\"\n"},                     // where?
        {company, "at = 1\n"},                             // what?
        {company, "at = 1651\ntype = \"s16\"\n"},          // beyond every advertisement
        {company, value + "table = \"input\"\n"},          // a Modbus word
        {company, value + "write = { range = [0, 1] }\n"}, // nobody can
        {company, "at = 1\ntype = \"f32\"\ndivide = 2\n"}, // a fraction is not divided
        {tlv, value},                                      // which object?
        {"service = \"fcd2\"\ntlv = { first = 1 }\n", "object = 2\ntype = \"s16\"\n"},
        {"service = \"fcd2\"\ntlv = { lengths = { 0x100 = 1 } }\n", "object = 2\ntype = \"u8\"\n"},
        {company, value + "when = { equals = 256 }\n"},         // of an octet
        {company, value + "when = { equals = 3, mask = 1 }\n"}, // never
        {company, value + "invalid = { at = 1 }\n"},            // which bit?
        {"service = \"fcd2\"\ntlv = { others = \"skip\" }\n", "object = 2\ntype = \"u8\"\n"},
        {tlv, "object = 2\ntype = \"s16\"\nalso = [{ object = 3 }]\n"},
    };
    for (const auto& [ble, resource] : wrong) {
        const auto profile = parse(ble, resource);
        BOOST_TEST_INFO(ble + resource);
        BOOST_TEST(!profile.has_value());
        if (!profile)
            BOOST_TEST(profile.error().message.starts_with("test.toml:"));
    }
}

BOOST_AUTO_TEST_CASE(a_profile_is_for_one_kind_of_bridge)
{
    BOOST_TEST(!parse(company + "[modbus]\n", value).has_value());
    BOOST_TEST(!parse(company + "[[probe]]\ntable = \"input\"\naddress = 1\n", value).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
