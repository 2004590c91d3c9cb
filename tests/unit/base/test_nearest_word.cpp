// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/nearest_word.hpp"

using namespace causeway::base;

BOOST_AUTO_TEST_SUITE(nearest_word)

namespace {

const std::vector<std::string> keys{"address", "scale", "table", "type"};

} // namespace

BOOST_AUTO_TEST_CASE(finds_what_was_mistyped)
{
    for (const auto* slip : {"tabel", "tble", "tabble", "tablr", "tabl", "tab"})
        BOOST_TEST(nearestWord(slip, keys).value_or("none") == "table", slip);
    BOOST_TEST(nearestWord("adress", keys).value_or("none") == "address");
}

BOOST_AUTO_TEST_CASE(takes_no_other_word_for_a_slip)
{
    for (const auto* other : {"", "x", "colour", "battle", "label-2"})
        BOOST_TEST(!nearestWord(other, keys).has_value(), other);
    BOOST_TEST(!nearestWord("table", {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
