// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/codec/link_format.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using lwm2m::Link;

namespace {

Link link(model::Path path)
{
    Link result;
    result.path = path;
    return result;
}

Link versioned(model::Path path, std::string version)
{
    Link result = link(path);
    result.version = std::move(version);
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(link_format)

// LwM2M Core §6.2.1 and what Leshan takes: quoted list, unquoted version, no spaces.
BOOST_AUTO_TEST_CASE(writes_a_registration)
{
    const std::vector<Link> links{
        versioned({1}, "1.1"), link({1, 0}), link({3, 0}), versioned({3303}, "1.1")};

    BOOST_TEST(lwm2m::formatRegistration(links, lwm2m::optionalFormats()) ==
               "</>;rt=\"oma.lwm2m\";ct=\"60 110 112 11542 11544\","
               "</1>;ver=1.1,</1/0>,</3/0>,</3303>;ver=1.1");
}

BOOST_AUTO_TEST_CASE(writes_a_single_format_without_quotes)
{
    const std::array<api::ContentFormat, 1> formats{110};

    BOOST_TEST(lwm2m::formatRegistration({}, formats) == "</>;rt=\"oma.lwm2m\";ct=110");
}

// LwM2M Core §6.3.2's example of a Discover on /3/0/7.
BOOST_AUTO_TEST_CASE(writes_a_discover)
{
    Link resource = link({3, 0, 7});
    resource.dimension = 2;
    resource.attributes.pmin = 10s;
    resource.attributes.pmax = 60s;
    resource.attributes.gt = 50;
    resource.attributes.lt = 42.2;
    Link instance = link({3, 0, 7, 1});
    instance.attributes.lt = 45;
    const std::vector<Link> links{resource, link({3, 0, 7, 0}), instance};

    BOOST_TEST(lwm2m::formatLinks(links) ==
               "</3/0/7>;dim=2;pmin=10;pmax=60;gt=50;lt=42.2,</3/0/7/0>,</3/0/7/1>;lt=45");
    BOOST_TEST(lwm2m::formatLinks({}) == "");
}

BOOST_AUTO_TEST_CASE(writes_a_bootstrap_discover)
{
    Link server = link({0, 0});
    server.shortServerId = 101;
    server.serverUri = "coaps://server_1.example.com";
    const std::vector<Link> links{server, link({0, 1}), versioned({3}, "1.2")};

    BOOST_TEST(lwm2m::formatBootstrapDiscover(links, "1.1") ==
               "</>;lwm2m=1.1,</0/0>;ssid=101;uri=\"coaps://server_1.example.com\","
               "</0/1>,</3>;ver=1.2");
    BOOST_TEST(lwm2m::formatBootstrapDiscover({}, "1.0") == "lwm2m=\"1.0\"");
}

BOOST_AUTO_TEST_SUITE_END()
