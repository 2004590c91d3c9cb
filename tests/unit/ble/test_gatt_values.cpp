// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/gatt_values.hpp"
#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;
using bridges::ble::ReadingPlan;

BOOST_AUTO_TEST_SUITE(gatt_values)

namespace {

using Values = std::map<std::string, std::string>;

/// Path to text of all that one characteristic holds, or the complaint under "".
Values held(const std::string& profile, const std::string& characteristic, std::string_view hex)
{
    const auto shipped = shippedProfile(profile);
    for (const ReadingPlan& plan : bridges::ble::readingPlans(*shipped)) {
        if (bridges::ble::shortUuid(plan.reading.characteristic.uuid) != characteristic)
            continue;
        const auto found = bridges::ble::valuesIn(plan, octets(hex));
        if (!found)
            return {{"", found.error().message}};
        Values values;
        for (const auto& [path, value] : found->values)
            values.emplace(path.toString(), model::toText(value));
        return values;
    }
    return {{"", "no such characteristic"}};
}

void check(const Values& values, const Values& expected)
{
    BOOST_TEST(values.size() == expected.size());
    for (const auto& [path, text] : expected) {
        const auto found = values.find(path);
        BOOST_TEST_INFO(path);
        BOOST_TEST((found == values.end() ? "absent" : found->second) == text);
    }
}

const std::string sensing = "sig-environmental-sensing";
const std::string thermometer = "sig-health-thermometer";
const std::string sensorTag = "ti-cc2650-sensortag";
const std::string thingy = "nordic-thingy52";

std::string ti(const std::string& part)
{
    return "f000" + part + "-0451-4000-b000-000000000000";
}

std::string nordic(const std::string& part)
{
    return "ef68" + part + "-9b35-4933-9b10-52ffa9740042";
}

} // namespace

BOOST_AUTO_TEST_CASE(reads_environmental_sensing)
{
    check(held(sensing, "2a6e", "CA09"), {{"/3303/0/5700", "25.06"}});
    check(held(sensing, "2a6e", "0CFE"), {{"/3303/0/5700", "-5"}});
    check(held(sensing, "2a6f", "BF13"), {{"/3304/0/5700", "50.55"}});
    check(held(sensing, "2a6d", "D0760F00"), {{"/3315/0/5700", "101345.6"}});
    check(held(sensing, "2a19", "64"), {{"/3/0/9", "100"}});
    check(held(sensing, "2a29", "41434D45"), {{"/3/0/0", "ACME"}});
}

BOOST_AUTO_TEST_CASE(takes_no_value_for_what_is_marked_as_unknown_or_cannot_be)
{
    check(held(sensing, "2a6e", "0080"), {});
    check(held(sensing, "2a6f", "FFFF"), {});
    check(held(sensing, "2a6f", "1127"), {}); // 100.01 %
    check(held(sensing, "2a19", "65"), {});   // 101 %
    check(held(sensing, "2a29", "FFFE"), {}); // no UTF-8
}

BOOST_AUTO_TEST_CASE(a_characteristic_of_the_wrong_length_is_a_fault_and_no_value)
{
    const std::pair<const char*, const char*> wrong[] = {
        {"2a6e", ""}, {"2a6e", "CA"}, {"2a6e", "CA0900"}, {"2a6d", "D0760F"}, {"2a19", ""}};
    for (const auto& [characteristic, hex] : wrong) {
        const auto values = held(sensing, characteristic, hex);
        BOOST_TEST_INFO(characteristic << " " << hex);
        BOOST_TEST(values.begin()->second.find("octets, which is not") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_text_may_be_shorter_than_its_most)
{
    check(held(sensing, "2a29", ""), {{"/3/0/0", ""}});
    check(held(sensing, "2a29", "41"), {{"/3/0/0", "A"}});
}

BOOST_AUTO_TEST_CASE(a_text_that_is_too_long_ends_before_a_character_that_would_be_cut)
{
    std::string name;
    for (int count = 0; count < 63; ++count)
        name += "61";
    for (const char* character : {"C3BC", "E282AC", "F09F9880"})
        BOOST_TEST(held("sig-battery", "2a29", name + character)["/3/0/0"] == std::string(63, 'a'));
}

// 36.4 as ISO/IEEE 11073-20601 has it: exponent -1, mantissa 364.
BOOST_AUTO_TEST_CASE(reads_health_thermometers_in_both_units)
{
    check(held(thermometer, "2a1c", "006C0100FF"), {{"/3303/0/5700", "36.4"}});
    check(held(thermometer,
               "2a1c",
               "067A0E00FEE4070B160C0000"
               "02"),
          {{"/3303/0/5700", "37.06"}});
    check(held(thermometer, "2a1c", "01DE0300FF"), {{"/3303/0/5700", "37.22"}}); // 99.0 °F
    check(held(thermometer, "2a1c", "00FFFF7F00"), {});                          // NaN
    check(held(thermometer, "2a1c", "0000008000"), {});                          // NRes
    BOOST_TEST(held(thermometer, "2a1c", "006C0100").contains(""));
    BOOST_TEST(held(thermometer, "2a1c", "").contains(""));
}

BOOST_AUTO_TEST_CASE(reads_heart_rates_of_8_and_16_bits)
{
    check(held("sig-heart-rate", "2a37", "0048"), {{"/3346/0/5700", "72"}});
    check(held("sig-heart-rate", "2a37", "012C01"), {{"/3346/0/5700", "300"}});
    BOOST_TEST(held("sig-heart-rate", "2a37", "012C").contains(""));
    check(held("sig-heart-rate", "2a37", "0000"), {}); // it is not worn
    check(held("sig-heart-rate", "2a37", "010000"), {});
}

BOOST_AUTO_TEST_CASE(reads_a_sensortag)
{
    check(held(sensorTag, ti("aa21"), "00660080"),
          {{"/3303/0/5700", "25.742"}, {"/3304/0/5700", "50"}});
    check(held(sensorTag, ti("aa21"), "00000000"), {}); // before it has measured
    check(held(sensorTag, ti("aa41"), "CA0900D58B01"), {{"/3315/0/5700", "101333"}});
    check(held(sensorTag, ti("aa71"), "0A20"), {{"/3301/0/5700", "0.4"}});     // 10 * 2^2 / 100
    check(held(sensorTag, ti("aa71"), "FFBF"), {{"/3301/0/5700", "83865.6"}}); // its largest
    check(held(sensorTag, "ffe1", "02"), {{"/3347/0/5500", "false"}, {"/3347/1/5500", "true"}});
    check(held(sensorTag, ti("aa65"), "01"),
          {{"/3311/0/5850", "true"}, {"/3311/1/5850", "false"}, {"/3306/0/5850", "false"}});
    check(held(sensorTag, ti("aa65"), "06"),
          {{"/3311/0/5850", "false"}, {"/3311/1/5850", "true"}, {"/3306/0/5850", "true"}});
}

BOOST_AUTO_TEST_CASE(reads_a_thingy)
{
    check(held(thingy, nordic("0201"), "172D"), {{"/3303/0/5700", "23.45"}});
    check(held(thingy, nordic("0201"), "FB00"), {{"/3303/0/5700", "-5"}});
    check(held(thingy, nordic("0201"), "1764"), {}); // a hundred hundredths
    check(held(thingy, nordic("0202"), "F003000024"), {{"/3315/0/5700", "1008.36"}});
    check(held(thingy, nordic("0204"), "90010C00"),
          {{"/3325/0/5700", "400"}, {"/3325/1/5700", "12"}});
}

BOOST_AUTO_TEST_CASE(reads_a_mijia_thermometer)
{
    check(held("lywsd03mmc", "ebe0ccc1-7a0a-4b0c-8a1a-6ff2997da3a6", "CA0932AB0B"),
          {{"/3303/0/5700", "25.06"}, {"/3304/0/5700", "50"}, {"/3/0/7/0", "2987"}});
}

BOOST_AUTO_TEST_CASE(a_write_is_the_octets_of_its_characteristic)
{
    for (const auto& plan : bridges::ble::readingPlans(*shippedProfile(sensorTag))) {
        for (const auto& [path, source] : plan.sources) {
            if (path != model::Path{3311, 1, 5850})
                continue;
            BOOST_TEST(base::toHex(bridges::ble::octetsFor(source, true).value()) == "02");
            BOOST_TEST(base::toHex(bridges::ble::octetsFor(source, false).value()) == "00");
            BOOST_TEST(!bridges::ble::octetsFor(source, 1.0).has_value());
            return;
        }
    }
    BOOST_FAIL("no such plan");
}

BOOST_AUTO_TEST_SUITE_END()
