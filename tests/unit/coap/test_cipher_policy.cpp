// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/test/unit_test.hpp>

#include "agent/coap/alerts.hpp"
#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/reply_cache.hpp"
#include "agent/coap/server_uri.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::SecurityMode;
using coap::CbcRule;
using coap::Negotiated;

BOOST_AUTO_TEST_SUITE(cipher_policy)

BOOST_AUTO_TEST_CASE(psk_offers_ccm_8_then_cbc_and_nothing_else)
{
    const auto suites = coap::offeredSuites(SecurityMode::Psk, {});

    BOOST_REQUIRE(suites.has_value());
    BOOST_TEST(coap::priorityString(SecurityMode::Psk, *suites, CbcRule::OnlyEncryptThenMac) ==
               "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+AES-128-CBC:+SHA256"
               ":+SIGN-ECDSA-SHA256:%FORCE_ETM");
    BOOST_TEST(coap::priorityString(SecurityMode::Psk, *suites, CbcRule::AlsoMacThenEncrypt) ==
               "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+AES-128-CBC:+SHA256"
               ":+SIGN-ECDSA-SHA256");
}

BOOST_AUTO_TEST_CASE(nosec_has_no_suites)
{
    const auto suites = coap::offeredSuites(SecurityMode::NoSec, {});

    BOOST_TEST((suites.error().kind == base::ErrorKind::NotSupported));
}

BOOST_AUTO_TEST_CASE(r43_a_suite_of_another_mode_is_refused)
{
    struct Row
    {
        SecurityMode mode;
        std::string suite;
        std::string words;
    };

    for (const Row& row :
         {Row{SecurityMode::Psk, "0xC0AE", "does not go with security mode psk"},
          Row{SecurityMode::RawPublicKey, "0xC0A8", "does not go with security mode rpk"},
          Row{SecurityMode::Certificate, "0x00AE", "does not go with security mode certificate"}}) {
        const auto suites = coap::offeredSuites(row.mode, std::array{row.suite});
        BOOST_REQUIRE(!suites);
        BOOST_TEST(suites.error().message.ends_with(row.words), suites.error().message);
    }
}

BOOST_AUTO_TEST_CASE(what_was_negotiated_is_checked_against_the_offer)
{
    struct Row
    {
        Negotiated negotiated;
        CbcRule rule;
        int suite; ///< 0: refused
    };

    constexpr auto strict = CbcRule::OnlyEncryptThenMac;
    constexpr auto lax = CbcRule::AlsoMacThenEncrypt;
    const auto suites = *coap::offeredSuites(SecurityMode::Psk, {});
    for (const Row& row : {
             Row{{"PSK", "AES-128-CCM-8", "AEAD", false}, strict, 0xC0A8},
             Row{{"PSK", "AES-128-CBC", "SHA256", true}, strict, 0x00AE},
             Row{{"PSK", "AES-128-CBC", "SHA256", false}, strict, 0},
             Row{{"PSK", "AES-128-CBC", "SHA256", false}, lax, 0x00AE},
             Row{{"PSK", "AES-128-CBC", "SHA1", true}, strict, 0},
             Row{{"ECDHE-PSK", "AES-128-CCM-8", "AEAD", false}, strict, 0},
             Row{{"PSK", "AES-128-GCM", "AEAD", false}, lax, 0},
         }) {
        const auto suite = coap::checkSuite(suites, row.rule, row.negotiated);
        BOOST_TEST((suite ? suite->number : 0) == row.suite, row.negotiated.cipher);
    }
}

BOOST_AUTO_TEST_CASE(alerts_are_explained_by_name)
{
    BOOST_TEST(coap::explainAlert(20) == "the server refused the pre-shared key or does not know "
                                         "the identity (alert 20 bad_record_mac)");
    BOOST_TEST(coap::explainAlert(115) ==
               "the server does not know the pre-shared key identity (alert 115 "
               "unknown_psk_identity)");
    BOOST_TEST(coap::explainAlert(200) == "the server ended the connection (alert 200)");
}

BOOST_AUTO_TEST_CASE(alerts_against_a_device_are_told_from_others)
{
    for (const int alert : {42, 45, 48, 115})
        BOOST_TEST(coap::isAgainstDevice(alert), alert);
    for (const int alert : {0, 40, 47, 80, 255})
        BOOST_TEST(!coap::isAgainstDevice(alert), alert);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(server_uri)

BOOST_AUTO_TEST_CASE(r03_uris_are_taken_apart)
{
    struct Row
    {
        std::string text;
        bool isSecure;
        std::string host;
        std::uint16_t port;
        bool isStream = false;
    };

    for (const Row& row : {
             Row{"coaps://lwm2m.example.org", true, "lwm2m.example.org", 5684},
             Row{"coap://192.0.2.1:61616", false, "192.0.2.1", 61616},
             Row{"coap://192.0.2.1", false, "192.0.2.1", 5683},
             Row{"coaps://[2001:db8::1]:5684", true, "2001:db8::1", 5684},
             Row{"coaps://[::1]", true, "::1", 5684},
             Row{"coaps://host/", true, "host", 5684},
             Row{"coap+tcp://host", false, "host", 5683, true},
             Row{"coaps+tcp://[::1]", true, "::1", 5684, true},
             Row{"coaps+tcp://host:443", true, "host", 443, true},
         }) {
        const auto uri = coap::parseServerUri(row.text);
        BOOST_REQUIRE_MESSAGE(uri.has_value(), row.text);
        BOOST_TEST(uri->isSecure == row.isSecure, row.text);
        BOOST_TEST(uri->isStream == row.isStream, row.text);
        BOOST_TEST(uri->host == row.host, row.text);
        BOOST_TEST(uri->port == row.port, row.text);
    }
}

BOOST_AUTO_TEST_CASE(malformed_uris_are_refused_with_a_reason)
{
    for (const std::string text : {"",
                                   "coaps",
                                   "coaps:",
                                   "coaps://",
                                   "host:5684",
                                   "http://host",
                                   "coap+ws://host",
                                   "coaps://:5684",
                                   "coaps://host:",
                                   "coaps://host:/",
                                   "coaps://host:0",
                                   "coaps://host:65536",
                                   "coaps://host:port",
                                   "coaps://[::1",
                                   "coaps://host/rd",
                                   "coaps://host?a=b"}) {
        const auto uri = coap::parseServerUri(text);
        BOOST_REQUIRE_MESSAGE(!uri, text);
        BOOST_TEST(uri.error().message.find("\"" + text + "\" is no server URI: ") == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reply_cache)

using Kind = coap::ReplyCache::Kind;

BOOST_AUTO_TEST_CASE(what_acts_is_remembered_longer_than_its_reply)
{
    coap::ReplyCache cache;
    const base::TimePoint now{};
    const base::Bytes reply{1, 2, 3};
    for (std::uint16_t id = 0; id < 100; ++id) {
        cache.remember(id, id % 2 == 0 ? Kind::Reads : Kind::Acts, 247s, now);
        cache.keepReply(id, reply);
    }

    BOOST_TEST(!cache.find(0, now));   // safe: forgotten with its reply
    BOOST_REQUIRE(cache.find(1, now)); // acts: remembered
    BOOST_TEST(cache.find(1, now)->reply.empty());
    BOOST_TEST(cache.find(98, now)->reply.size() == 3U);
    BOOST_TEST(!cache.find(99, now + 249s));
}

BOOST_AUTO_TEST_CASE(memory_stays_bounded_however_many_requests_come)
{
    coap::ReplyCache cache;
    for (std::uint32_t id = 0; id < 5000; ++id)
        cache.remember(static_cast<std::uint16_t>(id), Kind::Acts, 247s, base::TimePoint{});

    BOOST_TEST(!cache.find(5000 - coap::ReplyCache::mostRemembered - 1, base::TimePoint{}));
    BOOST_TEST(cache.find(5000 - coap::ReplyCache::mostRemembered, base::TimePoint{}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
