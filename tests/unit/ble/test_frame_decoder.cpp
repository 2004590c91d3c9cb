// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_AUTO_TEST_SUITE(frame_decoder)

namespace {

base::Expected<bridges::DeviceProfile> parsed(const std::string& keys)
{
    return bridges::parseProfile("title = \"Device\"\nmanufacturer = \"M\"\nmodel = \"1\"\n[ble]\n"
                                 "company = 0x0499\n[[resource]]\n" +
                                     keys,
                                 "test.toml",
                                 model::builtInDefinitions());
}

/// The one value in the payload, or what is said instead; empty when it is not there.
std::string told(const std::string& keys, std::string_view payload)
{
    const auto profile = parsed(keys);
    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    const auto values = decoded(*profile, payload);
    return values.empty() ? "" : values.begin()->second;
}

const std::string energy = R"(path = "/3331/0/5700"
at = 0
type = "u8"
)";

const std::string temperature = R"(path = "/3303/0/5700"
at = 0
type = "u8"
)";

const std::string sign = "negative = { at = 1, bit = 7 }\n";

const std::string text = R"(path = "/3341/0/5527"
at = 1
type = "string"
octets = 8
)";

} // namespace

BOOST_AUTO_TEST_CASE(what_is_added_counts_in_the_unit_of_the_whole)
{
    const std::string keys =
        energy + "from = \"kWh\"\nunits = \"Wh\"\nplus = { at = 1, type = \"u8\", scale = 0.01 }\n";

    BOOST_TEST(told(keys, "0101") == "1010");
    BOOST_TEST(told(keys, "0000") == "0");
    BOOST_TEST(told(keys, "FF63") == "255990");
}

BOOST_AUTO_TEST_CASE(a_sign_is_the_numbers_and_not_that_of_its_offset)
{
    BOOST_TEST(told(temperature + "offset = 40\n" + sign, "0A80") == "30");
    BOOST_TEST(told(temperature + "offset = 40\n" + sign, "0A00") == "50");
    BOOST_TEST(told(temperature + "from = \"degF\"\nunits = \"Cel\"\n" + sign, "2880") == "-40");
    BOOST_TEST(told(temperature + "from = \"degF\"\nunits = \"Cel\"\n" + sign, "2000") == "0");
    BOOST_TEST(told(temperature + sign, "0080") == "0");
}

BOOST_AUTO_TEST_CASE(what_is_believed_is_the_whole)
{
    const std::string signedKeys = temperature + "valid = [-20, 60]\n" + sign;
    BOOST_TEST(told(signedKeys, "1480") == "-20");
    BOOST_TEST(told(signedKeys, "1580").empty());
    BOOST_TEST(told(signedKeys, "3C00") == "60");

    const std::string sum =
        temperature + "valid = [0, 10]\nplus = { at = 1, type = \"u8\", scale = 0.1 }\n";
    BOOST_TEST(told(sum, "0905") == "9.5");
    BOOST_TEST(told(sum, "0A00") == "10");
    BOOST_TEST(told(sum, "0A01").empty());
}

BOOST_AUTO_TEST_CASE(decimals_are_those_of_the_whole)
{
    const std::string keys =
        temperature + "decimals = 1\nplus = { at = 1, type = \"u8\", scale = 0.01 }\n";

    BOOST_TEST(told(keys, "1726") == "23.4");
}

BOOST_AUTO_TEST_CASE(a_sentinel_is_what_the_device_sends_and_not_a_part_of_it)
{
    const std::string keys = R"(path = "/3303/0/5700"
at = 0
byte-order = "big"
type = "u24"
scale = 0.1
sentinels = [0xFFFFFF]
divide = 1000
)";

    BOOST_TEST(told(keys, "FFFFFF").empty());
    BOOST_TEST(told(keys, "0371D9") == "22.5");
    BOOST_TEST(told(keys, "FFFFFE") == "1677.7");
}

BOOST_AUTO_TEST_CASE(words_are_not_added)
{
    const auto refused =
        parsed(temperature + "enum = { 1 = 2.0 }\nplus = { at = 1, type = \"u8\" }\n");

    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().message.find("test.toml:10") != std::string::npos,
               refused.error().message);
}

BOOST_AUTO_TEST_CASE(a_text_may_be_shorter_than_its_place)
{
    BOOST_TEST(told(text, "0148656C6C6F") == "Hello");
    BOOST_TEST(told(text, "0148656C6C6F20776F726C64") == "Hello wo");
    BOOST_TEST(told(text, "0148656C6C6F2077C3B66C64") == "Hello w");
    BOOST_TEST(told(text, "01C3B6") == "ö");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_none_is_no_value)
{
    BOOST_TEST(told(text, "01C3").empty());
    BOOST_TEST(told(text, "01FFFE").empty());
    BOOST_TEST(parsed(text)->mappings.size() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
