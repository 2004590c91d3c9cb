// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/recognition.hpp"
#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_AUTO_TEST_SUITE(recognition)

namespace {

const std::vector<std::shared_ptr<const bridges::DeviceProfile>>& profiles()
{
    static const std::vector<std::shared_ptr<const bridges::DeviceProfile>> all{
        shippedProfile("bthome-v2"),
        shippedProfile("bthome-v2-climate"),
        shippedProfile("bthome-v2-motion"),
        shippedProfile("eddystone-tlm"),
        shippedProfile("govee-h5075"),
        shippedProfile("lywsd03mmc-atc"),
        shippedProfile("lywsd03mmc-pvvx"),
        shippedProfile("ruuvitag-rawv2"),
        shippedProfile("sig-battery"),
        shippedProfile("sig-environmental-sensing"),
        shippedProfile("ti-cc2650-sensortag"),
        shippedProfile("eastron-sdm120"),
    };
    return all;
}

std::string suggested(const std::string& like, const char* payload, std::string name = {})
{
    auto heard = frame(*shippedProfile(like), payload);
    heard.name = std::move(name);
    return bridges::ble::suggestProfile(profiles(), heard);
}

std::string suggestedAfter(const std::string& like, const std::vector<const char*>& payloads)
{
    const auto profile = shippedProfile(like);
    auto heard = frame(*profile, payloads.front());
    for (const char* payload : payloads)
        bridges::ble::addHeard(heard, frame(*profile, payload));
    return bridges::ble::suggestProfile(profiles(), heard);
}

} // namespace

BOOST_AUTO_TEST_CASE(tells_devices_by_what_they_send)
{
    BOOST_TEST(suggested("ruuvitag-rawv2", "0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F") ==
               "ruuvitag-rawv2");
    BOOST_TEST(suggested("lywsd03mmc-atc", "A4C1380A1B2C00EB32570BAB07") == "lywsd03mmc-atc");
    BOOST_TEST(suggested("lywsd03mmc-pvvx", "2C1B0A38C1A429099413AB0B570705") == "lywsd03mmc-pvvx");
    BOOST_TEST(suggested("eddystone-tlm", "20000BB81780000003E800008CA0") == "eddystone-tlm");
}

BOOST_AUTO_TEST_CASE(prefers_the_profile_that_promises_no_more_than_is_sent)
{
    BOOST_TEST(suggested("bthome-v2", "4002CA0903BF13") == "bthome-v2-climate");
    BOOST_TEST(suggested("bthome-v2", "402101") == "bthome-v2-motion");
    BOOST_TEST(suggested("bthome-v2", "4002CA0903BF1304138A01") == "bthome-v2");
}

BOOST_AUTO_TEST_CASE(of_what_cannot_be_read_it_suggests_the_profile_with_most)
{
    BOOST_TEST(suggested("bthome-v2", "41a47266c95f730011223378237214") == "bthome-v2");
}

// github.com/google/eddystone: telemetry comes between the frames that are sent much more often.
BOOST_AUTO_TEST_CASE(judges_all_kinds_of_frames_that_a_device_sends_in_turn)
{
    BOOST_TEST(suggestedAfter("eddystone-tlm",
                              {"20000BB81780000003E800008CA0",
                               "00E700112233445566778899AABBCCDDEEFF0000",
                               "10E700676F6F676C6507"}) == "eddystone-tlm");
}

BOOST_AUTO_TEST_CASE(adds_up_what_a_device_splits_over_several_frames)
{
    BOOST_TEST(suggestedAfter("bthome-v2", {"40000102CA0904138A01", "40000203BF13"}) ==
               "bthome-v2");
    BOOST_TEST(suggestedAfter("bthome-v2", {"4003BF13", "4002CA09", "40"}) == "bthome-v2-climate");
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_fit_excludes_a_profile)
{
    BOOST_TEST(suggested("govee-h5075", "0003215D6400", "GVH5075_1234") == "govee-h5075");
    BOOST_TEST(suggested("govee-h5075", "0003215D6400", "GVH5179_1234") == "");
}

BOOST_AUTO_TEST_CASE(suggests_nothing_for_what_nobody_knows)
{
    BOOST_TEST(suggested("ruuvitag-rawv2", "03AA") == "");
    BOOST_TEST(suggested("bthome-v2", "40EE01") == "");
}

BOOST_AUTO_TEST_CASE(knows_who_wants_to_be_connected_by_name_or_service)
{
    bridges::ble::Advertisement heard{"24:71:89:C0:FF:EE", "CC2650 SensorTag", {}, {}, {}};
    heard.services = {bridges::ble::canonicalUuid("181a").value()};
    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "ti-cc2650-sensortag");

    heard.name = "no name that we know";
    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "sig-environmental-sensing");

    heard.services.clear();
    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "");
}

BOOST_AUTO_TEST_CASE(a_battery_is_what_a_device_has_besides)
{
    bridges::ble::Advertisement heard{"24:71:89:C0:FF:EE", "", {}, {}, {}};
    const auto battery = bridges::ble::canonicalUuid("180f").value();
    heard.services = {battery, bridges::ble::canonicalUuid("181a").value()};
    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "sig-environmental-sensing");

    heard.services = {battery};
    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "sig-battery");
}

BOOST_AUTO_TEST_CASE(prefers_what_is_heard_to_what_a_connection_might_tell)
{
    auto heard = frame(*shippedProfile("lywsd03mmc-pvvx"), "2C1B0A38C1A429099413AB0B570705");
    heard.services = {bridges::ble::canonicalUuid("181a").value()};

    BOOST_TEST(bridges::ble::suggestProfile(profiles(), heard) == "lywsd03mmc-pvvx");
}

BOOST_AUTO_TEST_SUITE_END()
