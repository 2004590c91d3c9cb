// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/peripheral_site.hpp"

using namespace causeway;
using namespace causeway::tests;
using namespace std::chrono_literals;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(gatt_session)

BOOST_AUTO_TEST_CASE(values_are_read_in_their_time)
{
    PeripheralSite site;
    site.start();
    site.hear();

    site.scheduler.advance(35s);

    BOOST_TEST(site.times("read temperature") == 4U);
    BOOST_TEST(site.times("read target") == 0U);
}

BOOST_AUTO_TEST_CASE(a_value_of_the_wrong_length_is_missing_until_it_is_right_again)
{
    PeripheralSite site;
    site.start();
    site.hear();
    BOOST_TEST(site.newest["/3303/0/5700"] == "25.06");
    site.device->onValueNotification("pulses", base::Bytes{0x07, 0x01});

    site.radio.values["temperature"] = {0xCA};
    site.scheduler.advance(10s);
    BOOST_TEST_INFO(site.newest["/3303/0/5700"]);
    BOOST_TEST(site.newest["/3303/0/5700"].starts_with("missing: "));
    BOOST_TEST(site.newest["/3300/0/5700"] == "263");
    BOOST_TEST(site.told.back() == "available");

    site.radio.values["temperature"] = {0xCB, 0x09};
    site.scheduler.advance(10s);
    BOOST_TEST(site.newest["/3303/0/5700"] == "25.07");
}

BOOST_AUTO_TEST_CASE(what_the_device_marks_as_not_available_is_missing)
{
    PeripheralSite site;
    site.start(thermostat.substr(0, thermostat.find("[[setup]]")) + R"(
[[resource]]
path = "/3303/0/5700"
service = "181a"
characteristic = "2a6e"
type = "s16"
scale = 0.01
sentinels = [0x8000]
)");
    site.hear();

    site.radio.values["temperature"] = {0x00, 0x80};
    site.scheduler.advance(10s);

    BOOST_TEST(site.newest["/3303/0/5700"].starts_with("missing: "));
    BOOST_TEST(site.read(temperature).find("not available") != std::string::npos);
    BOOST_TEST(site.told == std::vector<std::string>{"available"});
}

BOOST_AUTO_TEST_CASE(a_value_notification_is_a_sample_at_once)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.scheduler.advance(1s);

    site.device->onValueNotification("pulses", base::Bytes{0x07, 0x01});
    site.device->onValueNotification("target", base::Bytes{9}); // nobody wanted that told

    BOOST_TEST(site.newest["/3300/0/5700"] == "263");
    BOOST_TEST(!site.newest.contains("/3308/0/5900"));
    BOOST_TEST(site.read(pulses) == "263"); // it cannot be asked for
}

BOOST_AUTO_TEST_CASE(what_can_only_be_notified_is_not_read)
{
    PeripheralSite site;
    site.radio.refusals["pulses"] = base::Error{ErrorKind::Refused, "not permitted"};
    site.start(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3300/0/5700"
characteristic = "aa03"
notify = true
poll = "once"
type = "u16"
)");

    site.hear();

    BOOST_TEST(site.times("read pulses") == 0U);
    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(endless_notifications_are_told_as_the_newest_of_them)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.scheduler.advance(1s);
    const auto before = site.reports;

    for (int i = 0; i < 10'000; ++i)
        site.device->onValueNotification(
            "pulses", base::Bytes{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)});
    site.scheduler.advance(100ms);

    BOOST_TEST(site.reports - before <= 3U);
    BOOST_TEST(site.newest["/3300/0/5700"] == "9999");
}

namespace {

/// A temperature that is polled, and another value of which `how` says more.
std::string withValue(const std::string& how)
{
    return thermostat.substr(0, thermostat.find("[[setup]]")) + R"(
slow-period-ms = 60000
[[resource]]
path = "/3303/0/5700"
service = "181a"
characteristic = "2a6e"
type = "s16"
scale = 0.01
[[resource]]
path = "/3308/0/5900"
characteristic = "aa02"
type = "u8"
)" + how;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_may_be_notified_is_polled_where_it_cannot_be)
{
    PeripheralSite site;
    site.radio.has[3].canNotify = false;
    site.start(withValue("notify = \"if-possible\"\n"));
    site.hear();
    site.scheduler.advance(35s);

    BOOST_TEST(site.times("notify target") == 0U);
    BOOST_TEST(site.times("read target") == 4U);
    BOOST_TEST(site.newest["/3308/0/5900"] == "21");
}

BOOST_AUTO_TEST_CASE(what_may_be_notified_is_polled_when_it_is_refused)
{
    PeripheralSite site;
    site.radio.notifyError = base::Error{ErrorKind::Refused, "not supported"};
    site.start(withValue("notify = \"if-possible\"\n"));
    site.hear();
    site.scheduler.advance(35s);

    BOOST_TEST(site.times("notify target") == 1U);
    BOOST_TEST(site.times("read target") == 4U);
    BOOST_TEST(site.newest["/3308/0/5900"] == "21");
    BOOST_TEST(site.told == std::vector<std::string>{"available"});
}

BOOST_AUTO_TEST_CASE(what_can_be_notified_is_seldom_read)
{
    PeripheralSite site;
    site.start(withValue("notify = \"if-possible\"\n"));
    site.hear();
    site.scheduler.advance(35s);
    BOOST_TEST(site.times("notify target") == 1U);
    BOOST_TEST(site.times("read target") == 1U);

    site.device->onValueNotification("target", base::Bytes{22});
    site.scheduler.advance(1s);
    BOOST_TEST(site.newest["/3308/0/5900"] == "22");

    site.scheduler.advance(30s);
    BOOST_TEST(site.times("read target") == 2U);
}

BOOST_AUTO_TEST_CASE(an_optional_characteristic_that_refuses_to_notify_is_missing_alone)
{
    PeripheralSite site;
    site.radio.notifyError = base::Error{ErrorKind::Refused, "not supported"};
    site.start(withValue("notify = true\noptional = true\n"));
    site.hear();

    BOOST_TEST(site.told == std::vector<std::string>{"available"});
    BOOST_TEST(site.newest["/3303/0/5700"] == "25.06");
    BOOST_TEST(site.newest["/3308/0/5900"] == "missing: it refuses to notify it: not supported");
    BOOST_TEST(site.times("disconnect") == 0U);
}

BOOST_AUTO_TEST_CASE(notifications_that_end_are_asked_for_again_but_not_for_ever)
{
    PeripheralSite site;
    site.start();
    site.hear();

    for (int time = 0; time < 3; ++time) {
        site.device->onNotificationsEnded("pulses");
        site.run();
    }
    BOOST_TEST(site.times("notify pulses") == 4U);
    BOOST_TEST(site.times("disconnect") == 0U);

    site.device->onNotificationsEnded("pulses");
    BOOST_TEST(site.times("disconnect") == 1U);
    BOOST_TEST(site.read(pulses).find("another program") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(notifications_that_end_with_the_connection_are_no_other_fault)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.notifyError = base::Error{ErrorKind::Unreachable, "Not connected"};

    site.device->onNotificationsEnded("pulses");
    site.run();

    BOOST_TEST(site.read(temperature) == "the connection is lost: Not connected");
}

BOOST_AUTO_TEST_CASE(notifications_that_another_program_has_are_tried_again_ever_more_seldom)
{
    PeripheralSite site;
    site.radio.notifyError = base::Error{ErrorKind::LimitExceeded, "in use", base::Retry::Later};
    site.start();
    site.hear();

    site.scheduler.advance(11s); // after 4 and 8 seconds
    BOOST_TEST(site.radio.connects == 2);
    site.scheduler.advance(1h);
    BOOST_TEST(site.radio.connects <= 23);
    BOOST_TEST(site.lastHas("it cannot be prepared: in use"));

    site.radio.notifyError.reset();
    site.scheduler.advance(5min);
    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_not_answered_ends_the_connection)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.isSilent = true;

    std::string answer;
    site.device->read(target, [&](const base::Expected<model::Sample>& sample) {
        answer = sample ? "a value" : sample.error().message;
    });
    site.scheduler.advance(31s);

    BOOST_TEST(answer.find("did not answer in time") != std::string::npos);
    BOOST_TEST(site.times("disconnect") == 1U);
}

BOOST_AUTO_TEST_CASE(a_characteristic_of_the_wrong_length_makes_no_value_and_harms_no_other)
{
    PeripheralSite site;
    site.radio.values["temperature"] = {0xCA};
    site.start();
    site.hear();

    BOOST_TEST(site.told.back() == "available"); // the others are good
    BOOST_TEST(site.newest["/3303/0/5700"].starts_with("missing: "));
    BOOST_TEST(site.read(temperature).find("has 1 octets") != std::string::npos);
    BOOST_TEST(site.read(target) == "21");
}

BOOST_AUTO_TEST_CASE(a_write_is_confirmed_and_read_back)
{
    PeripheralSite site;
    site.start();
    site.hear();

    BOOST_TEST(site.write(target, 22.0) == "written");
    site.scheduler.advance(100ms);
    BOOST_TEST(site.newest["/3308/0/5900"] == "22");
    BOOST_TEST(site.times("write target 16") == 1U);
}

BOOST_AUTO_TEST_CASE(a_write_outside_the_profiles_range_is_not_sent)
{
    PeripheralSite site;
    site.start();
    site.hear();

    BOOST_TEST(site.write(target, 36.0).find("outside the profile's 5..35") != std::string::npos);
    BOOST_TEST(site.write(temperature, 20.0) != "written");
    BOOST_TEST(site.times("write target 24") == 0U);
}

BOOST_AUTO_TEST_CASE(a_device_that_keeps_another_value_is_found_out)
{
    PeripheralSite site;
    site.radio.forgetsWrites = true;
    site.start();
    site.hear();

    BOOST_TEST(site.write(target, 22.0).find("kept another value") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_the_device_refuses_is_told_and_ends_nothing)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.refusals["target"] = base::Error{ErrorKind::Refused, "not permitted"};

    BOOST_TEST(site.write(target, 22.0) == "not permitted");
    BOOST_TEST(site.read(target).find("not permitted") != std::string::npos);
    BOOST_TEST(site.read(temperature) == "25.06");
    BOOST_TEST(site.times("disconnect") == 0U);
}

BOOST_AUTO_TEST_CASE(a_write_whose_fate_nobody_knows_says_so)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.isSilent = true;

    std::string answer;
    site.device->write(target, 22.0, [&](const base::Expected<void>& written) {
        answer = written ? "written" : written.error().message;
    });
    site.scheduler.advance(31s);

    BOOST_TEST(answer.find("unknown") != std::string::npos);
    BOOST_TEST(site.times("write target 16") == 1U); // and is not repeated
}

BOOST_AUTO_TEST_CASE(a_write_that_was_confirmed_says_so_when_it_cannot_be_read_back)
{
    for (const bool isLost : {true, false}) {
        PeripheralSite site;
        site.start();
        site.hear();
        std::string answer;
        site.device->write(target, 22.0, [&](const base::Expected<void>& written) {
            answer = written ? "written" : written.error().message;
        });
        site.scheduler.post([&] { site.radio.isSilent = true; });
        site.run();

        if (isLost)
            site.lose();
        site.scheduler.advance(31s);

        BOOST_TEST(site.times("write target 16") == 1U);
        BOOST_TEST(answer.starts_with("written, but it cannot be read back"), answer);
    }
}

BOOST_AUTO_TEST_CASE(a_write_that_a_lost_connection_took_along_may_have_taken_effect)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.isSilent = true;
    std::vector<std::string> answers;
    for (const double degrees : {22.0, 23.0})
        site.device->write(target, degrees, [&](const base::Expected<void>& written) {
            answers.push_back(written ? "written" : written.error().message);
        });

    site.lose();

    BOOST_REQUIRE(answers.size() == 2U);
    BOOST_TEST(answers[0].find("unknown") != std::string::npos);
    BOOST_TEST(answers[1] == "the connection is lost"); // it was never sent
}

BOOST_AUTO_TEST_SUITE_END()
