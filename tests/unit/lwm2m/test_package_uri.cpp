// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/firmware/package_uri.hpp"

using namespace causeway;
using api::PackageProtocol;
using lwm2m::parsePackageUri;
using Texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(package_uri)

BOOST_AUTO_TEST_CASE(is_taken_apart)
{
    const auto uri =
        parsePackageUri("CoAPs://Repository.Example:5700/fw/a%20b%2Fc//x?v=1&k=%26").value();

    BOOST_TEST((uri.protocol == PackageProtocol::Coaps));
    BOOST_TEST(uri.host == "repository.example");
    BOOST_TEST(uri.port == 5700);
    BOOST_TEST((uri.path == Texts{"fw", "a b/c", "", "x"}));
    BOOST_TEST((uri.query == Texts{"v=1", "k=&"}));
}

BOOST_AUTO_TEST_CASE(has_the_port_of_its_protocol)
{
    for (const auto& [text, port] : {std::pair("coap://h/fw", 5683),
                                     std::pair("coaps://h/fw", 5684),
                                     std::pair("coap+tcp://h/fw", 5683),
                                     std::pair("coaps+tcp://h/fw", 5684),
                                     std::pair("http://h:/fw", 80),
                                     std::pair("https://[2001:db8::1]/fw", 443)})
        BOOST_TEST(parsePackageUri(text).value().port == port);
}

BOOST_AUTO_TEST_CASE(of_another_protocol_is_one_all_the_same)
{
    for (const auto* text : {"ftp://h/fw", "coap+ws://h/fw", "coaps+ws://h:1/fw"})
        BOOST_TEST(!parsePackageUri(text).value().protocol);
}

// RFC 7252 §6.4 and §6.5.
BOOST_AUTO_TEST_CASE(without_a_path_has_no_segment)
{
    for (const auto* text : {"coap://h", "coap://h/"})
        BOOST_TEST(parsePackageUri(text).value().path.empty());
    BOOST_TEST((parsePackageUri("coap://h/fw/").value().path == Texts{"fw", ""}));
}

BOOST_AUTO_TEST_CASE(is_refused_when_it_is_none)
{
    for (const std::string text : {"",
                                   "over there",
                                   "fw",
                                   "://h/fw",
                                   "1coap://h/fw",
                                   "coap:/h/fw",
                                   "coap:///fw",
                                   "coap://:5683/fw",
                                   "coap://h:0/fw",
                                   "coap://h:65536/fw",
                                   "coap://h:5x/fw",
                                   "coap://[::1/fw",
                                   "coap://[1.2.3.4]/fw",
                                   "coap://[::1]x/fw",
                                   "coap://user:secret@h/fw",
                                   "coap://h/fw#part",
                                   "coap://h/%zz",
                                   "coap://h/%2",
                                   "coap://h/%00",
                                   "coap://h/%ff",
                                   "coap://a%2fb/fw",
                                   "coap://h/a b",
                                   "coap://h/\n"})
        BOOST_TEST(!parsePackageUri(text).has_value(), text);
    BOOST_TEST(!parsePackageUri("coap://h/" + std::string(247, 'x')).has_value());
    std::string deep = "coap://h";
    for (int i = 0; i < 33; ++i)
        deep += "/x";
    BOOST_TEST(!parsePackageUri(deep).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
