// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/sensor.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;
using namespace std::chrono_literals;
using bridges::ble::Sensor;
using bridges::ble::SensorReport;

namespace {

struct Listened
{
    explicit Listened(const std::string& name)
        : profile(shippedProfile(name))
        , sensor(scheduler, "54:48:E6:8F:80:A5", profile, [this](const SensorReport& report) {
            samples += report.samples.size();
            for (const auto& sample : report.samples)
                newest[sample.path.toString()] = model::toText(sample.value);
            for (const auto& value : report.missing)
                newest[value.path.toString()] = value.why.message;
            if (report.availability)
                availability.push_back(
                    report.availability->isAvailable ? "available" : report.availability->reason);
            if (!report.counters.empty())
                counters = report.counters;
        })
    {
        sensor.start({});
    }

    void hear(std::string_view payload) { sensor.onAdvertisement(frame(*profile, payload)); }

    /// Counters alone are told a little later.
    std::uint64_t counter(const std::string& name)
    {
        scheduler.advance(5s);
        return counters[name];
    }

    bool lastReasonHas(const std::string& words)
    {
        return !availability.empty() && availability.back().find(words) != std::string::npos;
    }

    fakes::FakeScheduler scheduler;
    std::shared_ptr<const bridges::DeviceProfile> profile;
    std::size_t samples = 0;
    std::map<std::string, std::string> newest;
    std::vector<std::string> availability;
    std::map<std::string, std::uint64_t> counters;
    Sensor sensor;
};

/// With packet number 7 and 8.
constexpr std::string_view seventh = "40000702CA0903BF13";
constexpr std::string_view eighth = "40000802CA0903BF13";

constexpr std::string_view key = "231d39c1d7cc1ab1aee224cd096db932";
constexpr std::string_view sealed = "41a47266c95f730011223378237214";
/// With counters 1 and 2, by another implementation of AES-CCM.
constexpr std::string_view first = "4107f2b93b67b501000000d8555241";
constexpr std::string_view second = "41cfbf02e1b8f20200000019fbc59d";

} // namespace

BOOST_AUTO_TEST_SUITE(sensor)

BOOST_AUTO_TEST_CASE(the_first_frame_makes_the_device_available)
{
    Listened device("bthome-v2-climate");

    device.hear(seventh);

    BOOST_TEST(device.newest["/3303/0/5700"] == "25.06");
    BOOST_TEST(device.newest["/4/0/2"] == "-60");
    BOOST_TEST(device.availability == std::vector<std::string>{"available"});
}

BOOST_AUTO_TEST_CASE(a_measurement_that_is_heard_twice_is_taken_once)
{
    Listened device("bthome-v2-climate");
    device.hear(seventh);
    const auto once = device.samples;

    device.hear(seventh);
    device.scheduler.advance(10s);
    device.hear(seventh);
    BOOST_TEST(device.samples == once);
    BOOST_TEST(device.counter("repeatedFrames") == 2U);

    device.hear(eighth);
    BOOST_TEST(device.samples == 2 * once);
}

BOOST_AUTO_TEST_CASE(what_the_device_marks_as_not_available_is_told_as_missing)
{
    Listened device("ruuvitag-rawv2");
    device.hear("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F");

    device.hear("058000FFFFFFFF800080008000FFFFFF00CECBB8334C884F"); // docs.ruuvi.com, but 00CE

    for (const char* path : {"/3303/0/5700",
                             "/3304/0/5700",
                             "/3315/0/5700",
                             "/3313/0/5702",
                             "/3313/0/5703",
                             "/3313/0/5704",
                             "/3/0/7/0",
                             "/3300/0/5700"}) {
        BOOST_TEST_INFO(path << ": " << device.newest[path]);
        BOOST_TEST((device.newest[path].find("not available") != std::string::npos ||
                    device.newest[path].find("outside") != std::string::npos));
    }
    BOOST_TEST(device.availability == std::vector<std::string>{"available"});
    BOOST_TEST(device.counter("rejectedValues") == 8U);
}

BOOST_AUTO_TEST_CASE(what_a_frame_does_not_have_is_not_missing)
{
    Listened device("bthome-v2-climate");
    device.hear(seventh);

    device.hear("40000802CB09"); // without a humidity

    BOOST_TEST(device.newest["/3303/0/5700"] == "25.07");
    BOOST_TEST(device.newest["/3304/0/5700"] == "50.55");
}

BOOST_AUTO_TEST_CASE(equal_values_without_a_packet_number_are_measured_again_after_a_second)
{
    Listened device("bthome-v2-climate");
    device.hear("4002CA0903BF13");
    const auto once = device.samples;

    device.scheduler.advance(100ms);
    device.hear("4002CA0903BF13");
    BOOST_TEST(device.samples == once);

    device.scheduler.advance(1s);
    device.hear("4002CA0903BF13");
    BOOST_TEST(device.samples == 2 * once);
}

BOOST_AUTO_TEST_CASE(a_device_that_falls_silent_is_gone_once_and_comes_back)
{
    Listened device("bthome-v2-climate");
    for (int i = 0; i < 10; ++i) {
        device.hear("4002CA0903BF13");
        device.scheduler.advance(10s);
    }
    BOOST_TEST(device.availability.size() == 1U);

    device.scheduler.advance(1h);
    BOOST_TEST(device.availability.size() == 2U);
    BOOST_TEST(device.lastReasonHas("was every 10.0 s"));

    device.hear("4002CA0903BF13");
    BOOST_TEST(device.availability.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_sleeper_is_lost_once_and_then_known)
{
    for (const base::Duration pause : {base::Duration(20min), base::Duration(1h)}) {
        Listened device("bthome-v2-climate");
        for (int i = 0; i < 24; ++i) {
            device.hear("4002CA0903BF13");
            device.scheduler.advance(pause);
        }

        BOOST_TEST(device.availability.size() <= 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_device_that_speaks_in_bursts_is_not_lost_between_them)
{
    for (const base::Duration pause : {base::Duration(5min), base::Duration(10min)}) {
        Listened device("bthome-v2-climate");
        for (int burst = 0; burst < 20; ++burst) {
            for (int i = 0; i < 12; ++i) {
                device.hear("4002CA0903BF13");
                device.scheduler.advance(100ms);
            }
            device.scheduler.advance(pause);
        }

        BOOST_TEST(device.availability.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(repetitions_keep_a_device_alive)
{
    Listened device("bthome-v2-climate");
    for (int i = 0; i < 1000; ++i) {
        device.hear(seventh);
        device.scheduler.advance(10s);
    }

    BOOST_TEST(device.availability.size() == 1U);
}

BOOST_AUTO_TEST_CASE(says_that_a_device_was_never_heard)
{
    Listened device("bthome-v2-climate");

    device.scheduler.advance(61s);

    BOOST_TEST(device.lastReasonHas("not been heard yet"));
}

BOOST_AUTO_TEST_CASE(says_that_a_device_is_heard_and_sends_something_else)
{
    Listened device("eddystone-tlm");
    // Encrypted telemetry: github.com/google/eddystone, tlm-encrypted.md
    device.hear("20010BB81780000003E800008CA0112233445566");

    device.scheduler.advance(61s);

    BOOST_TEST(device.lastReasonHas("it is heard, but nothing that it sends is of Eddystone"));
}

BOOST_AUTO_TEST_CASE(a_profile_may_know_how_long_a_device_sleeps)
{
    Listened device("bthome-v2-motion");
    for (int i = 0; i < 20; ++i)
        device.hear(i % 2 == 0 ? "402101" : "402100");

    device.scheduler.advance(11h);
    BOOST_TEST(device.availability.size() == 1U);
    device.scheduler.advance(2h);
    BOOST_TEST(device.availability.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_sends_only_when_triggered_is_not_judged_by_a_rhythm)
{
    Listened device("bthome-v2-climate");
    for (int count = 0; count < 16; ++count) {
        device.hear("44" + base::toHex(base::Bytes{0, static_cast<std::uint8_t>(count)}) +
                    "02CA09");
        device.scheduler.advance(10s);
    }

    device.scheduler.advance(48h);

    BOOST_TEST(device.availability == std::vector<std::string>{"available"});
}

BOOST_AUTO_TEST_CASE(tells_what_is_missing_while_nobody_listens)
{
    Listened device("bthome-v2-climate");

    device.sensor.onRadio("bluetoothd is not running");
    BOOST_TEST(device.lastReasonHas("bluetoothd is not running"));
    device.sensor.onRadio("there is no Bluetooth adapter");
    BOOST_TEST(device.lastReasonHas("no Bluetooth adapter"));

    device.sensor.onRadio({});
    device.hear(seventh);
    BOOST_TEST(device.availability.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_radio_that_is_back_is_no_reason_for_who_is_still_away)
{
    Listened device("bthome-v2-climate");
    device.sensor.onRadio("bluetoothd is not running");
    device.sensor.onRadio({});
    BOOST_TEST(device.lastReasonHas("it has not been heard yet"));

    device.hear(seventh);
    device.sensor.onRadio("bluetoothd is not running");
    device.scheduler.advance(1h);
    BOOST_TEST(device.lastReasonHas("bluetoothd is not running"));
    device.sensor.onRadio({});
    BOOST_TEST(device.lastReasonHas("it is not heard any more"));
}

BOOST_AUTO_TEST_CASE(a_short_outage_of_the_radio_is_not_the_devices)
{
    Listened device("bthome-v2-climate");
    for (int i = 0; i < 10; ++i) {
        device.hear("4002CA0903BF13");
        device.scheduler.advance(10s);
    }

    device.sensor.onRadio("bluetoothd is not running");
    device.scheduler.advance(20s);
    device.sensor.onRadio({});
    device.hear("4002CA0903BF13");

    BOOST_TEST(device.availability.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_encrypted_device_needs_its_key_and_says_so)
{
    Listened device("bthome-v2-climate");

    device.hear(sealed);
    BOOST_TEST(device.lastReasonHas("its key is not known"));
    BOOST_TEST(device.samples == 0U);

    device.sensor.setKey(base::Secret(octets(key)));
    device.hear(sealed);
    BOOST_TEST(device.availability.back() == "available");
    BOOST_TEST(device.newest["/3303/0/5700"] == "25.06");
}

BOOST_AUTO_TEST_CASE(a_wrong_key_and_frames_in_clear_are_refused)
{
    Listened device("bthome-v2-climate");
    device.sensor.setKey(base::Secret(octets("00000000000000000000000000000000")));
    device.hear(sealed);
    BOOST_TEST(device.lastReasonHas("another one"));

    device.sensor.setKey(base::Secret(octets(key)));
    device.hear(seventh);

    BOOST_TEST(device.samples == 0U);
    BOOST_TEST(device.lastReasonHas("in clear"));
    BOOST_TEST(device.counter("unauthenticFrames") == 2U);
}

BOOST_AUTO_TEST_CASE(an_encrypted_frame_that_is_sent_again_later_is_refused)
{
    Listened device("bthome-v2-climate");
    device.sensor.setKey(base::Secret(octets(key)));
    device.hear(first);
    device.hear(second);
    const auto twice = device.samples;

    device.hear(second);
    device.hear(first);

    BOOST_TEST(device.samples == twice);
    BOOST_TEST(device.counter("replayedFrames") == 1U);
    BOOST_TEST(device.counter("repeatedFrames") == 1U);
}

// Who has recorded a frame can send it for ever.
BOOST_AUTO_TEST_CASE(an_encrypted_frame_keeps_a_device_alive_for_a_while_only)
{
    Listened device("bthome-v2-climate");
    device.sensor.setKey(base::Secret(octets(key)));
    device.hear(sealed);
    const auto once = device.samples;

    for (int i = 0; i < 360; ++i) {
        device.scheduler.advance(10s);
        device.hear(sealed);
    }

    BOOST_TEST(device.samples == once);
    BOOST_TEST(device.availability.size() == 2U);
    BOOST_TEST(device.lastReasonHas("old ones sent again"));
}

BOOST_AUTO_TEST_CASE(an_encrypted_frame_of_before_ends_no_loss)
{
    Listened device("bthome-v2-climate");
    device.sensor.setKey(base::Secret(octets(key)));
    device.hear(first);
    const auto once = device.samples;
    device.scheduler.advance(1h);

    device.hear(first);
    BOOST_TEST(device.samples == once);
    BOOST_TEST(device.lastReasonHas("old ones sent again"));

    device.hear(second);
    BOOST_TEST(device.availability.back() == "available");
}

BOOST_AUTO_TEST_CASE(frames_of_other_formats_neither_count_nor_keep_alive)
{
    Listened device("ruuvitag-rawv2");

    device.hear("0312FC");

    BOOST_TEST(device.samples == 0U);
    BOOST_TEST(device.counter("otherFrames") == 1U);
    BOOST_TEST(device.availability.empty());
}

BOOST_AUTO_TEST_CASE(a_corrupt_frame_does_no_harm_to_a_good_device)
{
    Listened device("bthome-v2-climate");
    device.hear(seventh);
    const auto once = device.samples;

    device.hear("4002CA");

    BOOST_TEST(device.samples == once);
    BOOST_TEST(device.availability.size() == 1U);
    BOOST_TEST(device.counter("corruptFrames") == 1U);
}

/// bthome.io/format, object 0x3A, as a button sends it: packet number, then what happened.
BOOST_AUTO_TEST_CASE(a_press_is_told_counted_and_over)
{
    Listened device("bthome-v2-button");

    device.hear("4400013A01");
    BOOST_TEST(device.newest["/3347/0/5500"] == "true");
    BOOST_TEST(device.newest["/3347/0/5501"] == "1");
    BOOST_TEST(device.newest["/3348/0/5547"] == "1");

    device.scheduler.advance(1s);
    BOOST_TEST(device.newest["/3347/0/5500"] == "false");
    BOOST_TEST(device.newest["/3347/0/5501"] == "1");
    BOOST_TEST(device.newest["/3348/0/5547"] == "0");
}

BOOST_AUTO_TEST_CASE(a_frame_without_an_event_ends_the_one_before)
{
    Listened device("bthome-v2-button");
    device.hear("4400013A04");

    device.hear("4400023A00");

    BOOST_TEST(device.newest["/3347/0/5500"] == "false");
    BOOST_TEST(device.newest["/3347/0/5501"] == "1");
    BOOST_TEST(device.newest["/3348/0/5547"] == "0");
    const auto samples = device.samples;
    device.scheduler.advance(10s);
    BOOST_TEST(device.samples == samples);
}

BOOST_AUTO_TEST_CASE(presses_are_added_up)
{
    Listened device("bthome-v2-button");

    for (const char* payload :
         {"4400013A01", "4400023A01", "4400033A02", "4400043A03", "4400053A7F"})
        device.hear(payload);

    BOOST_TEST(device.newest["/3347/0/5501"] == "7");
    BOOST_TEST(device.newest["/3347/0/5500"] == "false"); // nobody knows what 0x7F is
}

BOOST_AUTO_TEST_CASE(a_button_that_is_held_stays_pressed)
{
    Listened device("bthome-v2-button");
    device.hear("4400013A80");

    device.scheduler.advance(900ms);
    device.hear("4400023A80");
    device.scheduler.advance(900ms);
    BOOST_TEST(device.newest["/3347/0/5500"] == "true");

    device.scheduler.advance(100ms);
    BOOST_TEST(device.newest["/3347/0/5500"] == "false");
}

BOOST_AUTO_TEST_CASE(a_press_that_is_sent_again_and_again_is_one)
{
    for (const char* payload : {"4400013A01", "443A01"}) {
        Listened device("bthome-v2-button");
        for (int i = 0; i < 30; ++i) {
            device.hear(payload);
            device.scheduler.advance(100ms);
        }
        BOOST_TEST_INFO(payload);
        BOOST_TEST(device.newest["/3347/0/5501"] == "1");
        BOOST_TEST(device.newest["/3347/0/5500"] == "false");
    }
}

BOOST_AUTO_TEST_CASE(a_press_heard_before_the_device_was_lost_is_none_when_it_comes_again)
{
    Listened device("bthome-v2-button");
    device.hear("4400013A01");
    device.scheduler.advance(13h);
    BOOST_TEST(device.lastReasonHas("not heard"));

    device.hear("4400013A01");

    BOOST_TEST(device.newest["/3347/0/5501"] == "1");
    BOOST_TEST(device.newest["/3347/0/5500"] == "false");
}

BOOST_AUTO_TEST_CASE(a_dimmer_counts_its_steps_to_either_side)
{
    Listened device("bthome-v2");

    for (const char* payload : {"4400013C020A", "4400023C0103", "4400033C0000"})
        device.hear(payload);

    BOOST_TEST(device.newest["/3300/1/5700"] == "7");
}

BOOST_AUTO_TEST_SUITE_END()
