// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/ble/peripheral_site.hpp"

using namespace causeway;
using namespace causeway::tests;
using namespace std::chrono_literals;
using base::Bytes;

namespace {

/// A lamp: one characteristic of switches and a signed 24-bit angle, one that only takes commands
/// and tells by another, and two that have the same UUID.
const std::string lamp = R"(
title = "Lamp"
manufacturer = "M"
model = "M"
[ble]
connect = true
fast-period-ms = 10000
[[resource]]
path = "/3311/0/5850"
characteristic = "bb01"
length = 5
at = 0
type = "bit"
bit = 3
write = { verify = true }
[[resource]]
path = "/3311/0/5851"
characteristic = "bb01"
length = 5
at = 1
type = "u8"
first-bit = 4
bits = 4
write = { range = [0, 15] }
[[resource]]
path = "/3343/0/5548"
characteristic = "bb01"
length = 5
at = 2
type = "s24"
byte-order = "big"
scale = 0.01
write = { range = [-80000, 80000], verify = true }
[[resource]]
path = "/3308/0/5900"
characteristic = "bb02"
notify = true
type = "s16"
scale = 0.1
write = { range = [0, 100], characteristic = "bb03" }
[[resource]]
path = "/3341/0/5527"
characteristic = "bb06"
type = "string"
octets = 12
write = { verify = true }
[[resource]]
path = "/3303/0/5700"
characteristic = "bb04"
type = "u8"
[[resource]]
path = "/3303/1/5700"
characteristic = "bb04"
occurrence = 1
type = "u8"
)";

const model::Path isOn{3311, 0, 5850};
const model::Path dimmer{3311, 0, 5851};
const model::Path angle{3343, 0, 5548};
const model::Path text{3341, 0, 5527};

struct LampSite : PeripheralSite
{
    LampSite()
    {
        const auto has = [&](const std::string& uuid, const std::string& handle, bool canRead) {
            radio.has.push_back({{fullUuid("fff0"), fullUuid(uuid)}, handle, canRead});
        };
        radio.has.clear();
        has("bb01", "switches", true);
        has("bb02", "told", false);
        has("bb03", "wanted", false);
        has("bb04", "first", true);
        has("bb04", "second", true);
        has("bb06", "text", true);
        radio.values = {{"switches", {0x81, 0x35, 0xFF, 0xFF, 0x9C}},
                        {"first", {20}},
                        {"second", {30}},
                        {"text", {'o', 'l', 'd'}}};
        start(lamp);
        hear();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gatt_writes, LampSite)

BOOST_AUTO_TEST_CASE(a_bit_is_written_with_all_others_as_they_are_now)
{
    radio.values["switches"] = {0xC1, 0x36, 0xFF, 0xFF, 0x9C}; // the device's own doing

    BOOST_TEST(write(isOn, true) == "written");

    BOOST_TEST(times("write switches c936ffff9c") == 1U);
    scheduler.advance(1s);
    BOOST_TEST(newest["/3311/0/5850"] == "true");
}

BOOST_AUTO_TEST_CASE(a_field_of_bits_and_a_number_between_others_are_written_in_their_place)
{
    BOOST_TEST(newest["/3343/0/5548"] == "-1");

    BOOST_TEST(write(dimmer, std::int64_t{12}) == "written");
    BOOST_TEST(times("write switches 81c5ffff9c") == 1U);

    BOOST_TEST(write(angle, -83.0) == "written");
    BOOST_TEST(times("write switches 81c5ffdf94") == 1U);
    scheduler.advance(1s);
    BOOST_TEST(newest["/3343/0/5548"] == "-83");
}

BOOST_AUTO_TEST_CASE(a_part_is_not_written_into_octets_of_another_length)
{
    radio.values["switches"] = {0x81, 0x35};

    const auto answer = write(isOn, true);

    BOOST_TEST_INFO(answer);
    BOOST_TEST(answer.find("has 2 octets") != std::string::npos);
    BOOST_TEST(std::ranges::none_of(
        radio.log, [](const std::string& one) { return one.starts_with("write"); }));
    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_part_that_cannot_be_read_is_not_written)
{
    radio.refusals["switches"] = base::Error{base::ErrorKind::Refused, "not permitted"};

    BOOST_TEST(write(isOn, true).find("cannot be read") != std::string::npos);
    BOOST_TEST(times("disconnect") == 0U);
}

BOOST_AUTO_TEST_CASE(a_value_is_written_to_another_characteristic_than_the_one_that_tells_it)
{
    BOOST_TEST(write(target, 21.5) == "written");
    device->onValueNotification("told", Bytes{0xD7, 0x00});

    BOOST_TEST(times("write wanted d700") == 1U);
    scheduler.advance(1s);
    BOOST_TEST(newest["/3308/0/5900"] == "21.5");
}

BOOST_AUTO_TEST_CASE(a_text_is_written_as_long_as_it_is)
{
    BOOST_TEST(write(text, std::string("H\xC3\xA9llo")) == "written");
    BOOST_TEST(times("write text 48c3a96c6c6f") == 1U);
    scheduler.advance(1s);
    BOOST_TEST(newest["/3341/0/5527"] == "H\xC3\xA9llo");

    BOOST_TEST(write(text, std::string("thirteen char")).find("12 octets") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_characteristics_with_one_name_the_how_manieth_is_said)
{
    BOOST_TEST(newest["/3303/0/5700"] == "20");
    BOOST_TEST(newest["/3303/1/5700"] == "30");
}

BOOST_AUTO_TEST_CASE(what_can_only_be_written_is_not_read)
{
    PeripheralSite other;
    other.radio.has = {{{fullUuid("fff0"), fullUuid("bb05")}, "secret", false},
                       {{fullUuid("fff0"), fullUuid("bb04")}, "first", true}};
    other.radio.values = {{"first", {20}}};
    other.radio.refusals["secret"] = base::Error{base::ErrorKind::Refused, "not permitted"};
    other.start(R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3303/0/5700"
characteristic = "bb04"
type = "u8"
[[resource]]
path = "/3308/0/5900"
characteristic = "bb05"
type = "u8"
write = { range = [0, 100] }
)");
    other.hear();

    BOOST_TEST(other.times("read secret") == 0U);
    BOOST_TEST(!other.newest.contains("/3308/0/5900"));
}

BOOST_AUTO_TEST_SUITE_END()
