// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using causeway::tests::PolkitMock;
using causeway::tests::RunningGateway;
using Json = nlohmann::json;

BOOST_FIXTURE_TEST_SUITE(bluetooth, RunningGateway)

BOOST_AUTO_TEST_CASE(a_scan_lists_the_nearest_first_with_profile_or_data)
{
    inside([](World& world) {
        world.gateway.sightings = {
            {"AA:00:00:00:00:01",
             "far\x1b[2J",
             std::int16_t{-90},
             {},
             {},
             {{"company 0x0001", {1}}}},
            {"AA:00:00:00:00:02", {}, std::int16_t{-40}, "ruuvitag-rawv2", "tag-1", {}}};
    });

    const auto people = ctl({"ble", "scan", "--seconds", "3"});
    const auto scripts = Json::parse(ctl({"--json", "ble", "scan"}).output);

    BOOST_TEST(people.output.find("ruuvitag-rawv2") < people.output.find("company 0x0001 01"));
    BOOST_TEST(people.output.find('\x1b') == std::string::npos);
    BOOST_TEST((scripts[0]["device"] == "tag-1"));
    BOOST_TEST((scripts[0]["rssi"] == -40));
    BOOST_TEST((scripts[1]["data"]["company 0x0001"] == "01"));
    BOOST_TEST(
        (inside([](World& world) { return world.gateway.scanned; }) == std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_scan_says_what_is_missing)
{
    inside([](World& world) {
        world.gateway.nextError =
            base::Error{base::ErrorKind::Unreachable, "there is no Bluetooth adapter"};
    });

    const auto refused = ctl({"ble", "scan"});

    BOOST_TEST(refused.exitCode == 1);
    BOOST_TEST(refused.errors.find("there is no Bluetooth adapter") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_key_of_a_device_is_set_and_removed)
{
    const auto set = ctl({"device", "set-key", "meter-1"}, "231d39c1d7cc1ab1aee224cd096db932");
    const auto kept = inside(
        [](World& world) { return base::toHex(world.gateway.fieldKeys.at("meter-1").view()); });
    const auto removed = ctl({"device", "remove-key", "meter-1"});

    BOOST_TEST(set.exitCode + removed.exitCode == 0, set.errors);
    BOOST_TEST(kept == "231d39c1d7cc1ab1aee224cd096db932");
    BOOST_TEST(inside([](World& world) { return world.gateway.fieldKeys.at("meter-1").empty(); }));
}

BOOST_AUTO_TEST_CASE(a_key_needs_the_right_to_it)
{
    inside([](World& world) { world.polkit.answer = PolkitMock::Answer::No; });

    const auto refused = ctl({"device", "set-key", "meter-1"}, "231d39c1d7cc1ab1aee224cd096db932");

    BOOST_TEST(refused.exitCode == 4);
    BOOST_TEST(inside([](World& world) { return world.gateway.fieldKeys.empty(); }));
}

BOOST_AUTO_TEST_SUITE_END()
