// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/exchange_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using coap::MessageType;
using tests::content;
using tests::ExchangeFixture;

namespace {

// GET /3 in the types, with the token aa.
constexpr auto confirmableGet = "41 01 1234 aa b1 33";
constexpr auto nonConfirmableGet = "51 01 1234 aa b1 33";
constexpr auto confirmablePut = "41 03 1234 aa b1 33 ff 31";

std::string emptyMessage(const std::string& type, std::uint16_t messageId)
{
    const std::uint8_t octets[]{static_cast<std::uint8_t>(messageId >> 8U),
                                static_cast<std::uint8_t>(messageId)};
    return type + "00" + base::toHex(octets);
}

} // namespace

BOOST_AUTO_TEST_SUITE(responder)

BOOST_AUTO_TEST_CASE(an_answer_given_at_once_travels_on_the_acknowledgement)
{
    ExchangeFixture f;
    f.answer = content({'x'});

    f.receive(confirmableGet);

    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST(f.lastHex() == "61451234aaff78");
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(what_nobody_listens_to_is_as_if_it_had_not_come)
{
    ExchangeFixture f;
    f.answer = content({'x'});
    f.listens = false;

    f.receive(confirmablePut);
    f.receive(nonConfirmableGet);
    BOOST_TEST(f.requests.empty());
    BOOST_TEST(f.sent.empty());

    f.listens = true; // and the server sends it again
    f.receive(confirmablePut);
    BOOST_TEST(f.requests.size() == 1U);
    BOOST_TEST(f.lastHex() == "61451234aaff78");
}

BOOST_AUTO_TEST_CASE(what_was_served_is_repeated_also_when_nobody_listens_any_more)
{
    ExchangeFixture f;
    f.answer = content({'x'});

    f.receive(confirmablePut);
    f.sent.clear();
    f.listens = false;
    f.receive(confirmablePut);

    BOOST_TEST(f.lastHex() == "61451234aaff78");
    BOOST_TEST(f.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_given_late_travels_separately_until_acknowledged)
{
    ExchangeFixture f;

    f.receive(confirmableGet);
    BOOST_TEST(f.sent.empty());
    f.scheduler.advance(1s);
    BOOST_TEST(f.lastHex() == "60001234");
    f.waiting.front()(content({'x'}));

    BOOST_TEST(f.sent.size() == 2U);
    const auto message = f.last();
    BOOST_TEST((message.header.type == MessageType::Confirmable));
    BOOST_TEST(message.header.token.octets[0] == 0xaa);
    f.receive(emptyMessage("60", message.header.messageId));
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(an_answer_within_the_delay_still_travels_on_the_acknowledgement)
{
    ExchangeFixture f;

    f.receive(confirmableGet);
    f.scheduler.advance(900ms);
    f.waiting.front()(content({'x'}));

    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST(f.lastHex() == "61451234aaff78");
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_non_confirmable_request_is_answered_non_confirmably)
{
    ExchangeFixture f;
    f.answer = content({'x'});

    f.receive(nonConfirmableGet);

    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST((f.last().header.type == MessageType::NonConfirmable));
    BOOST_TEST(f.last().header.code == 69);
}

BOOST_AUTO_TEST_CASE(a_repeated_request_runs_once_and_gets_the_same_answer)
{
    ExchangeFixture f;
    f.answer = content({'x'});
    f.receive(confirmablePut);
    f.answer = content({'y'});

    f.receive(confirmablePut);
    f.scheduler.advance(246s);
    f.receive(confirmablePut);

    BOOST_TEST(f.requests.size() == 1U);
    BOOST_TEST(f.sent.size() == 3U);
    BOOST_TEST(f.sent[1] == f.sent[0], boost::test_tools::per_element());
    BOOST_TEST(f.sent[2] == f.sent[0], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_message_id_is_free_again_after_the_exchange_lifetime)
{
    ExchangeFixture f;
    f.answer = content({'x'});
    f.receive(confirmablePut);

    f.scheduler.advance(249s);
    f.receive(confirmablePut);

    BOOST_TEST(f.requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_repeated_non_confirmable_request_is_ignored)
{
    ExchangeFixture f;
    f.answer = content({'x'});

    f.receive(nonConfirmableGet);
    f.receive(nonConfirmableGet);
    f.scheduler.advance(144s);
    f.receive(nonConfirmableGet);

    BOOST_TEST(f.requests.size() == 1U);
    BOOST_TEST(f.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_repeated_before_its_answer_waits_with_it)
{
    ExchangeFixture f;
    f.receive(confirmablePut);

    f.receive(confirmablePut);
    BOOST_TEST(f.sent.empty());
    f.scheduler.advance(2s);
    f.receive(confirmablePut);

    BOOST_TEST(f.requests.size() == 1U);
    BOOST_TEST(f.sent.size() == 2U);
    BOOST_TEST(f.lastHex() == "60001234");
}

BOOST_AUTO_TEST_CASE(an_action_is_not_repeated_even_when_its_answer_is_forgotten)
{
    ExchangeFixture f;
    f.answer = content({'x'});
    f.receive(confirmablePut);
    for (std::uint16_t id = 1; id <= 20; ++id)
        f.receive(coap::MessageWriter({MessageType::Confirmable, 3, id, {}}));
    const auto sent = f.sent.size();

    f.receive(confirmablePut);

    BOOST_TEST(f.requests.size() == 21U);
    BOOST_TEST(f.sent.size() == sent);
}

BOOST_AUTO_TEST_CASE(a_dropped_respond_answers_5_00)
{
    ExchangeFixture f;
    f.receive(confirmableGet);

    f.waiting.clear();

    BOOST_TEST(f.lastHex() == "61a01234aa");
}

BOOST_AUTO_TEST_CASE(a_respond_that_outlives_its_exchange_does_nothing)
{
    ExchangeFixture f;
    f.receive(confirmableGet);

    f.exchange.reset();
    f.waiting.front()(content({'x'}));

    BOOST_TEST(f.sent.empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_critical_option_is_refused_when_confirmable)
{
    ExchangeFixture f;
    f.answer = content({});

    f.receive("41 01 1234 aa 10"); // If-Match
    f.receive("51 01 1235 aa 10");

    BOOST_TEST(f.requests.empty());
    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST(f.last().header.code == 130);
}

BOOST_AUTO_TEST_CASE(a_proxy_is_what_we_are_not)
{
    ExchangeFixture f;

    f.receive("41 01 1234 aa d1 16 61");

    BOOST_TEST(f.last().header.code == 165);
}

BOOST_AUTO_TEST_CASE(an_unknown_method_is_not_allowed)
{
    ExchangeFixture f;
    f.answer = content({});

    f.receive("41 08 1234 aa");

    BOOST_TEST(f.requests.empty());
    BOOST_TEST(f.last().header.code == 133);
}

BOOST_AUTO_TEST_CASE(a_ping_is_reset)
{
    ExchangeFixture f;

    f.receive("40 00 1234");

    BOOST_TEST(f.lastHex() == "70001234");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_processed_is_reset_when_confirmable_and_else_ignored)
{
    ExchangeFixture f;
    f.answer = content({});

    f.receive("40 01 1234 ff"); // format error
    f.receive("40 20 1235");    // reserved class 1
    f.receive("40 45 1236");    // a response to nothing
    f.receive("50 01 1237 ff"); // the same, non-confirmable
    f.receive("50 20 1238");    //
    f.receive("50 45 1239");    //
    f.receive("60 01 123a");    // a request as acknowledgement
    f.receive("70 01 123b");    // as reset
    f.receive("70 45 123c");    // a response as reset
    f.receive("50 00 123d");    // empty and non-confirmable
    f.receive("80 01 123e");    // another version
    f.receive("60 00 123f");    // acknowledges nothing
    f.receive("70 00 1240");    // resets nothing

    BOOST_TEST(f.requests.empty());
    BOOST_REQUIRE(f.sent.size() == 3U);
    BOOST_TEST(base::toHex(f.sent[0]) == "70001234");
    BOOST_TEST(base::toHex(f.sent[1]) == "70001235");
    BOOST_TEST(base::toHex(f.sent[2]) == "70001236");
}

BOOST_AUTO_TEST_CASE(too_many_unanswered_requests_are_turned_away)
{
    ExchangeFixture f;
    for (std::uint16_t id = 0; id < coap::Responder::mostPending; ++id)
        f.receive(coap::MessageWriter({MessageType::Confirmable, 1, id, {}}));

    f.receive(confirmableGet);

    BOOST_TEST(f.requests.size() == coap::Responder::mostPending);
    BOOST_TEST(f.last().header.code == 160); // no answer to device management may be 5.03
    BOOST_TEST(base::asText(f.last().payload) == "too many requests wait for an answer");
}

BOOST_AUTO_TEST_CASE(a_separate_answer_that_nobody_acknowledges_means_the_peer_is_lost)
{
    ExchangeFixture f;
    f.receive(confirmableGet);
    f.scheduler.advance(1s);
    f.waiting.front()(content({'x'}));

    f.scheduler.advance(94s);

    BOOST_TEST(f.lost.size() == 1U);
    BOOST_TEST(f.sent.size() == 1U + 5U);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_SUITE_END()
