// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/coap/server_host.hpp"

/// What may stand where a server's host stands. rNN: the row in tests/README.md.

using namespace causeway;

BOOST_AUTO_TEST_SUITE(server_host)

BOOST_AUTO_TEST_CASE(names_and_addresses_may_be_hosts)
{
    for (const std::string host : {"lwm2m.example.com",
                                   "lwm2m.example.com.",
                                   "localhost",
                                   "my_server-7",
                                   "0xserver",
                                   "127.0.0.1",
                                   "::1",
                                   "2001:db8::1",
                                   "::ffff:127.0.0.1",
                                   "fe80::1%eth0"})
        BOOST_TEST(coap::admitHost(host).has_value(), host);
}

// RFC 3986 §7.4
BOOST_AUTO_TEST_CASE(an_address_in_a_rare_writing_is_none)
{
    for (const std::string host : {"127.1",
                                   "127.1.",
                                   "127.0.1",
                                   "127.0.0.1.",
                                   "0x7f000001",
                                   "0X7F.1",
                                   "2130706433",
                                   "017700000001",
                                   "0177.0.0.1",
                                   "127.0.0.01"}) {
        const auto admitted = coap::admitHost(host);
        BOOST_REQUIRE_MESSAGE(!admitted, host);
        BOOST_TEST(admitted.error().message.find("write 127.0.0.1 if") != std::string::npos,
                   admitted.error().message);
        BOOST_TEST(!coap::admitServerName(host).has_value(), host);
        BOOST_TEST(coap::sentName(host, "").empty(), host);
        BOOST_TEST(coap::sentName("localhost", host).empty(), host);
    }
}

BOOST_AUTO_TEST_CASE(what_is_neither_is_refused)
{
    for (const std::string host : {"",
                                   ".",
                                   "..",
                                   ".a",
                                   "a..b",
                                   "a..",
                                   "a b",
                                   "a\n",
                                   "user@a",
                                   "1::2::3",
                                   "::1%",
                                   "a:b",
                                   "127.0.0.1:"}) {
        BOOST_TEST(!coap::admitHost(host).has_value(), host);
    }
    BOOST_TEST(!coap::admitHost(std::string(254, 'a')).has_value());
    BOOST_TEST(coap::admitHost(std::string(253, 'a') + '.').has_value());
}

// RFC 6066 §3
BOOST_AUTO_TEST_CASE(an_address_is_never_sent_as_a_name)
{
    for (const std::string host : {"127.0.0.1", "::1", "fe80::1%eth0", "2001:db8::1"}) {
        BOOST_TEST(coap::isAddress(host), host);
        BOOST_TEST(coap::sentName(host, "").empty(), host);
        BOOST_TEST(!coap::admitServerName(host).has_value(), host);
    }
    BOOST_TEST(coap::sentName("127.0.0.1", "lwm2m.example.com") == "lwm2m.example.com");
    BOOST_TEST(coap::sentName("other.example", "lwm2m.example.com") == "lwm2m.example.com");
    BOOST_TEST(coap::sentName("other.example", "") == "other.example");
}

BOOST_AUTO_TEST_CASE(a_name_is_sent_without_its_final_dot)
{
    BOOST_TEST(coap::sentName("lwm2m.example.com.", "") == "lwm2m.example.com");
    BOOST_TEST(coap::sentName("127.0.0.1", "lwm2m.example.com.") == "lwm2m.example.com");
    BOOST_TEST(coap::withoutFinalDot("a") == "a");
    BOOST_TEST(coap::withoutFinalDot("").empty());
    BOOST_TEST(coap::admitServerName("lwm2m.example.com.").has_value());
    BOOST_TEST(!coap::admitServerName(".").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
