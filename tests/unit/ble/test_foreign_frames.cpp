// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/shipped_profile.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_AUTO_TEST_SUITE(foreign_frames)

namespace {

struct Row
{
    const char* payload;
    const char* values; ///< "PATH=VALUE PATH=VALUE", or what is said instead
};

std::string told(const bridges::DeviceProfile& profile, const char* payload)
{
    std::string text;
    for (const auto& [path, value] : decoded(profile, payload))
        text += (text.empty() ? "" : " ") + (path.empty() ? value : path + "=" + value);
    return text;
}

std::shared_ptr<const bridges::DeviceProfile> parsedProfile(const std::string& text)
{
    auto profile = bridges::parseProfile(text, "test.toml", model::builtInDefinitions());
    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    return std::make_shared<const bridges::DeviceProfile>(std::move(*profile));
}

void checkAll(const std::string& name, const std::vector<Row>& rows)
{
    const auto profile = shippedProfile(name);
    for (const Row& row : rows) {
        const std::string expected = row.values;
        const auto text = told(*profile, row.payload);
        BOOST_TEST_CONTEXT(name << " " << row.payload << ": " << text)
        BOOST_TEST((expected.ends_with("…")
                        ? text.find(expected.substr(0, expected.size() - 3)) != std::string::npos
                        : text == expected));
    }
}

} // namespace

// clang-format off

// docs.ruuvi.com, data format 5: each field's ends, its neighbours and what it does not have.
BOOST_AUTO_TEST_CASE(a_ruuvitag_at_the_ends_of_its_fields)
{
    const std::string none = "FFFF" "FFFF" "8000" "8000" "8000" "FFFF" "FF" "0001" "CBB8334C884F";
    const auto profile = shippedProfile("ruuvitag-rawv2");
    const auto with = [&](const std::string& temperature) {
        return told(*profile, ("05" + temperature + none).c_str());
    };

    BOOST_TEST(with("8000").empty());
    BOOST_TEST(with("8001") == "/3303/0/5700=-163.835");
    BOOST_TEST(with("7FFF") == "/3303/0/5700=163.835");
    BOOST_TEST(with("FFFF") == "/3303/0/5700=-0.005");
    BOOST_TEST(with("0000") == "/3303/0/5700=0");
    BOOST_TEST(with("0001") == "/3303/0/5700=0.005");
    checkAll("ruuvitag-rawv2", {
        {"0580000000FFFF800080008000FFFFFF0001CBB8334C884F", "/3304/0/5700=0"},
        {"058000FFFEFFFF800080008000FFFFFF0001CBB8334C884F", "/3304/0/5700=163.835"},
        {"0580009C40FFFF800080008000FFFFFF0001CBB8334C884F", "/3304/0/5700=100"},
        {"058000FFFF0000800080008000FFFFFF0001CBB8334C884F", "/3315/0/5700=50000"},
        {"058000FFFFFFFE800080008000FFFFFF0001CBB8334C884F", "/3315/0/5700=115534"},
        {"058000FFFFFFFF7FFF80008000FFFFFF0001CBB8334C884F", "/3313/0/5702=32.767"},
        {"058000FFFFFFFF80008001FC18FFFFFF0001CBB8334C884F", "/3313/0/5703=-32.767 /3313/0/5704=-1"},
        {"058000FFFFFFFF800080008000001FFF0001CBB8334C884F", "/3/0/7/0=1600"},
        {"058000FFFFFFFF800080008000FFDFFF0001CBB8334C884F", "/3/0/7/0=3646"},
        {"058000FFFFFFFF800080008000FFE0FF0001CBB8334C884F", ""},
        {"058000FFFFFFFF800080008000FFFF000001CBB8334C884F", "/3300/0/5700=0"},
        {"058000FFFFFFFF800080008000FFFFFE0001CBB8334C884F", "/3300/0/5700=254"},
        {"0512FC5394C37C0004FFFC040CAC364200CDCBB8334C88", "no such format"},
        {"0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F00", "no such format"},
        {"03291A1ECE1EFC18F94202CA0B53", "no such format"},
        {"0612FC5394C37C0004FFFC040CAC364200CDCBB8334C884F", "no such format"},
    });
}

// bthome.io/format: the objects that a Resource stands for, each alone, with their ends.
BOOST_AUTO_TEST_CASE(each_object_of_bthome)
{
    checkAll("bthome-v2", {
        {"400161", "/3/0/9=97"},
        {"400164", "/3/0/9=100"},
        {"400165", ""},
        {"4002CA09", "/3303/0/5700=25.06"},
        {"40020080", "/3303/0/5700=-327.68"},
        {"4002FF7F", "/3303/0/5700=327.67"},
        {"4002FFFF", "/3303/0/5700=-0.01"},
        {"40451101", "/3303/0/5700=27.3"},
        {"4045F5FF", "/3303/0/5700=-1.1"},
        {"4057EA", "/3303/0/5700=-22"},
        {"405780", "/3303/0/5700=-128"},
        {"4058EA", "/3303/0/5700=-7.7"},
        {"40587F", "/3303/0/5700=44.45"},
        {"4003BF13", "/3304/0/5700=50.55"},
        {"40031027", "/3304/0/5700=100"},
        {"40031127", ""},
        {"402E23", "/3304/0/5700=35"},
        {"402E65", ""},
        {"4004138A01", "/3315/0/5700=1008.83"},
        {"4004FFFFFF", "/3315/0/5700=167772.15"},
        {"4005138A14", "/3301/0/5700=13460.67"},
        {"40065E1F", "/3322/0/5700=80.3"},
        {"4008CA06", "/3303/2/5700=17.38"},
        {"400960", "/3300/0/5700=96"},
        {"403D0960", "/3300/0/5700=24585"},
        {"403E2A2C0960", "/3300/0/5700=1611213866"},
        {"4059EA", "/3300/0/5700=-22"},
        {"405AEAEA", "/3300/0/5700=-5398"},
        {"405BEA0234EA", "/3300/0/5700=-365690134"},
        {"400A138A14", "/3331/0/5700=1346067"},
        {"404D12138A14", "/3331/0/5700=344593170"},
        {"400B021B00", "/3328/0/5700=69.14"},
        {"405C02FBFFFF", "/3328/0/5700=-12.78"},
        {"400C020C", "/3316/0/5700=3.074"},
        {"404A020C", "/3316/0/5700=307.4"},
        {"40434E34", "/3317/0/5700=13.39"},
        {"405D02EA", "/3317/0/5700=-5.63"},
        {"400D120C", "/3325/1/5700=3090"},
        {"400E021C", "/3325/2/5700=7170"},
        {"4012E204", "/3325/0/5700=1250"},
        {"40133301", "/3325/3/5700=307"},
        {"4014020C", "/3304/1/5700=30.74"},
        {"402F23", "/3304/1/5700=35"},
        {"400F01", "/3200/0/5500=true"},
        {"401100", "/3200/0/5500=false"},
        {"401101", "/3200/0/5500=true"},
        {"401A01", "/3200/0/5500=true"},
        {"402D01", "/3200/0/5500=true"},
        {"402101", "/3302/0/5500=true"},
        {"402300", "/3302/0/5500=false"},
        {"402501", "/3302/0/5500=true"},
        {"40400C00", "/3330/0/5700=0.012"},
        {"40414E00", "/3330/0/5700=7.8"},
        {"40444E34", "/3346/0/5700=133.9"},
    });
}

// bthome.io/format, the same: what is rarer, and what comes twice.
BOOST_AUTO_TEST_CASE(each_rarer_object_of_bthome)
{
    checkAll("bthome-v2", {
        {"40073E1D", "/3322/0/5700=33.9559248182"},
        {"40424E3400", "/3300/4/5700=13.39"},
        {"404632", "/3300/2/5700=5"},
        {"404E87562A01", "/3300/5/5700=19551.879"},
        {"40478756", "/3300/5/5700=2215.1"},
        {"4048DC87", "/3300/5/5700=34.78"},
        {"405587562A01", "/3300/6/5700=19551.879"},
        {"4049DC87", "/3346/2/5700=9.66111111111111"},
        {"404B138A14", "/3423/0/1=1346.067"},
        {"404C41018A01", "/3423/0/1=25821.505"},
        {"404F87562A01", "/3424/0/1=19.551879"},
        {"40505D396164", "/3333/0/5506=1684093277"},
        {"40518756", "/3313/0/5702=22.151"},
        {"4063C0BDF0FF", "/3313/0/5702=-1"},
        {"40510100510200510300", "/3313/0/5702=0.001 /3313/0/5703=0.002 /3313/0/5704=0.003"},
        {"40528756", "/3334/0/5702=22.151"},
        {"40530548656C6C6F", "/3341/0/5527=Hello"},
        {"405300", "/3341/0/5527="},
        {"4056E803", "/3327/0/5700=0.1"},
        {"405E9F8C", "/3332/0/5705=359.99"},
        {"405EA18C", ""},
        {"405F9A01", "/3319/0/5700=0.041"},
        {"403F020C", "/3300/3/5700=307.4"},
        {"403FFFFF", "/3300/3/5700=-0.1"},
        {"4061AC0D", "/3346/3/5700=3500"},
        {"4062C0BDF0FF", "/3346/0/5700=-1"},
        {"40444E34444F34", "/3346/0/5700=133.9 /3346/1/5700=133.91"},
        {"4003BF1303C013", "/3304/0/5700=50.55 /3304/2/5700=50.56"},
        {"400B021B000B031B00", "/3328/0/5700=69.14 /3328/1/5700=69.15"},
        {"400C020C0C030C", "/3316/0/5700=3.074 /3316/1/5700=3.075"},
        {"40434E34434F34", "/3317/0/5700=13.39 /3317/1/5700=13.391"},
        {"400A138A140A148A14", "/3331/0/5700=1346067 /3331/1/5700=1346068"},
    });
}

// bthome.io/format, binary sensor data: each state is an input of its own.
BOOST_AUTO_TEST_CASE(each_state_of_bthome)
{
    checkAll("bthome-v2", {
        {"402000", "/3200/1/5500=false"},
        {"401001", "/3200/7/5500=true"},
        {"401501", "/3200/8/5500=true"},
        {"401601", "/3200/12/5500=true"},
        {"401701", "/3200/3/5500=true"},
        {"401801", "/3200/13/5500=true"},
        {"401901", "/3200/14/5500=true"},
        {"401B01", "/3200/11/5500=true"},
        {"401C01", "/3200/4/5500=true"},
        {"401D01", "/3200/15/5500=true"},
        {"401E01", "/3200/16/5500=true"},
        {"401F01", "/3200/10/5500=true"},
        {"402001", "/3200/1/5500=true"},
        {"402201", "/3200/9/5500=true"},
        {"402401", "/3200/17/5500=true"},
        {"402601", "/3200/18/5500=true"},
        {"402701", "/3200/19/5500=true"},
        {"402801", "/3200/20/5500=true"},
        {"402901", "/3200/2/5500=true"},
        {"402A01", "/3200/21/5500=true"},
        {"402B01", "/3200/6/5500=true"},
        {"402C01", "/3200/5/5500=true"},
    });
}

// bthome.io/format, events: what one frame adds to a count, and what it shows.
BOOST_AUTO_TEST_CASE(each_event_of_bthome)
{
    checkAll("bthome-v2", {
        {"403A00", "/3347/0/5500=false /3347/0/5501=0 /3348/0/5547=0"},
        {"403A01", "/3347/0/5500=true /3347/0/5501=1 /3348/0/5547=1"},
        {"403A02", "/3347/0/5500=true /3347/0/5501=2 /3348/0/5547=2"},
        {"403A06", "/3347/0/5500=true /3347/0/5501=3 /3348/0/5547=6"},
        {"403A80", "/3347/0/5500=true /3347/0/5501=1 /3348/0/5547=128"},
        {"403A7F", "/3347/0/5500=false /3347/0/5501=0 /3348/0/5547=127"},
        {"403C0103", "/3300/1/5700=-3"},
        {"403C020A", "/3300/1/5700=10"},
        {"403C0000", ""},
    });
}

// Those that have no Resource stand in nobody's way; of several of a kind the first counts.
BOOST_AUTO_TEST_CASE(objects_of_bthome_beside_each_other)
{
    const auto profile = shippedProfile("bthome-v2");
    for (const char* other : {
             "3B0002", "3B010305", "3B2201AABB", "540C48656C6C6F20576F726C6421", "6001", "6407", "6507", "F00100",
             "F100010204"}) {
        BOOST_TEST_CONTEXT(other)
        BOOST_TEST(told(*profile, ("40" + std::string(other) + "F2000102").c_str()) ==
                   "/3/0/3=131328");
    }
    checkAll("bthome-v2", {
        {"4002CA0902CB0902CC09", "/3303/0/5700=25.06 /3303/1/5700=25.07"},
        {"400007015D02CA0903BF13", "/3/0/9=93 /3303/0/5700=25.06 /3304/0/5700=50.55"},
        {"403A003A01", "/3347/0/5500=false /3347/0/5501=0 /3348/0/5547=0"},
        {"44016145020C", "/3/0/9=97 /3303/0/5700=307.4"},
        {"40", ""},
        {"4002", "cut off…"},
        {"4002CA", "cut off…"},
        {"4002CA0903BF", "cut off…"},
        {"4002CA0954", "cut off…"},
        {"4002CA093B", "cut off…"},
        {"4002CA093B00", "cut off…"},
        {"4002CA093B0103", "cut off…"},
        {"4002CA095402FF", "cut off…"},
        {"6002CA09", "version 2…"},
        {"2002CA09", "version 2…"},
    });
}

// github.com/google/eddystone: other frames of the same service are none of telemetry.
BOOST_AUTO_TEST_CASE(frames_of_an_eddystone_beacon)
{
    checkAll("eddystone-tlm", {
        {"20000BB8FF80000003E800008CA0", "/3/0/7/0=3000 /3300/0/5700=1000 /3300/1/5700=3600 /3303/0/5700=-0.5"},
        {"20000BB8800100000000FFFFFFFF", "/3/0/7/0=3000 /3300/0/5700=0 /3300/1/5700=429496729.5 /3303/0/5700=-127.99609375"},
        {"20000BB87FFFFFFFFFFF00000000", "/3/0/7/0=3000 /3300/0/5700=4294967295 /3300/1/5700=0 /3303/0/5700=127.99609375"},
        {"200000001500000003E800008CA0", "/3300/0/5700=1000 /3300/1/5700=3600 /3303/0/5700=21"},
        {"2001A1B2C3D4E5F60718293A4B5C6D7E8F90", "no such format"},
        {"00EE0102030405060708090A0B0C0D0E0F100000", "no such format"},
        {"10EE036578616D706C6507", "no such format"},
        {"20000BB81780000003E800008C", "no such format"},
        {"20000BB81780000003E800008CA000", "no such format"},
    });
}

// github.com/pvvx/ATC_MiThermometer; github.com/Bluetooth-Devices/govee-ble.
BOOST_AUTO_TEST_CASE(thermometers_below_zero_and_at_their_ends)
{
    checkAll("lywsd03mmc-atc", {
        {"A4C1380A1B2CFFF632640BAB07", "/3/0/7/0=2987 /3/0/9=100 /3303/0/5700=-1 /3304/0/5700=50"},
        {"A4C1380A1B2CFE0C00000BABFF", "/3/0/7/0=2987 /3/0/9=0 /3303/0/5700=-50 /3304/0/5700=0"},
        {"A4C1380A1B2CFE0B65650BABFF", "/3/0/7/0=2987"},
        {"A4C1380A1B2C00EB32570BAB", "no such format"},
        {"A4C1380A1B2C00EB32570BAB0700", "no such format"},
    });
    checkAll("lywsd03mmc-pvvx", {
        {"2C1B0A38C1A49CFF1027AB0B640705", "/3/0/7/0=2987 /3/0/9=100 /3303/0/5700=-1 /3304/0/5700=100"},
        {"2C1B0A38C1A478EC1127AB0B650705", "/3/0/7/0=2987 /3303/0/5700=-50"},
        {"2C1B0A38C1A477EC0000AB0B000705", "/3/0/7/0=2987 /3/0/9=0 /3304/0/5700=0"},
        {"2C1B0A38C1A429099413AB0B5707", "no such format"},
        {"2C1B0A38C1A429099413AB0B57070500", "no such format"},
    });
    checkAll("govee-h5075", {
        {"008003E86400", "/3/0/9=100 /3303/0/5700=-0.1 /3304/0/5700=0"},
        {"0001E2403200", "/3/0/9=50 /3303/0/5700=12.3 /3304/0/5700=45.6"},
        {"0081E2403200", "/3/0/9=50 /3303/0/5700=-12.3 /3304/0/5700=45.6"},
        {"000003E76400", "/3/0/9=100 /3303/0/5700=0 /3304/0/5700=99.9"},
        {"000003E7E400", "/3/0/9=100"}, // it says that it is broken
        {"007FFFFF6400", "/3/0/9=100 /3304/0/5700=60.7"},
        {"00B60962136400", "no such format"},
        {"010103E66400", "/3/0/9=100 /3303/0/5700=6.6 /3304/0/5700=53.4"},
    });
}

// A sensor that is not in the tree: two kinds of frames by their first octet, and a bit for broken.
BOOST_AUTO_TEST_CASE(frames_of_two_kinds_are_told_apart_by_an_octet)
{
    const auto profile = parsedProfile(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
company = 0x1234
byte-order = "big"
[[resource]]
path = "/3303/0/5700"
at = 1
type = "s24"
scale = 0.001
sentinels = [0x800000]
when = { at = 0, equals = 0x01 }
invalid = { at = 4, bit = 2 }
[[resource]]
path = "/3304/0/5700"
at = 5
type = "u16"
first-bit = 3
bits = 10
scale = 0.1
when = { at = 0, equals = 0x01 }
[[resource]]
path = "/3/0/9"
at = 1
type = "u8"
when = { at = 0, equals = 0x20, mask = 0xF0 }
)");
    const auto is = [&](const char* payload, const std::string& values) {
        const auto text = told(*profile, payload);
        BOOST_TEST_CONTEXT(payload << ": " << text)
        BOOST_TEST(text == values);
    };

    is("01FFFF380310F8", "/3303/0/5700=-0.2 /3304/0/5700=54.3");
    is("01FFFF380710F8", "/3304/0/5700=54.3");
    is("018000000310F8", "/3304/0/5700=54.3");
    is("2F63", "/3/0/9=99");
    is("3F63", "");
    is("", "");
}

// Another one, whose objects all say how long they are: what nobody knows is stepped over.
BOOST_AUTO_TEST_CASE(a_light_level_of_bthome_is_stepped_over)
{
    const auto climate = shippedProfile("bthome-v2-climate");

    BOOST_TEST(decoded(*climate, "40640102CA09").at("/3303/0/5700") == "25.06");
}

BOOST_AUTO_TEST_CASE(objects_that_nobody_knows_are_stepped_over_when_all_are_counted)
{
    const auto profile = parsedProfile(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
service = "abcd"
tlv = { first = 1, lengths = { 0x07 = 2 }, others = "counted" }
[[resource]]
path = "/3303/0/5700"
object = 0x31
type = "s16"
scale = 0.01
[[resource]]
path = "/3304/0/5700"
object = 0x07
type = "u16"
scale = 0.1
)");
    const auto is = [&](const char* payload, const std::string& values) {
        const auto text = told(*profile, payload);
        BOOST_TEST_CONTEXT(payload << ": " << text)
        BOOST_TEST(text == values);
    };

    is("00" "9903AABBCC" "3102F401" "07E803", "/3303/0/5700=5 /3304/0/5700=100");
    is("00" "9900" "3102F401", "/3303/0/5700=5");
    is("00" "3101F4", ""); // shorter than the profile says
    is("00" "99", "the length of object 0x99 is cut off");
    is("00" "9905AABB", "object 0x99 is cut off");
}

// clang-format on

BOOST_AUTO_TEST_SUITE_END()
