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

BOOST_AUTO_TEST_SUITE_END()
