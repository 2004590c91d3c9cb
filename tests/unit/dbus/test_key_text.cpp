// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/key_text.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace causeway::dbus::ctl;

namespace {

std::string hexOf(const base::Expected<base::Secret>& key)
{
    return key ? base::toHex(key->view()) : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_text)

BOOST_AUTO_TEST_CASE(hexadecimal_is_read_in_both_cases_and_with_blanks)
{
    BOOST_TEST(hexOf(decodeKey("00ff Aa\n", KeyFormat::Automatic)) == "00ffaa");
}

BOOST_AUTO_TEST_CASE(base64_is_read_as_rfc_4648_has_it)
{
    // RFC 4648 §10.
    BOOST_TEST(hexOf(decodeKey("Zm9vYmFy", KeyFormat::Base64)) == "666f6f626172");
    BOOST_TEST(hexOf(decodeKey("Zm9vYg==", KeyFormat::Base64)) == "666f6f62");
    BOOST_TEST(hexOf(decodeKey("Zm9vYmE=", KeyFormat::Automatic)) == "666f6f6261");
}

BOOST_AUTO_TEST_CASE(what_is_neither_is_refused)
{
    BOOST_TEST(!decodeKey("", KeyFormat::Automatic).has_value());
    BOOST_TEST(!decodeKey("not a key!", KeyFormat::Automatic).has_value());
    BOOST_TEST(!decodeKey("abc", KeyFormat::Hexadecimal).has_value());
    BOOST_TEST(!decodeKey("Zm9vYh==", KeyFormat::Base64).has_value());
    BOOST_TEST(!decodeKey("Z", KeyFormat::Base64).has_value());
}

BOOST_AUTO_TEST_CASE(raw_octets_are_the_key)
{
    BOOST_TEST(hexOf(decodeKey("a b", KeyFormat::Raw)) == "612062");
}

BOOST_AUTO_TEST_CASE(a_key_is_read_from_a_file)
{
    const fakes::TemporaryDirectory directory;
    const auto file = directory.write("key", "000102030405060708090a0b0c0d0e0f\n");

    const auto key = readKey(file, KeyFormat::Automatic);

    BOOST_TEST(hexOf(key) == "000102030405060708090a0b0c0d0e0f");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_or_too_long_is_refused)
{
    const fakes::TemporaryDirectory directory;
    const auto longFile = directory.write("long", std::string(100000, 'a'));

    BOOST_TEST(!readKey(directory.path() / "nowhere", KeyFormat::Automatic).has_value());
    BOOST_TEST(!readKey(longFile, KeyFormat::Automatic).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
