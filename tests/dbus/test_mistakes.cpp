// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/dbus/running_gateway.hpp"

using causeway::tests::RunningGateway;

namespace {

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

/// What causewayctl says of a command line that cannot be meant, and of nothing to show.
BOOST_FIXTURE_TEST_SUITE(mistakes, RunningGateway)

BOOST_AUTO_TEST_CASE(a_wrong_value_of_an_option_is_a_wrong_command_line_whoever_finds_it)
{
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"line", "change", "rtu-0", "--parity", "mark"}, "--parity: expected one of"},
        {{"line", "scan", "rtu-0", "--parities=none,blah"}, "\"blah\" is none of"},
        {{"line", "scan", "rtu-0", "--last-unit", "300"},
         "--last-unit: \"300\" is no whole number from 0 to 255"},
        {{"line", "trace", "rtu-0", "--seconds", "x"}, "--seconds: \"x\" is no whole number"},
        {{"line", "read", "rtu-0", "one", "coil", "1"}, "unit: \"one\" is no whole number"},
        {{"line", "change", "rtu-0", "--port", "70000"},
         "--port: expected an integer from 1 to 65535, got 70000"},
        {{"server", "change", "main", "--lifetime", "-5"}, "from 0 to 4294967295, got -5"},
        {{"device", "change", "meter-1", "--unit", "300"}, "--unit: expected an integer"},
        {{"server", "add", "spare"}, "--uri is required"},
        {{"device", "add", "m", "--profile", "eastron-sdm120", "--psk-generate", "--psk-file", "x"},
         "excludes"},
    };
    for (const auto& [arguments, sentence] : rows) {
        const auto finished = ctl(arguments);

        BOOST_TEST(finished.exitCode == 2, finished.errors);
        BOOST_TEST(contains(finished.errors, sentence), finished.errors);
        for (const std::string letter : {"(q)", "(u)", "(y)", "Could not convert"})
            BOOST_TEST(!contains(finished.errors, letter), finished.errors);
    }
}

BOOST_AUTO_TEST_CASE(a_list_without_rows_says_so_to_people)
{
    BOOST_REQUIRE_EQUAL(ctl({"device", "detach", "meter-1"}).exitCode, 0);

    const auto people = ctl({"devices"});

    BOOST_TEST(people.exitCode == 0);
    BOOST_TEST(people.output.empty());
    BOOST_TEST(people.errors.starts_with("no devices;"), people.errors);
    BOOST_TEST(contains(ctl({"security"}).errors, "no device registers"));
    BOOST_TEST(json({"devices"}).empty());
}

BOOST_AUTO_TEST_CASE(a_slip_is_named_with_the_nearest_word)
{
    const auto command = ctl({"sttaus"});
    const auto part = ctl({"device", "lst"});
    const auto option = ctl({"device", "add", "m", "--untis", "3"});
    const auto extra = ctl({"device", "show", "meter-1", "more"});
    const auto beside = ctl({"device", "add", "m", "--unit", "1", "more"});
    const auto twice = ctl({"device", "add", "m", "--unit", "1", "--unit", "2"});
    const auto missing = ctl({"line"});
    const auto number = ctl({"device", "change", "meter-1", "--unit", "two"});

    BOOST_TEST(command.errors == "causewayctl: there is no command \"sttaus\"; did you mean "
                                 "\"status\"?\nSee causewayctl --help\n");
    BOOST_TEST(contains(part.errors, "causewayctl device: there is no command \"lst\""));
    BOOST_TEST(contains(option.errors, "no option \"--untis\"; did you mean \"--unit\"?"));
    BOOST_TEST(contains(extra.errors, "\"more\" is one word too many"));
    BOOST_TEST(contains(beside.errors, "\"more\" is one word too many"));
    BOOST_TEST(contains(twice.errors, "--unit is given more than once"));
    BOOST_TEST(contains(missing.errors, "a command is missing: add, show, change, remove"));
    BOOST_TEST(number.errors == "causewayctl: --unit: \"two\" is no number\n");
    const auto none = ctl({"line", "change", "rtu-0", "--response-timeout", "none"});
    BOOST_TEST(contains(none.errors, "causewayctl: --response-timeout: expected an integer"));
    for (const auto& finished : {command, part, option, extra, beside, twice, missing, number})
        BOOST_TEST(finished.exitCode == 2);
}

BOOST_AUTO_TEST_SUITE_END()
