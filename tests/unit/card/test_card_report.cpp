// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/card/card_report.hpp"

using namespace causeway;
using api::CardSighting;

namespace {

api::CardReport report()
{
    api::CardReport report;
    report.sighting = CardSighting::Information;
    report.label = "Site card";
    report.serial = "0102";
    report.digest = "abcd";
    report.content = base::Secret(base::Bytes{0, 1, 2, 3});
    return report;
}

} // namespace

BOOST_AUTO_TEST_SUITE(card_report)

BOOST_AUTO_TEST_CASE(comes_out_as_it_went_in)
{
    const auto octets = card::encodeReport(report());

    const auto read = card::decodeReport(octets.view()).value();

    BOOST_TEST((read.sighting == CardSighting::Information));
    BOOST_TEST(read.label == "Site card");
    BOOST_TEST(read.serial == "0102");
    BOOST_TEST(read.reason == "");
    BOOST_TEST(read.digest == "abcd");
    BOOST_TEST(read.content.equals(base::Bytes{0, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(of_the_largest_card_fits_into_a_pipe)
{
    auto large = report();
    large.content = base::Secret(card::longestContent);

    const auto octets = card::encodeReport(large);

    BOOST_TEST(octets.size() <= card::longestReport);
    BOOST_TEST(card::longestReport <= 65536U);
    BOOST_TEST(card::decodeReport(octets.view()).has_value());
}

BOOST_AUTO_TEST_CASE(that_is_cut_or_longer_is_none)
{
    const auto octets = card::encodeReport(report());
    for (std::size_t size = 0; size < octets.size(); ++size)
        BOOST_TEST(!card::decodeReport(octets.view().first(size)).has_value());
    base::Bytes longer(octets.view().begin(), octets.view().end());
    longer.push_back(0);

    BOOST_TEST(!card::decodeReport(longer).has_value());
}

BOOST_AUTO_TEST_CASE(of_a_program_that_is_not_ours_is_none)
{
    const auto octets = card::encodeReport(report());
    base::Bytes other(octets.view().begin(), octets.view().end());
    other[4] = 10; // beyond the last sighting

    BOOST_TEST(!card::decodeReport(other).has_value());
    BOOST_TEST(!card::decodeReport(base::asBytes("hello world")).has_value());
}

BOOST_AUTO_TEST_CASE(shows_nothing_that_could_move_a_cursor)
{
    BOOST_TEST(card::printable("Site\x1b[2J\ncard \xff   ") == "Site?[2J?card ?");
    BOOST_TEST(card::printable("   ").empty());
    BOOST_TEST(card::printable(std::string(1000, 'x')).size() == card::longestText);
}

BOOST_AUTO_TEST_SUITE_END()
