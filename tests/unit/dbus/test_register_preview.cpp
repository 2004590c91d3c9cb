// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/register_preview.hpp"

using namespace causeway::dbus::ctl;

BOOST_AUTO_TEST_SUITE(register_preview)

BOOST_AUTO_TEST_CASE(shows_one_register)
{
    const auto rows = previewOf({0xFF41});

    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].hex == "ff41");
    BOOST_TEST(rows[0].unsigned16 == "65345");
    BOOST_TEST(rows[0].signed16 == "-191");
    BOOST_TEST(rows[0].text == ".A");
    BOOST_TEST(rows[0].signed32.empty());
    BOOST_TEST(rows[0].swappedSigned32.empty());
}

BOOST_AUTO_TEST_CASE(shows_two_registers_in_both_orders)
{
    const auto rows = previewOf({0x4366, 0x8000, 0xFFFE, 0xFFFF});

    BOOST_TEST(rows[0].float32 == "230.5");
    BOOST_TEST(rows[1].signed32 == "-2147418114");
    BOOST_TEST(rows[1].swappedSigned32 == "-98304");
    BOOST_TEST(rows[2].signed32 == "-65537");
    BOOST_TEST(rows[2].swappedSigned32 == "-2");
    BOOST_TEST(previewOf({0x8000, 0x4366})[0].swappedFloat32 == "230.5");
}

BOOST_AUTO_TEST_CASE(shows_four_registers_in_both_orders)
{
    const auto whole = previewOf({0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE, 1});
    const auto swapped = previewOf({0x0002, 0, 0, 0});
    const auto real = previewOf({0x406C, 0xD000, 0, 0});

    BOOST_TEST(whole[0].signed64 == "-2");
    BOOST_TEST(!whole[1].signed64.empty());
    BOOST_TEST(whole[2].signed64.empty());
    BOOST_TEST(swapped[0].swappedSigned64 == "2");
    BOOST_TEST(real[0].float64 == "230.5");
    BOOST_TEST(previewOf({0, 0, 0xD000, 0x406C})[0].swappedFloat64 == "230.5");
}

BOOST_AUTO_TEST_SUITE_END()
