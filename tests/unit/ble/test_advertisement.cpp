// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/ble/advertisement.hpp"

using namespace causeway::bridges::ble;

BOOST_AUTO_TEST_SUITE(advertisement)

BOOST_AUTO_TEST_CASE(an_address_is_six_octets_with_colons)
{
    BOOST_TEST(canonicalAddress("a4:c1:38:0a:1B:2c").value() == "A4:C1:38:0A:1B:2C");
    for (const char* text : {"", "a4:c1:38:0a:1b", "a4-c1-38-0a-1b-2c", "a4:c1:38:0a:1b:2g"})
        BOOST_TEST(!canonicalAddress(text).has_value());
    const auto octets = addressOctets("A4:C1:38:0A:1B:2C");
    BOOST_TEST(octets.front() == 0xA4);
    BOOST_TEST(octets.back() == 0x2C);
}

BOOST_AUTO_TEST_CASE(a_uuid_has_sixteen_or_128_bits)
{
    BOOST_TEST(canonicalUuid("FCD2").value() == "0000fcd2-0000-1000-8000-00805f9b34fb");
    BOOST_TEST(canonicalUuid("EBE0CCB0-7A0A-4B0C-8A1A-6FF2997DA3A6").value() ==
               "ebe0ccb0-7a0a-4b0c-8a1a-6ff2997da3a6");
    for (const char* text : {"", "fcd", "fcdx", "ebe0ccb0+7a0a+4b0c+8a1a+6ff2997da3a6"})
        BOOST_TEST(!canonicalUuid(text).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_heard_of_a_device_is_the_last_few_of_each_kind)
{
    const auto heard = [](std::uint16_t company, std::uint8_t octet) {
        return Advertisement{"A4:C1:38:0A:1B:2C", {}, {}, {{company, {octet}}}, {}};
    };
    Advertisement all = heard(1, 0);
    all.name = "Name";

    for (const std::uint8_t octet : {1, 0, 2, 3, 4, 5, 6, 7, 8, 9})
        addHeard(all, heard(1, octet));

    BOOST_TEST(all.name == "Name");
    BOOST_REQUIRE(all.manufacturerData.size() == 8U);
    BOOST_TEST(all.manufacturerData.front().second.front() == 9);
    BOOST_TEST(all.manufacturerData.back().second.front() == 2);

    for (std::uint16_t company = 2; company < 100; ++company)
        addHeard(all, heard(company, 0));
    BOOST_TEST(all.manufacturerData.size() == 32U);
    BOOST_TEST(all.manufacturerData.front().first == 99);
}

BOOST_AUTO_TEST_SUITE_END()
