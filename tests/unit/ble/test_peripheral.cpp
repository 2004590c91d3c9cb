// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/peripheral_site.hpp"

using namespace causeway;
using namespace causeway::tests;
using namespace std::chrono_literals;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(peripheral)

namespace {

/// A thermometer that tells nothing by itself.
const std::string onlyAsked = R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3303/0/5700"
service = "181a"
characteristic = "2a6e"
type = "s16"
)";

/// A counter that cannot be asked.
const std::string tellsOnly = R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
lost-after-s = 20
[[resource]]
path = "/3300/0/5700"
characteristic = "aa03"
notify = true
type = "u16"
)";

} // namespace

BOOST_AUTO_TEST_CASE(is_connected_when_it_is_heard_prepared_and_read)
{
    PeripheralSite site;
    site.start();
    BOOST_TEST(site.radio.log.empty());

    site.hear();

    BOOST_TEST(site.radio.log ==
                   (std::vector<std::string>{
                       "connect", "write mode 01ff", "notify pulses", "read temperature"}),
               boost::test_tools::per_element());
    BOOST_TEST(site.told == std::vector<std::string>{"available"});
    BOOST_TEST(site.newest["/3303/0/5700"] == "25.06");
    BOOST_TEST(site.newest["/4/0/2"] == "-60");
}

BOOST_AUTO_TEST_CASE(after_a_loss_it_is_connected_prepared_and_notified_anew)
{
    PeripheralSite site;
    site.start();
    site.hear();

    site.lose();
    site.hear();
    site.scheduler.advance(2s);

    BOOST_TEST(site.times("connect") == 2U);
    BOOST_TEST(site.times("write mode 01ff") == 2U);
    BOOST_TEST(site.times("notify pulses") == 2U);
    BOOST_TEST(site.told == std::vector<std::string>{"available"}); // it was away for a second
}

BOOST_AUTO_TEST_CASE(who_stays_away_is_unavailable_and_comes_back)
{
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.connectError = base::Error{ErrorKind::Unreachable, "no answer"};

    site.lose();
    BOOST_TEST(site.read(temperature) == "the connection is lost");
    site.scheduler.advance(61s);
    BOOST_TEST(site.lastHas("it cannot be connected: no answer"));

    site.radio.connectError.reset();
    site.hear(); // after so much silence it has come back
    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(attempts_that_fail_come_ever_more_seldom)
{
    PeripheralSite site;
    site.radio.connectError = base::Error{ErrorKind::Unreachable, "no answer"};
    site.start();
    site.hear();

    site.scheduler.advance(31s); // after 1, 2, 4, 8 and 16 seconds
    BOOST_TEST(site.radio.connects == 6);
    site.scheduler.advance(1h);
    BOOST_TEST(site.radio.connects <= 6 + 5 + 12);
}

BOOST_AUTO_TEST_CASE(who_advertises_and_never_can_be_used_is_tried_ever_more_seldom)
{
    PeripheralSite site;
    site.radio.isSilent = true; // attempts end by their limit, which is longer than a silence
    site.start();
    site.hear();

    for (int second = 0; second < 3600; ++second) {
        site.scheduler.advance(1s);
        if (site.radio.log.back() == "disconnect")
            site.hear();
    }

    BOOST_TEST(site.radio.connects > 1);
    BOOST_TEST(site.radio.connects <= 23);
}

BOOST_AUTO_TEST_CASE(attempts_for_which_the_adapter_has_no_room_come_ever_more_seldom_too)
{
    PeripheralSite site;
    site.radio.connectError = base::Error{ErrorKind::LimitExceeded, "no room"};
    site.start();
    site.hear();

    site.scheduler.advance(11s); // after 4 and 8 seconds
    BOOST_TEST(site.radio.connects == 2);
    site.scheduler.advance(1h);
    BOOST_TEST(site.radio.connects <= 23);
}

BOOST_AUTO_TEST_CASE(whom_bluetoothd_connects_by_itself_need_not_rest)
{
    PeripheralSite site;
    site.radio.connectError = base::Error{ErrorKind::Unreachable, "no answer"};
    site.start();
    site.hear();
    site.scheduler.advance(1h);
    site.radio.connectError.reset();

    site.radio.state->isConnected = site.radio.state->isResolved = true;
    site.device->onChanged();
    site.run();

    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(who_is_connected_and_tells_nothing_is_unavailable_until_it_does)
{
    PeripheralSite site;
    site.start(tellsOnly);
    site.hear();
    site.scheduler.advance(19s);
    site.device->onValueNotification("pulses", base::Bytes{1, 0});
    site.scheduler.advance(19s);
    BOOST_TEST(site.told == std::vector<std::string>{"available"},
               boost::test_tools::per_element());

    site.scheduler.advance(2s);
    BOOST_TEST(site.lastHas("it is connected, but tells nothing"));

    site.scheduler.advance(2s);
    site.device->onValueNotification("pulses", base::Bytes{2, 0});
    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(who_stays_silent_is_connected_anew_ever_more_seldom)
{
    PeripheralSite site;
    site.start(tellsOnly);
    site.hear();

    site.scheduler.advance(22s);
    BOOST_TEST(site.times("notify pulses") == 2U);
    BOOST_TEST(site.lastHas("it is connected, but tells nothing"));

    site.scheduler.advance(1h);
    BOOST_TEST(site.told.size() == 2U);
    BOOST_TEST(site.radio.connects <= 23);
}

BOOST_AUTO_TEST_CASE(who_loses_a_characteristic_that_is_used_is_connected_anew)
{
    PeripheralSite site;
    site.start(tellsOnly);
    site.hear();

    site.device->onCharacteristicGone("temperature"); // which nobody uses
    site.run();
    BOOST_TEST(site.times("disconnect") == 0U);

    site.radio.has.back().handle = "other pulses";
    site.device->onCharacteristicGone("pulses");
    site.scheduler.advance(2s);

    BOOST_TEST(site.times("disconnect") == 1U);
    BOOST_TEST(site.times("notify other pulses") == 1U);
}

BOOST_AUTO_TEST_CASE(who_lacks_what_would_be_polled_only_tells)
{
    PeripheralSite site;
    site.start(tellsOnly + R"(
[[resource]]
path = "/3/0/9"
characteristic = "2a19"
optional = true
type = "u8"
)");
    site.hear();
    site.device->onValueNotification("pulses", base::Bytes{1, 0});

    site.scheduler.advance(21s);

    BOOST_TEST(site.lastHas("it is connected, but tells nothing"));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_at_once_and_not_tried_again_soon)
{
    PeripheralSite site;
    site.radio.connectError = base::Error{ErrorKind::Refused, "it wants to be paired"};
    site.start();
    site.hear();

    BOOST_TEST(site.lastHas("it wants to be paired"));
    site.scheduler.advance(9min);
    site.hear();
    BOOST_TEST(site.radio.connects == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_does_not_come_is_given_up_with_its_slot)
{
    bool isGranted = false; // outlives the site, which tells it at the latest when it goes
    PeripheralSite site;
    site.radio.isSilent = true;
    site.start();
    site.hear();

    site.slots.ask("hci0", 2, [&] { isGranted = true; });
    site.scheduler.advance(44s);
    BOOST_TEST(!isGranted);
    site.scheduler.advance(2s);

    BOOST_TEST(isGranted);
    BOOST_TEST(site.times("disconnect") == 1U);
}

BOOST_AUTO_TEST_CASE(a_device_without_the_characteristics_of_its_profile_says_so)
{
    PeripheralSite site;
    site.radio.has.pop_back();
    site.start();
    site.hear();

    BOOST_TEST(site.lastHas("lacks characteristic"));
    BOOST_TEST(site.samples == 0U);
    BOOST_TEST(site.times("disconnect") == 1U);
}

BOOST_AUTO_TEST_CASE(a_device_of_which_nothing_is_understood_is_unavailable_until_it_is)
{
    PeripheralSite site;
    site.radio.values["temperature"] = {0xCA, 0x09, 0x00};
    site.start(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3303/0/5700"
characteristic = "2a6e"
service = "181a"
length = 2
type = "s16"
)");
    site.hear();
    BOOST_TEST(site.lastHas("has 3 octets"));

    site.radio.values["temperature"] = {0xCA, 0x09};
    site.scheduler.advance(61s);
    BOOST_TEST(site.told.back() == "available");
}

BOOST_AUTO_TEST_CASE(who_only_is_asked_leaves_its_slot_to_who_waits)
{
    bool isGranted = false; // outlives the site, which tells it at the latest when it goes
    PeripheralSite site;
    site.start(onlyAsked);
    site.hear();
    site.slots.ask("hci0", 2, [&] { isGranted = true; });

    site.scheduler.advance(6s);

    BOOST_TEST(isGranted);
    BOOST_TEST(site.told == std::vector<std::string>{"available"},
               boost::test_tools::per_element());
    site.slots.release(2);
    site.scheduler.advance(30s);
    BOOST_TEST(site.times("connect") == 1U);
    site.scheduler.advance(31s);
    BOOST_TEST(site.times("connect") == 2U);
}

BOOST_AUTO_TEST_CASE(who_has_lent_its_slot_comes_back_when_somebody_asks_for_it)
{
    PeripheralSite site;
    site.start(onlyAsked);
    site.hear();
    site.slots.ask("hci0", 2, [] {});
    site.scheduler.advance(6s);
    site.slots.release(2);

    BOOST_TEST(site.read(temperature).find("others have their turn") != std::string::npos);
    BOOST_TEST(site.read(temperature) == "2506");
}

BOOST_AUTO_TEST_CASE(a_slot_is_free_when_its_connection_is_closed_not_before)
{
    for (const bool isTold : {true, false}) {
        bool isGranted = false; // outlives the site, which tells it at the latest when it goes
        PeripheralSite site;
        site.radio.closesLater = true;
        site.start(onlyAsked);
        site.hear();
        site.slots.ask("hci0", 2, [&] { isGranted = true; });

        site.scheduler.advance(6s);
        BOOST_TEST(site.radio.log.back() == "disconnect");
        BOOST_TEST(!isGranted);
        if (isTold)
            site.lose();
        else
            site.scheduler.advance(5s);
        BOOST_TEST(isGranted);
    }
}

BOOST_AUTO_TEST_CASE(who_is_asked_while_its_connection_is_closed_comes_back_after_that)
{
    PeripheralSite site;
    site.radio.closesLater = true;
    site.start(onlyAsked);
    site.hear();
    site.slots.ask("hci0", 2, [] {});
    site.scheduler.advance(6s);

    BOOST_TEST(site.read(temperature).find("others have their turn") != std::string::npos);
    BOOST_TEST(site.radio.connects == 1);
    site.lose();
    site.slots.release(2);
    site.run();
    BOOST_TEST(site.radio.connects == 2);
    BOOST_TEST(site.read(temperature) == "2506");
}

BOOST_AUTO_TEST_CASE(is_connected_by_the_adapter_whose_slot_it_has)
{
    PeripheralSite site;
    site.slots.ask("hci0", 2, [] {});
    site.start();
    site.hear();
    site.radio.state->adapter = "hci1"; // which has heard it last

    site.slots.release(2);

    BOOST_TEST(site.radio.connects == 1);
    BOOST_TEST(site.radio.lastAdapter == "hci0");
}

BOOST_AUTO_TEST_CASE(who_is_notified_keeps_its_slot)
{
    bool isGranted = false; // outlives the site, which tells it at the latest when it goes
    PeripheralSite site;
    site.start();
    site.hear();
    site.slots.ask("hci0", 2, [&] { isGranted = true; });

    site.scheduler.advance(1h);

    BOOST_TEST(!isGranted);
}

BOOST_AUTO_TEST_CASE(an_ear_that_is_lost_ends_no_connection)
{
    PeripheralSite site;
    site.start();
    site.hear();

    site.device->onRadio("the Bluetooth adapter hci0 has ceased to listen");
    site.scheduler.advance(2min);

    BOOST_TEST(site.told == std::vector<std::string>{"available"});
    BOOST_TEST(site.read(temperature) == "25.06");
}

BOOST_AUTO_TEST_CASE(bluetoothd_goes_and_comes_back)
{
    PeripheralSite site;
    site.start();
    site.hear();

    site.radio.state.reset();
    site.device->onChanged();
    site.device->onRadio("bluetoothd is not running");
    site.scheduler.advance(61s);
    BOOST_TEST(site.told.back() == "bluetoothd is not running");

    site.device->onRadio({});
    site.hear();
    BOOST_TEST(site.told.back() == "available");
    BOOST_TEST(site.times("notify pulses") == 2U);
}

BOOST_AUTO_TEST_CASE(a_radio_that_is_back_is_no_reason_for_who_is_still_away)
{
    PeripheralSite site;
    site.start();
    site.device->onRadio("bluetoothd is not running");
    BOOST_TEST(site.told.back() == "bluetoothd is not running");

    site.device->onRadio({});

    BOOST_TEST(site.lastHas("it has not been heard yet"));
}

BOOST_AUTO_TEST_CASE(detached_it_disconnects_answers_who_waits_and_leaves_its_slot)
{
    bool isGranted = false; // outlives the site, which tells it at the latest when it goes
    PeripheralSite site;
    site.start();
    site.hear();
    site.radio.isSilent = true;
    std::string answer;
    site.device->read(target, [&](const base::Expected<model::Sample>& sample) {
        answer = sample ? "a value" : sample.error().message;
    });

    site.device.reset();

    site.slots.ask("hci0", 2, [&] { isGranted = true; });
    BOOST_TEST(answer == "the device is detached");
    BOOST_TEST(site.radio.log.back() == "disconnect");
    BOOST_TEST(isGranted);
    site.scheduler.advance(1h); // nothing of it is left
}

BOOST_AUTO_TEST_SUITE_END()
