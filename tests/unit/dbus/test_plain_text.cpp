// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/arguments.hpp"
#include "dbus/ctl/labels.hpp"
#include "dbus/ctl/plain_text.hpp"

using namespace causeway::dbus::ctl;
using Words = std::vector<std::string>;

namespace {

struct Row
{
    std::string_view raw;
    std::string plain;
};

using namespace std::string_view_literals;

// clang-format off
const std::vector<Row> texts{
    {"230.1 V"sv,                  "230.1 V"},
    {"Zähler 21 °C 電"sv,          "Zähler 21 °C 電"},
    {"\x1b[2J\x1b]0;owned\a"sv,    "<1B>[2J<1B>]0;owned<07>"},
    {"a\0b\r\n\tc\x7f"sv,          "a<00>b<0D><0A><09>c<7F>"},
    {"\xc2\x9b"sv,                 "<U+009B>"}, // the escape of eight bits
    {"\xe2\x80\xae" "gpj.exe"sv,   "<U+202E>gpj.exe"},
    {"\xef\xbb\xbf"sv,             "<U+FEFF>"},
    {"\xff\xfe"sv,                 "<FF><FE>"},
    {"caf\xe9!"sv,                 "caf<E9>!"},
    {"\xc0\x9b"sv,                 "<C0><9B>"}, // too long a form of escape
    {"\xed\xa0\x80"sv,             "<ED><A0><80>"}, // half of a pair
    {"\xe2\x82"sv,                 "<E2><82>"},
    {"\xf0\x9f\x94\x8c"sv,         "\xf0\x9f\x94\x8c"},
};

// clang-format on

std::ostream& operator<<(std::ostream& stream, const Row& row)
{
    return stream << row.plain;
}

} // namespace

BOOST_AUTO_TEST_SUITE(plain_text)

BOOST_DATA_TEST_CASE(shows_what_a_terminal_must_not_obey, texts)
{
    BOOST_TEST(plainText(sample.raw) == sample.plain);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(arguments)

BOOST_AUTO_TEST_CASE(a_negative_value_is_no_option)
{
    const Words given{"write", "meter-1", "/3308/0/5900", "-5.5", "--type", "float"};
    const Words taken{"-5.5", "--", "float", "--type", "/3308/0/5900", "meter-1", "write"};

    BOOST_TEST(reversed(given) == taken, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_negative_value_of_an_option_stays_with_it)
{
    const Words given{"server", "change", "main", "--default-pmin", "-5"};
    const Words taken{"-5", "--default-pmin", "main", "change", "server"};

    BOOST_TEST(reversed(given) == taken, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whoever_knows_the_two_dashes_may_use_them)
{
    const Words given{"write", "meter-1", "/3308/0/5900", "--", "-5"};
    const Words taken{"-5", "--", "/3308/0/5900", "meter-1", "write"};

    BOOST_TEST(reversed(given) == taken, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(labels)

BOOST_AUTO_TEST_CASE(are_the_words_of_the_options_or_those_of_the_name)
{
    BOOST_TEST(labelOf("unitId") == "unit");
    BOOST_TEST(labelOf("allowsServerWrites") == "allow server writes");
    BOOST_TEST(labelOf("FieldState") == "field state");
}

BOOST_AUTO_TEST_CASE(values_have_their_units)
{
    BOOST_TEST(shownAs("responseTimeout", 500) == "500 ms");
    BOOST_TEST(shownAs("lifetime", 300) == "300 s");
    BOOST_TEST(shownAs("enabled", true) == "yes");
    BOOST_TEST(shownAs("registeredAt", 1767225600000000U) == "2026-01-01T00:00:00.000Z");
    BOOST_TEST(shownAs("counters", {{"failedPolls", 2}, {"polls", 9}}) ==
               "failed polls 2, polls 9");
}

BOOST_AUTO_TEST_CASE(what_never_happened_is_not_shown)
{
    BOOST_TEST(shownAs("LastErrorAt", 0) == "");
    BOOST_TEST(shownAs("Devices", Json::array()) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
