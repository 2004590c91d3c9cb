// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_AUTO_TEST_SUITE(ble_profiles)

namespace {

using Values = std::map<std::string, std::string>;

void check(const Values& values, const Values& expected)
{
    BOOST_TEST(values.size() == expected.size());
    for (const auto& [path, text] : expected) {
        const auto found = values.find(path);
        BOOST_TEST_INFO(path);
        BOOST_TEST((found == values.end() ? "absent" : found->second) == text);
    }
}

/// bthome.io/encryption, its example.
const char* const bthomeKey = "231d39c1d7cc1ab1aee224cd096db932";
const char* const bthomeSealed = "41a47266c95f730011223378237214";

} // namespace

// The three test vectors of docs.ruuvi.com, data format 5.
BOOST_AUTO_TEST_CASE(reads_a_ruuvitag)
{
    const auto profile = shippedProfile("ruuvitag-rawv2");

    check(decoded(*profile, "0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F"),
          {{"/3303/0/5700", "24.3"},
           {"/3304/0/5700", "53.49"},
           {"/3315/0/5700", "100044"},
           {"/3313/0/5702", "0.004"},
           {"/3313/0/5703", "-0.004"},
           {"/3313/0/5704", "1.036"},
           {"/3/0/7/0", "2977"},
           {"/3300/0/5700", "66"}});
    check(decoded(*profile, "057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F"),
          {{"/3303/0/5700", "163.835"},
           {"/3304/0/5700", "163.835"},
           {"/3315/0/5700", "115534"},
           {"/3313/0/5702", "32.767"},
           {"/3313/0/5703", "32.767"},
           {"/3313/0/5704", "32.767"},
           {"/3/0/7/0", "3646"},
           {"/3300/0/5700", "254"}});
    check(decoded(*profile, "058001000000008001800180010000000000CBB8334C884F"),
          {{"/3303/0/5700", "-163.835"},
           {"/3304/0/5700", "0"},
           {"/3315/0/5700", "50000"},
           {"/3313/0/5702", "-32.767"},
           {"/3313/0/5703", "-32.767"},
           {"/3313/0/5704", "-32.767"},
           {"/3/0/7/0", "1600"},
           {"/3300/0/5700", "0"}});
}

BOOST_AUTO_TEST_CASE(takes_nothing_for_a_value_that_a_ruuvitag_does_not_have)
{
    check(decoded(*shippedProfile("ruuvitag-rawv2"),
                  "058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF"),
          {});
}

BOOST_AUTO_TEST_CASE(reads_bthome_in_clear)
{
    const auto profile = shippedProfile("bthome-v2");

    check(decoded(*profile, "4002CA0903BF13"),
          {{"/3303/0/5700", "25.06"}, {"/3304/0/5700", "50.55"}});
    // Channel, rotation, speed and acceleration stand before the firmware's version.
    check(decoded(*profile, "40600161B80B6240420F0063C0BDF0FFF2030201"),
          {{"/3346/3/5700", "3000"},
           {"/3346/0/5700", "1"},
           {"/3313/0/5702", "-1"},
           {"/3/0/3", "66051"}});
    // Packet number, battery, two temperatures, power, energy, CO2, motion, text of three letters.
    check(decoded(*profile, "400007015D02CA09021CFF0A138A140B021B0012E204210153036162632E23"),
          {{"/3/0/9", "93"},
           {"/3303/0/5700", "25.06"},
           {"/3303/1/5700", "-2.28"},
           {"/3331/0/5700", "1346067"},
           {"/3328/0/5700", "69.14"},
           {"/3325/0/5700", "1250"},
           {"/3302/0/5500", "true"},
           {"/3341/0/5527", "abc"},
           {"/3304/0/5700", "35"}});
}

// bthome-ble's parser.py: bit 1 says that six octets of address stand before what else there is.
BOOST_AUTO_TEST_CASE(reads_bthome_that_tells_its_address)
{
    const auto profile = shippedProfile("bthome-v2-climate");

    check(decoded(*profile, "42A5808FE6485402CA0903BF13"),
          {{"/3303/0/5700", "25.06"}, {"/3304/0/5700", "50.55"}});
    // Of a device that is heard by another address, a random one.
    check(decoded(*profile, "46A5808FE6485402CA09", {}, "C0:11:22:33:44:55"),
          {{"/3303/0/5700", "25.06"}});
    check(decoded(*profile, "42A5808FE64854"), {});
    for (const char* payload : {"42", "42A5808FE648"})
        BOOST_TEST(decoded(*profile, payload)[""].find("cut off") != std::string::npos);
}

// Sealed by another implementation of AES-CCM, with the address that the frame tells.
BOOST_AUTO_TEST_CASE(opens_encrypted_bthome_that_tells_its_address)
{
    const auto profile = shippedProfile("bthome-v2-climate");
    const std::string sealed = "43a5808fe64854f196c06ffb4900112233f08ecbde";

    for (const char* address : {"54:48:E6:8F:80:A5", "C0:11:22:33:44:55"})
        check(decoded(*profile, sealed, octets(bthomeKey), address),
              {{"/3303/0/5700", "25.06"}, {"/3304/0/5700", "50.55"}});
    for (std::size_t octet = 1; octet < sealed.size() / 2; ++octet) {
        auto answer = decoded(*profile, sealed.substr(0, 2 * octet), octets(bthomeKey));
        BOOST_TEST(!answer[""].empty());
    }
}

BOOST_AUTO_TEST_CASE(opens_the_published_example_of_encrypted_bthome)
{
    check(decoded(*shippedProfile("bthome-v2-climate"), bthomeSealed, octets(bthomeKey)),
          {{"/3303/0/5700", "25.06"}, {"/3304/0/5700", "50.55"}});
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_frame_that_does_not_open)
{
    const auto profile = shippedProfile("bthome-v2");
    const auto key = octets(bthomeKey);
    auto wrong = key;
    wrong[0] ^= 1U;
    const auto complaint = [&](std::string_view payload, base::ByteView with) {
        return decoded(*profile, payload, with)[""];
    };

    BOOST_TEST(complaint(bthomeSealed, wrong).find("authenticate") != std::string::npos);
    BOOST_TEST(complaint(bthomeSealed, {}).find("its key is not known") != std::string::npos);
    BOOST_TEST(complaint("4002CA0903BF13", key).find("in clear") != std::string::npos);
    BOOST_TEST(complaint("410011223378237214", key).find("cut off") != std::string::npos);
    BOOST_TEST(complaint("2002CA09", {}).find("version 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tlv_payload_ends_where_its_objects_end)
{
    const auto profile = shippedProfile("bthome-v2");

    BOOST_TEST(decoded(*profile, "4002CA")[""].find("cut off") != std::string::npos);
    BOOST_TEST(decoded(*profile, "40EE01")[""].find("not known") != std::string::npos);
    BOOST_TEST(decoded(*profile, "405310")[""].find("cut off") != std::string::npos);
    BOOST_TEST(decoded(*profile, "4002CA0953")[""].find("cut off") != std::string::npos);
    // What stood before an object that nobody knows holds.
    check(decoded(*profile, "4002CA09EE01"), {{"/3303/0/5700", "25.06"}});
}

BOOST_AUTO_TEST_CASE(reads_both_formats_of_the_atc_firmware)
{
    check(
        decoded(*shippedProfile("lywsd03mmc-atc"), "A4C1380A1B2C00EB32570BAB07"),
        {{"/3303/0/5700", "23.5"}, {"/3304/0/5700", "50"}, {"/3/0/9", "87"}, {"/3/0/7/0", "2987"}});
    check(decoded(*shippedProfile("lywsd03mmc-pvvx"), "2C1B0A38C1A429099413AB0B570705"),
          {{"/3303/0/5700", "23.45"},
           {"/3304/0/5700", "50.12"},
           {"/3/0/9", "87"},
           {"/3/0/7/0", "2987"}});
    BOOST_TEST(decoded(*shippedProfile("lywsd03mmc-atc"), "2C1B0A38C1A429099413AB0B570705")[""] ==
               "no such format");
}

// Recorded frames with their keys: test_parser.py of github.com/Bluetooth-Devices/xiaomi-ble.
BOOST_AUTO_TEST_CASE(opens_the_published_frames_of_mibeacon)
{
    const auto profile = shippedProfile("lywsd03mmc-mibeacon");

    check(decoded(*profile,
                  "58585b0550f4830238c1a495ef58763c26000097e2abb5",
                  octets("e9ea895fac7cca6d30532432a516f3a8"),
                  "A4:C1:38:02:83:F4"),
          {{"/3304/0/5700", "46.7"}});
    const auto newer = decoded(*profile,
                               "4858422529202d8c7a76b756a82a0078b8224e",
                               octets("19b1c678ab0a8bc3dc77765f059188d4"),
                               "A4:C1:38:0E:FD:78");
    BOOST_TEST(std::stod(newer.at("/3303/0/5700")) == 26.1, boost::test_tools::tolerance(1e-6));
    const auto other = decoded(*profile,
                               "4859b5553a8699bda053448f1200005b046d6a",
                               octets("4d8f1373fb4d3bab557d0ebd1c78f8c4"),
                               "A4:C1:38:80:15:07");
    BOOST_TEST(std::stod(other.at("/3303/0/5700")) == 25.2, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(reads_mibeacon_in_clear)
{
    const auto profile = shippedProfile("lywsd03mmc-mibeacon");

    check(decoded(*profile, "50405B05034C94B438C1A40D1004EA006C02"),
          {{"/3303/0/5700", "23.4"}, {"/3304/0/5700", "62"}});
    check(decoded(*profile, "60405B0503200000041002EAFF"), {{"/3303/0/5700", "-2.2"}});
    // Versions 2 and 3, as older thermometers send them.
    check(decoded(*profile, "5020AA01034C94B438C1A40D1004EA006C02"),
          {{"/3303/0/5700", "23.4"}, {"/3304/0/5700", "62"}});
    check(decoded(*profile, "50305B05034C94B438C1A40A10013C"), {{"/3/0/9", "60"}});
}

BOOST_AUTO_TEST_CASE(an_octet_behind_the_objects_of_mibeacon_is_nothing)
{
    const auto profile = shippedProfile("lywsd03mmc-mibeacon");

    check(decoded(*profile, "50305B05034C94B438C1A40A10013C00"), {{"/3/0/9", "60"}});
    // The object itself says that it has two octets, and one is there.
    BOOST_TEST(decoded(*profile, "50305B05034C94B438C1A40A10023C")[""].find("cut off") !=
               std::string::npos);
    BOOST_TEST(decoded(*profile, "50305B05034C94B438C1A40A")[""].find("cut off") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_frame_of_mibeacon)
{
    const auto profile = shippedProfile("lywsd03mmc-mibeacon");
    const auto key = octets("e9ea895fac7cca6d30532432a516f3a8");
    const auto complaint = [&](std::string_view payload, base::ByteView with) {
        return decoded(*profile, payload, with, "A4:C1:38:02:83:F4")[""];
    };
    const std::string sealed = "58585b0550f4830238c1a495ef58763c26000097e2abb5";

    BOOST_TEST(complaint(sealed, octets(std::string(32, '1'))).find("authenticate") !=
               std::string::npos);
    BOOST_TEST(complaint(sealed, {}).find("its key is not known") != std::string::npos);
    BOOST_TEST(complaint("50405B05034C94B438C1A40D1004EA006C02", key).find("in clear") !=
               std::string::npos);
    BOOST_TEST(complaint("30585B05BF6B872F38C1A408", key).find("tells nothing") !=
               std::string::npos);
    BOOST_TEST(complaint("50105B05034C94B438C1A40D1004EA006C02", {}).find("version 2 to 5") !=
               std::string::npos);
    BOOST_TEST(complaint("58205B05034C94B438C1A40D1004EA006C02", key).find("before version 4") !=
               std::string::npos);
    for (std::size_t octet = 0; octet < sealed.size() / 2; ++octet)
        BOOST_TEST(!complaint(sealed.substr(0, 2 * octet), key).empty());
}

// test_atc.py of github.com/custom-components/ble_monitor.
BOOST_AUTO_TEST_CASE(opens_the_published_frame_of_the_atc_firmware)
{
    const auto profile = shippedProfile("lywsd03mmc-pvvx-encrypted");
    const auto key = octets("b9ea895fac7eea6d30532432a516f3a3");
    const std::string sealed = "11d603fbfa7b6dfb1e26fd";

    check(decoded(*profile, sealed, key, "A4:C1:38:8D:18:B2"),
          {{"/3303/0/5700", "23.45"}, {"/3304/0/5700", "41.73"}, {"/3/0/9", "61"}});
    BOOST_TEST(decoded(*profile, sealed, key, "A4:C1:38:8D:18:B3")[""].find("authenticate") !=
               std::string::npos);
    BOOST_TEST(decoded(*profile, sealed)[""].find("its key is not known") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(reads_an_eddystone_beacon)
{
    const auto profile = shippedProfile("eddystone-tlm");

    check(decoded(*profile, "20000BB81780000003E800008CA0"),
          {{"/3/0/7/0", "3000"},
           {"/3303/0/5700", "23.5"},
           {"/3300/0/5700", "1000"},
           {"/3300/1/5700", "3600"}});
    check(decoded(*profile, "200000008000000003E800008CA0"),
          {{"/3300/0/5700", "1000"}, {"/3300/1/5700", "3600"}});
    BOOST_TEST(decoded(*profile, "20010BB81780000003E800008CA0")[""] == "no such format");
}

// 0x03215D is 205149: 20.5 Cel and 14.9 %; the topmost bit is the temperature's sign.
BOOST_AUTO_TEST_CASE(reads_a_govee_thermometer)
{
    const auto profile = shippedProfile("govee-h5075");

    check(decoded(*profile, "0003215D6400"),
          {{"/3303/0/5700", "20.5"}, {"/3304/0/5700", "14.9"}, {"/3/0/9", "100"}});
    check(decoded(*profile, "0083215D6400"),
          {{"/3303/0/5700", "-20.5"}, {"/3304/0/5700", "14.9"}, {"/3/0/9", "100"}});
}

namespace {

std::shared_ptr<const bridges::DeviceProfile> thermometer(const std::string& more)
{
    auto profile =
        bridges::parseProfile("title = \"T\"\nmanufacturer = \"M\"\nmodel = \"M\"\n" + more,
                              "test.toml",
                              model::builtInDefinitions());
    BOOST_REQUIRE(profile);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*profile));
}

} // namespace

// docs.ruuvi.com, data format 3: sign and whole degrees in one octet, hundredths in the next.
BOOST_AUTO_TEST_CASE(a_sign_counts_for_a_number_and_its_fraction)
{
    const auto profile = thermometer(R"(
[ble]
company = 0x0499
length = 14
prefix = "03"
[[resource]]
path = "/3303/0/5700"
at = 2
type = "u8"
first-bit = 0
bits = 7
plus = { at = 3, type = "u8", scale = 0.01, valid = [0, 0.99] }
negative = { at = 2, bit = 7 }
)");

    check(decoded(*profile, "03291A1ECE1EFC18F94202CA0B53"), {{"/3303/0/5700", "26.3"}});
    check(decoded(*profile, "03298145CE1EFC18F94202CA0B53"), {{"/3303/0/5700", "-1.69"}});
    check(decoded(*profile, "03298045CE1EFC18F94202CA0B53"), {{"/3303/0/5700", "-0.69"}});
    check(decoded(*profile, "03298000CE1EFC18F94202CA0B53"), {{"/3303/0/5700", "0"}});
    check(decoded(*profile, "03298163CE1EFC18F94202CA0B53"), {{"/3303/0/5700", "-1.99"}});
    check(decoded(*profile, "03298164CE1EFC18F94202CA0B53"), {});
}

// A SwitchBot meter: what is warmer than 0 has its bit set.
BOOST_AUTO_TEST_CASE(a_sign_may_be_the_other_way_round_and_in_another_octet)
{
    const auto profile = thermometer(R"(
[ble]
service = "fd3d"
length = 6
prefix = "54"
[[resource]]
path = "/3303/0/5700"
at = 4
type = "u8"
first-bit = 0
bits = 7
plus = { at = 3, type = "u8", first-bit = 0, bits = 4, scale = 0.1 }
negative = { at = 4, bit = 7, set = false }
)");

    check(decoded(*profile, "540064039732"), {{"/3303/0/5700", "23.3"}});
    check(decoded(*profile, "540064090532"), {{"/3303/0/5700", "-5.9"}});
}

BOOST_AUTO_TEST_SUITE_END()
