// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/attributes_query.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using model::NotificationAttributes;

namespace {

using Query = std::vector<std::string>;

const Query valid[] = {
    {"pmin=10", "pmax=60", "gt=20.5", "lt=-1", "st=0.5"},
    {"pmin=60", "pmax=10"}, // accepted; the rule ignores such a pmax
    {"epmin=1", "epmax=2"},
    {"edge=1", "con=0", "hqmax=12"},
    {"lt=10", "gt=30", "st=9.9"},
    {"pmin"},
    {"pmin=4294967295"},
    {},
};

const Query invalid[] = {
    {"lt=10", "gt=10"},
    {"lt=20", "gt=10"},
    {"lt=10", "gt=30", "st=10"},
    {"st=-1"},
    {"epmin=5", "epmax=5"},
    {"pmin=10", "pmin=20"},
    {"pmin=10", "pmin"},
    {"period=10"},
    {""},
    {"=5"},
    {"pmin="},
    {"pmin=-1"},
    {"pmin=1.5"},
    {"pmin= 1"},
    {"pmin=4294967296"},
    {"gt=1e3"},
    {"gt=inf"},
    {"gt=nan"},
    {"gt=+1"},
    {"gt=1,5"},
    {"edge=2"},
    {"con=true"},
    {"PMIN=10"},
};

} // namespace

namespace std {

ostream& operator<<(ostream& out, const Query& query)
{
    for (const auto& option : query)
        out << option << '&';
    return out;
}

} // namespace std

BOOST_AUTO_TEST_SUITE(attributes_query)

BOOST_DATA_TEST_CASE(takes_valid_queries, valid, query)
{
    BOOST_TEST(lwm2m::applyAttributesQuery({}, query).has_value());
}

BOOST_DATA_TEST_CASE(refuses_invalid_queries_as_bad_request, invalid, query)
{
    const auto result = lwm2m::applyAttributesQuery({}, query);

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST((result.error().kind == base::ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_name_alone_unsets_and_the_rest_stays)
{
    NotificationAttributes attached;
    attached.pmin = 10s;
    attached.pmax = 60s;

    const auto result = lwm2m::applyAttributesQuery(attached, Query{"pmin", "gt=5"});

    NotificationAttributes expected;
    expected.pmax = 60s;
    expected.gt = 5;
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST((*result == expected));
}

BOOST_AUTO_TEST_CASE(the_resulting_set_is_what_must_be_valid)
{
    NotificationAttributes attached;
    attached.gt = 10;

    BOOST_TEST(!lwm2m::applyAttributesQuery(attached, Query{"lt=20"}).has_value());
    BOOST_TEST(lwm2m::applyAttributesQuery(attached, Query{"lt=20", "gt=30"}).has_value());
    BOOST_TEST(lwm2m::applyAttributesQuery(attached, Query{"lt=20", "gt"}).has_value());
}

BOOST_AUTO_TEST_CASE(prints_what_discover_shows)
{
    const auto attributes =
        lwm2m::applyAttributesQuery({}, Query{"lt=-1", "pmax=5", "gt=20.5", "pmin=1"});

    BOOST_REQUIRE(attributes.has_value());
    BOOST_TEST(lwm2m::formatAttributes(*attributes) == ";pmin=1;pmax=5;gt=20.5;lt=-1");
}

BOOST_AUTO_TEST_CASE(prints_no_exponent)
{
    NotificationAttributes attributes;
    attributes.gt = 1e21;
    attributes.lt = 1e-7;

    BOOST_TEST(lwm2m::formatAttributes(attributes) == ";gt=1000000000000000000000;lt=0.0000001");
}

BOOST_AUTO_TEST_CASE(knows_the_numeric_conditions)
{
    NotificationAttributes attributes;
    attributes.edge = true;
    BOOST_TEST(!lwm2m::hasNumericConditions(attributes));
    attributes.st = 1;
    BOOST_TEST(lwm2m::hasNumericConditions(attributes));
}

BOOST_AUTO_TEST_SUITE_END()
