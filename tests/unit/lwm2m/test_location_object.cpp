// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/location_object.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using model::OutcomeCode;

namespace {

/// A registered client that stands somewhere.
struct LocationFixture : ClientFixture
{
    void stand(const std::string& where)
    {
        client->addObject(std::make_unique<LocationObject>(*testDefinitions().find(6),
                                                           parsePosition(where).value(),
                                                           model::Time{1'700'000'000},
                                                           scheduler));
        registerClient();
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(location_object, LocationFixture)

BOOST_AUTO_TEST_CASE(tells_where_the_device_stands_and_since_when_that_is_known)
{
    stand("52.5163 -13.25 34.5");

    BOOST_TEST(text("/6/0/0") == "52.5163");
    BOOST_TEST(text("/6/0/1") == "-13.25");
    BOOST_TEST(text("/6/0/2") == "34.5");
    BOOST_TEST(text("/6/0/5") == "1700000000");
}

BOOST_AUTO_TEST_CASE(has_no_altitude_that_nobody_gave_and_nothing_that_would_be_measured)
{
    stand("52.5163 13.3777");

    for (const std::string path : {"/6/0/2", "/6/0/3", "/6/0/4", "/6/0/6", "/6/1"})
        BOOST_TEST((read(path).code == OutcomeCode::NotFound), path);
    BOOST_TEST((writeText("/6/0/0", "1").code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_CASE(takes_positions_up_to_the_ends_of_the_earth)
{
    for (const std::string good : {"90 180 0", "-90 -180", "0 0", "0.000001 -0 -430.5"})
        BOOST_TEST(parsePosition(good).has_value(), good);
}

BOOST_AUTO_TEST_CASE(takes_nothing_else_for_a_position)
{
    for (const std::string bad :
         {"",        " ",     "52.5",    "52.5 ",   " 52.5 13",   "52.5  13", "52.5 13 ",
          "52.5,13", "91 0",  "-90.1 0", "0 180.1", "0 0 -12001", "0 0 0 0",  "nan 0",
          "inf 0",   "0 nan", "1e1 0",   "0x1 0",   "+1 0",       "N52 E13",  "52.5 13 34m"})
        BOOST_TEST(!parsePosition(bad), bad);
    BOOST_TEST(!parsePosition("0 " + std::string(100, '0')));
}

BOOST_AUTO_TEST_SUITE_END()
