// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/dbus/running_gateway.hpp"
#include "tests/dbus/running_program.hpp"

using namespace causeway;
using causeway::tests::RunningGateway;
using causeway::tests::RunningProgram;

namespace {

struct Fixture : RunningGateway
{
    RunningProgram watch(std::vector<std::string> arguments = {})
    {
        arguments.insert(arguments.begin(), {CAUSEWAYCTL, "watch"});
        return {arguments, {{"CAUSEWAY_BUS", address()}}};
    }

    void tell(const std::string& device, double watts)
    {
        inside([&](World& world) {
            world.gateway.listener->onSamples(
                device,
                {{{3305, 0, 5800}, watts, base::WallTime(std::chrono::seconds(1767225600))}});
        });
    }

    void loseField()
    {
        inside([](World& world) {
            world.gateway.devices.at("meter-1").field = api::DeviceStatus::Field::Unavailable;
            world.gateway.listener->onDeviceChanged("meter-1");
        });
    }
};

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

int timesIn(const std::string& text, std::string_view part)
{
    int times = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++times;
    return times;
}

constexpr std::string_view atFirst = "meter-1: field available, main registered\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(watch, Fixture)

BOOST_AUTO_TEST_CASE(tells_states_and_values_as_they_change_until_it_is_interrupted)
{
    auto program = watch();
    BOOST_REQUIRE(contains(program.hearUntil(atFirst), atFirst));

    tell("meter-1", 42.5);
    loseField();

    const auto& heard = program.hearUntil("field unavailable");
    BOOST_TEST(contains(heard,
                        "2026-01-01T00:00:00.000Z meter-1 /3305/0/5800 42.5 W  "
                        "Instantaneous active power\n"),
               heard);
    BOOST_TEST(contains(heard, "meter-1: field unavailable, main registered\n"), heard);
    BOOST_TEST(program.end(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(tells_only_of_the_devices_it_was_asked_for)
{
    inside([](World& world) {
        world.gateway.devices["meter-2"] = world.gateway.devices.at("meter-1");
        world.gateway.listener->onDeviceAdded("meter-2");
    });
    auto program = watch({"meter-1"});
    static_cast<void>(program.hearUntil(atFirst));

    tell("meter-2", 1);
    tell("meter-1", 2);

    BOOST_TEST(!contains(program.hearUntil("meter-1 /3305/0/5800"), "meter-2"));
    BOOST_TEST(program.end(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(tells_a_value_again_only_when_it_changed)
{
    auto program = watch();
    static_cast<void>(program.hearUntil(atFirst));

    for (const double watts : {1.5, 1.5, 2.5, 1.5})
        tell("meter-1", watts);
    loseField();

    const auto& heard = program.hearUntil("field unavailable");
    BOOST_TEST(timesIn(heard, " 1.5 W") == 2, heard);
    BOOST_TEST(timesIn(heard, " 2.5 W") == 1, heard);
    BOOST_TEST(program.end(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(fails_when_standard_output_is_full)
{
    const auto finished = causeway::tests::run(
        {"sh", "-c", CAUSEWAYCTL " watch > /dev/full"}, "", {{"CAUSEWAY_BUS", address()}});

    BOOST_TEST(finished.exitCode == 1);
    BOOST_TEST(contains(finished.errors, "standard output"), finished.errors);
}

BOOST_AUTO_TEST_CASE(says_that_there_is_no_bus)
{
    RunningProgram program({CAUSEWAYCTL, "--bus", "unix:path=/nowhere", "watch"}, {});

    BOOST_TEST(contains(program.hearUntil("\n"), "there is no D-Bus"));
    BOOST_TEST(program.end(0) == 3);
}

BOOST_AUTO_TEST_CASE(gives_scripts_an_object_a_line)
{
    auto program = watch({"--json"});
    static_cast<void>(program.hearUntil("\n"));

    tell("meter-1", 42.5);

    const auto heard = program.hearUntil("takenAt");
    const auto sample = nlohmann::json::parse(heard.substr(heard.find('\n') + 1));
    BOOST_TEST((sample["device"] == "meter-1"));
    BOOST_TEST((sample["value"] == 42.5));
    BOOST_TEST(program.end(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(survives_that_the_daemon_goes_and_comes_back)
{
    auto program = watch();
    static_cast<void>(program.hearUntil(atFirst));

    inside([](World& world) { world.stop(); });
    BOOST_TEST(contains(program.hearUntil("waiting"), "causewayd is gone, waiting for it\n"));
    inside([](World& world) { world.start(); });
    BOOST_TEST(contains(program.hearUntil("is back"), "causewayd is back\n"));

    tell("meter-1", 43.5);
    BOOST_TEST(contains(program.hearUntil("43.5 W"), "43.5 W"));
    BOOST_TEST(program.end(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(says_that_the_bus_is_lost)
{
    auto program = watch();
    static_cast<void>(program.hearUntil(atFirst));

    restartBus();

    BOOST_TEST(contains(program.hearUntil("lost"), "the connection to D-Bus is lost"));
    BOOST_TEST(program.end(0) == 3);
}

BOOST_AUTO_TEST_CASE(names_a_device_that_is_not_there)
{
    auto program = watch({"ghost"});

    BOOST_TEST(contains(program.hearUntil("\n"), "there is no device \"ghost\""));
    BOOST_TEST(program.end(0) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
