// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;
using namespace std::string_literals;

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
        {company, "at = 253\ntype = \"s16\"\n"},           // beyond every advertisement
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
        {company, value + "lasts-ms = 99\n"},                  // nobody sees it
        {company, value + "counts = true\nlasts-ms = 1000\n"}, // a count is not over
    };
    for (const auto& [ble, resource] : wrong) {
        const auto profile = parse(ble, resource);
        BOOST_TEST_INFO(ble + resource);
        BOOST_TEST(!profile.has_value());
        if (!profile)
            BOOST_TEST(profile.error().message.starts_with("test.toml:"));
    }
}

// Each would load and never hold a value: the sentence names the key and the limit.
BOOST_AUTO_TEST_CASE(complains_of_a_place_that_no_device_can_have)
{
    const std::string four = company + "length = 4\n";
    const std::string whole = "at = 0\ntype = \"u8\"\n";
    const std::string connected = "connect = true\n";
    const std::string read = "characteristic = \"2a6e\"\n";
    const std::array wrong{
        std::array{company, "at = 251\ntype = \"u16\"\n"s, "at reaches to octet 253"s, "252"s},
        std::array{four, "at = 3\ntype = \"u16\"\n"s, "at reaches to octet 5"s, "is 4"s},
        std::array{four + "prefix = \"0102030405\"\n", whole, "prefix reaches"s, "is 4"s},
        std::array{four + "counter = { at = 4 }\n", whole, "counter reaches"s, "is 4"s},
        std::array{company + "length = 253\n", whole, "length"s, "252"s},
        std::array{tlv, "object = 2\nat = 1\ntype = \"u16\"\n"s, "at reaches"s, "0x02 has 2"s},
        std::array{tlv, "object = 2\ntype = \"u16\"\nwhen = { at = 2, bit = 0 }\n"s, "when"s, "2"s},
        std::array{
            tlv, "object = 2\ntype = \"u16\"\ninvalid = { at = 2, bit = 0 }\n"s, "inv"s, "2"s},
        std::array{
            tlv, "object = 2\ntype = \"u16\"\nnegative = { at = 2, bit = 0 }\n"s, "neg"s, "2"s},
        std::array{company, whole + "first-bit = 6\nbits = 4\n", "first-bit and bits"s, "has 8"s},
        std::array{connected, read + "at = 511\ntype = \"u16\"\n", "at reaches"s, "512"s},
        std::array{
            connected, read + "length = 2\nat = 1\ntype = \"u16\"\n", "at reaches"s, "is 2"s},
    };
    for (const auto& [ble, resource, key, limit] : wrong) {
        const auto profile = parse(ble, resource);
        BOOST_TEST_INFO(ble + resource + (profile ? "" : profile.error().message));
        BOOST_TEST((!profile && profile.error().message.find(key) != std::string::npos &&
                    profile.error().message.find(limit) != std::string::npos));
    }
}

BOOST_AUTO_TEST_CASE(a_value_may_end_where_its_device_ends)
{
    BOOST_TEST(parse(company, "at = 250\ntype = \"u16\"\n").has_value());
    BOOST_TEST(parse(company + "length = [2, 4]\n", "at = 2\ntype = \"u16\"\n").has_value());
    BOOST_TEST(parse(tlv, "object = 2\ntype = \"u16\"\n").has_value());
    BOOST_TEST(parse("connect = true\n", "characteristic = \"2a6e\"\nat = 510\ntype = \"u16\"\n")
                   .has_value());
}

// Those that check_schema holds against the schema, so that both speak of one language.
BOOST_AUTO_TEST_CASE(reads_every_form_that_the_schema_is_tried_with)
{
    const std::filesystem::path directory = std::getenv("CAUSEWAY_PROFILE_FORMS");
    const auto definitions = model::builtInDefinitions();
    std::size_t forms = 0;

    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const auto profile = readProfile(entry.path(), definitions, {directory});
        BOOST_TEST(profile.has_value(), (profile ? "" : profile.error().message));
        ++forms;
    }

    BOOST_TEST(forms >= 4U);
}

BOOST_AUTO_TEST_CASE(a_profile_is_for_one_kind_of_bridge)
{
    BOOST_TEST(!parse(company + "[modbus]\n", value).has_value());
    BOOST_TEST(!parse(company + "[[probe]]\ntable = \"input\"\naddress = 1\n", value).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
