// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/dbus/running_gateway.hpp"
#include "tests/dbus/running_program.hpp"

using namespace causeway;
using causeway::tests::RunningGateway;
using causeway::tests::RunningProgram;
using Json = nlohmann::json;

namespace {

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

/// What a technician does with a line, by causewayctl.
BOOST_FIXTURE_TEST_SUITE(line_commands, RunningGateway)

BOOST_AUTO_TEST_CASE(registers_are_written_and_read_with_what_they_may_mean)
{
    const auto written =
        ctl({"line", "write", "rtu-0", "7", "holding", "0x10", "0x4366", "0x199A"});
    const auto people = ctl({"line", "read", "rtu-0", "7", "holding", "16", "2"});
    const auto scripts = json({"line", "read", "rtu-0", "7", "holding", "16", "2"});

    BOOST_TEST(written.exitCode == 0);
    BOOST_TEST(contains(people.output, "0x0010"));
    BOOST_TEST(contains(people.output, "230.1"));
    BOOST_TEST((scripts == Json({0x4366, 0x199A})));
}

BOOST_AUTO_TEST_CASE(a_coil_is_shown_as_a_bit)
{
    BOOST_TEST(ctl({"line", "write", "rtu-0", "7", "coil", "3", "1", "0"}).exitCode == 0);
    const auto read = ctl({"line", "read", "rtu-0", "7", "coil", "3", "2"});

    BOOST_TEST(contains(read.output, "VALUE"), read.output);
    BOOST_TEST(!contains(read.output, "F32"), read.output);
    BOOST_TEST(contains(read.output, "0x0003"));
}

BOOST_AUTO_TEST_CASE(a_scan_shows_units_and_the_profiles_that_fit)
{
    const auto people = ctl({"line", "scan", "rtu-0", "--first-unit", "9", "--parities", "even"});
    const auto bad = ctl({"line", "scan", "rtu-0", "--parities", "sometimes"});

    BOOST_TEST(people.exitCode == 0);
    BOOST_TEST(contains(people.output, "eastron-sdm630"));
    BOOST_TEST(contains(people.output, "9600 n1"));
    const auto shown = ctl({"line", "show", "rtu-0"}).output;
    BOOST_TEST(contains(shown, "eastron-sdm630"), shown);
    BOOST_TEST(!contains(shown, "{"), shown);
    BOOST_TEST(bad.exitCode == 2);
}

BOOST_AUTO_TEST_CASE(an_interrupted_scan_is_stopped_and_does_not_count_as_complete)
{
    inside([](World& world) { world.gateway.lines.at("rtu-0").scan.isRunning = true; });
    RunningProgram program({CAUSEWAYCTL, "line", "scan", "rtu-0"}, {{"CAUSEWAY_BUS", address()}});
    while (inside([](World& world) { return world.gateway.lines.at("rtu-0").scan.total; }) == 0)
        std::this_thread::yield();

    BOOST_TEST(program.end(SIGINT) == 1);
    BOOST_TEST(contains(program.hearUntil("units asked"), "early: 1 of 2 units asked"));
    BOOST_TEST(
        !inside([](World& world) { return world.gateway.lines.at("rtu-0").scan.isRunning; }));
}

BOOST_AUTO_TEST_CASE(a_scan_asks_for_nothing_that_cannot_be_there)
{
    BOOST_REQUIRE_EQUAL(ctl({"line", "add", "tcp-0", "--host", "192.0.2.7"}).exitCode, 0);

    BOOST_TEST(ctl({"line", "scan", "tcp-0", "--baud-rates", "9600"}).exitCode == 2);
    BOOST_TEST(ctl({"line", "scan", "tcp-0", "--last-unit", "255"}).exitCode == 0);
    BOOST_TEST(ctl({"line", "scan", "rtu-0", "--first-unit", "0"}).exitCode == 2);
    BOOST_TEST(ctl({"line", "scan", "rtu-0", "--last-unit", "248"}).exitCode == 2);
}

BOOST_AUTO_TEST_CASE(a_scan_that_does_not_run_cannot_be_stopped)
{
    const auto stopped = ctl({"line", "stop-scan", "rtu-0"});

    BOOST_TEST(stopped.exitCode == 1);
    BOOST_TEST(stopped.errors == "causewayctl: rtu-0 is not being scanned\n");
}

BOOST_AUTO_TEST_CASE(a_tcp_connection_has_no_speed_in_what_a_scan_finds)
{
    BOOST_REQUIRE_EQUAL(ctl({"line", "add", "tcp-0", "--host", "192.0.2.7"}).exitCode, 0);

    const auto people = ctl({"line", "scan", "tcp-0"});
    const auto found = json({"line", "scan", "tcp-0"})["found"];

    BOOST_TEST(!contains(people.output, "9600"), people.output);
    BOOST_REQUIRE(!found.empty());
    BOOST_TEST(!found[0].contains("baudRate"));
    BOOST_TEST(json({"line", "scan", "rtu-0"})["found"][0].contains("baudRate"));
}

BOOST_AUTO_TEST_CASE(a_value_that_no_register_holds_is_told_with_the_range)
{
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"coil", "0", "2"}, "\"2\" is neither 0 nor 1"},
        {{"holding", "0", "70000"}, "\"70000\" is no whole number from 0 to 65535"},
        {{"holding", "0", "-5"}, "\"-5\" is no whole number from 0 to 65535"},
        {{"holding", "0", "1.5"}, "\"1.5\" is no whole number from 0 to 65535"},
        {{"holding", "0", "on"}, "\"on\" is no whole number from 0 to 65535"},
    };
    for (const auto& [rest, sentence] : rows) {
        std::vector<std::string> arguments{"line", "write", "rtu-0", "7"};
        arguments.insert(arguments.end(), rest.begin(), rest.end());
        const auto finished = ctl(arguments);

        BOOST_TEST(finished.exitCode == 2);
        BOOST_TEST(contains(finished.errors, sentence), finished.errors);
    }
    BOOST_TEST(ctl({"line", "write", "rtu-0", "7", "coil", "3", "on", "off"}).exitCode == 0);
    BOOST_TEST((json({"line", "read", "rtu-0", "7", "coil", "3", "2"}) == Json({1, 0})));
}

BOOST_AUTO_TEST_CASE(a_number_out_of_range_is_told_with_its_range)
{
    const auto read = ctl({"line", "read", "rtu-0", "1", "holding", "70000"});

    BOOST_TEST(read.exitCode == 2);
    BOOST_TEST(contains(read.errors, "65535"), read.errors);
}

BOOST_AUTO_TEST_CASE(a_line_is_paused_resumed_and_its_units_are_shown)
{
    inside([](World& world) {
        world.gateway.lines.at("rtu-0").units[4] = {{"requests", 12}, {"requestsPerMinute", 60}};
    });

    BOOST_TEST(ctl({"line", "pause", "rtu-0"}).exitCode == 0);
    BOOST_TEST((json({"line", "show", "rtu-0"})["Paused"] == true));
    BOOST_TEST(ctl({"line", "resume", "rtu-0"}).exitCode == 0);
    BOOST_TEST((json({"line", "units", "rtu-0"})["4"]["requests"] == 12));
    BOOST_TEST(contains(ctl({"line", "units", "rtu-0"}).output, "60"));
    BOOST_TEST(ctl({"profile", "reload"}).exitCode == 0);
}

BOOST_AUTO_TEST_CASE(a_line_shows_what_goes_over_it)
{
    inside([](World& world) {
        world.gateway.frames = {{base::WallTime{std::chrono::seconds(1)},
                                 api::TracedFrame::Direction::Sent,
                                 std::uint8_t{7},
                                 {7, 0xAB},
                                 "read coils 0"},
                                {base::WallTime{std::chrono::seconds(1)},
                                 api::TracedFrame::Direction::Received,
                                 std::nullopt,
                                 {},
                                 "no answer"}};
    });

    const auto people = ctl({"line", "trace", "rtu-0", "--seconds", "1"});
    const auto scripts = ctl({"line", "trace", "rtu-0", "--seconds", "1", "--json"});
    const auto nowhere = ctl({"line", "trace", "rtu-9", "--seconds", "1"});

    BOOST_TEST(contains(people.output, "00:00:01.000 -> unit 7: read coils 0  [07 AB]"));
    BOOST_TEST(contains(people.output, "00:00:01.000 <- no answer"));
    BOOST_TEST(contains(people.errors, "3 frames"));
    BOOST_TEST(contains(scripts.output, "\"octets\":\"07ab\""));
    BOOST_TEST(nowhere.exitCode != 0);
    BOOST_TEST(contains(nowhere.errors, "rtu-9"));
}

BOOST_AUTO_TEST_SUITE_END()
