// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/base/bytes.hpp"
#include "agent/base/secret.hpp"

using namespace causeway::base;

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(hex_goes_both_ways)
{
    const Bytes octets{0x00, 0x7f, 0xa0, 0xff};

    BOOST_TEST(toHex(octets) == "007fa0ff");
    BOOST_TEST((fromHex("007FA0ff") == octets));
}

BOOST_AUTO_TEST_CASE(hex_refuses_odd_length_and_foreign_characters)
{
    BOOST_TEST(!fromHex("abc"));
    BOOST_TEST(!fromHex("0g"));
    BOOST_TEST(!fromHex("0 "));
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_what_only_looks_like_it)
{
    BOOST_TEST(isValidUtf8("Zähler €"));
    BOOST_TEST(isValidUtf8("\xF0\x9F\x94\x8C"));
    BOOST_TEST(!isValidUtf8("\xC0\x80"));         // overlong NUL
    BOOST_TEST(!isValidUtf8("\xED\xA0\x80"));     // surrogate
    BOOST_TEST(!isValidUtf8("\xF4\x90\x80\x80")); // above U+10FFFF
    BOOST_TEST(!isValidUtf8("\xE2\x82"));         // cut
    BOOST_TEST(!isValidUtf8("\x80"));
}

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_nothing_behind)
{
    Secret first(asBytes("0123456789abcdef"));

    const Secret second = std::move(first);

    BOOST_TEST(first.empty()); // NOLINT(bugprone-use-after-move): that is the question
    BOOST_TEST(second.equals(asBytes("0123456789abcdef")));
    BOOST_TEST(!second.equals(asBytes("0123456789abcdeF")));
    BOOST_TEST(!second.equals(asBytes("0123")));
}

BOOST_AUTO_TEST_SUITE_END()
