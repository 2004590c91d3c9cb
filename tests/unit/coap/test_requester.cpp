// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/exchange_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;
using coap::MessageType;
using tests::ExchangeFixture;

namespace {

constexpr std::uint8_t created = 65, changed = 68;

void receiveEmpty(ExchangeFixture& f, MessageType type, std::uint16_t messageId)
{
    f.receive(coap::writeEmpty(type, messageId));
}

} // namespace

BOOST_AUTO_TEST_SUITE(requester)

BOOST_AUTO_TEST_CASE(a_piggybacked_response_ends_the_request)
{
    ExchangeFixture f;
    f.postRd();

    f.respond(MessageType::Acknowledgement, created);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0]->code == model::OutcomeCode::Created));
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_separate_response_is_acknowledged_and_so_is_its_repetition)
{
    ExchangeFixture f;
    f.postRd();
    receiveEmpty(f, MessageType::Acknowledgement, f.last().header.messageId);
    const auto request = f.sent.back();

    f.respond(MessageType::Confirmable, created);
    BOOST_TEST(f.lastHex() == "60007000");
    f.sent.push_back(request);
    f.nextPeerMessageId = 0x7000;
    f.respond(MessageType::Confirmable, created);

    BOOST_TEST(f.lastHex() == "60007000");
    BOOST_TEST(f.results.size() == 1U);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_separate_response_stops_retransmission_though_the_acknowledgement_is_lost)
{
    ExchangeFixture f;
    f.postRd();

    f.respond(MessageType::NonConfirmable, changed);

    BOOST_TEST(f.results.size() == 1U);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_response_with_another_token_or_message_id_is_not_taken)
{
    ExchangeFixture f;
    f.postRd();
    auto header = f.last().header;

    header.token.octets[0] ^= 1U;
    header.type = MessageType::Acknowledgement;
    header.code = created;
    f.receive(coap::MessageWriter(header));
    header.token.octets[0] ^= 1U;
    header.messageId ^= 1U;
    f.receive(coap::MessageWriter(header));

    BOOST_TEST(f.results.empty());
}

BOOST_AUTO_TEST_CASE(an_unacknowledged_request_is_sent_five_times_then_the_peer_is_lost)
{
    ExchangeFixture f;
    std::vector<base::TimePoint> times;
    f.postRd();
    for (std::size_t seen = 0; f.results.empty(); f.scheduler.advance(10ms)) {
        if (f.sent.size() > seen)
            times.push_back(f.scheduler.now());
        seen = f.sent.size();
    }

    BOOST_TEST(f.sent.size() == 5U);
    for (const auto& datagram : f.sent)
        BOOST_TEST(datagram == f.sent.front(), boost::test_tools::per_element());
    BOOST_TEST((times[1] - times[0] >= 1990ms));
    BOOST_TEST((times[1] - times[0] <= 3020ms));
    BOOST_TEST((times[4] - times[0] >= 29900ms));
    BOOST_TEST((times[4] - times[0] <= 45100ms));
    BOOST_TEST((f.scheduler.now() - times[0] <= 93100ms));
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Timeout));
    BOOST_TEST(f.lost.size() == 1U);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(retransmission_is_spread_at_random)
{
    std::set<base::Duration> timeouts;
    for (int i = 0; i < 20; ++i) {
        ExchangeFixture f;
        f.postRd();
        while (f.sent.size() == 1)
            f.scheduler.advance(1ms);
        timeouts.insert(f.scheduler.now().time_since_epoch());
    }

    BOOST_TEST(timeouts.size() > 10U);
}

BOOST_AUTO_TEST_CASE(tokens_are_eight_octets_that_do_not_repeat)
{
    std::set<api::Token> tokens;
    ExchangeFixture f;
    for (int i = 0; i < 100; ++i) {
        f.postRd();
        BOOST_TEST(f.last().header.token.size == 8);
        tokens.insert(f.last().header.token);
        f.respond(MessageType::Acknowledgement, changed);
    }

    BOOST_TEST(tokens.size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_reset_request_is_refused)
{
    ExchangeFixture f;
    f.postRd();

    receiveEmpty(f, MessageType::Reset, f.last().header.messageId);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Refused));
    BOOST_TEST(f.lost.empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledged_request_that_is_never_answered_fails_alone)
{
    ExchangeFixture f;
    f.postRd();
    receiveEmpty(f, MessageType::Acknowledgement, f.last().header.messageId);

    f.scheduler.advance(92s);
    BOOST_TEST(f.results.empty());
    f.scheduler.advance(2s);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Timeout));
    BOOST_TEST(f.lost.empty());
}

BOOST_AUTO_TEST_CASE(requests_go_one_at_a_time_in_the_order_asked)
{
    ExchangeFixture f;
    f.postRd();
    f.postRd();
    BOOST_TEST(f.sent.size() == 1U);

    receiveEmpty(f, MessageType::Acknowledgement, f.last().header.messageId);
    BOOST_TEST(f.sent.size() == 1U);
    f.respond(MessageType::NonConfirmable, changed);

    BOOST_TEST(f.sent.size() == 2U);
    f.respond(MessageType::Acknowledgement, created);
    BOOST_REQUIRE(f.results.size() == 2U);
    BOOST_TEST((f.results[1]->code == model::OutcomeCode::Created));
}

BOOST_AUTO_TEST_CASE(a_lost_peer_fails_what_waits_after_what_was_under_way)
{
    ExchangeFixture f;
    f.postRd();
    f.postRd();

    f.scheduler.advance(94s);

    BOOST_REQUIRE(f.results.size() == 2U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Timeout));
    BOOST_TEST(f.lost.size() == 1U);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_response_with_an_unknown_critical_option_is_reset_and_fails)
{
    ExchangeFixture f;
    f.postRd();
    coap::Header header = f.last().header;
    header.type = MessageType::Confirmable;
    header.code = changed;
    header.messageId = 0x0102;
    coap::MessageWriter writer(header);
    writer.option(coap::OptionNumber{9}, {});

    f.receive(writer);

    BOOST_TEST(f.lastHex() == "70000102");
    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Refused));
}

BOOST_AUTO_TEST_CASE(a_session_may_end_in_the_callback_of_its_request)
{
    ExchangeFixture f;
    f.exchange->request({}, [&](auto) { f.exchange.reset(); });
    f.postRd();

    f.respond(MessageType::Acknowledgement, created);

    BOOST_TEST(!f.exchange);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_session_may_end_while_its_requests_fail)
{
    ExchangeFixture f;
    f.exchange->request({}, [&](auto) { f.exchange.reset(); });
    f.postRd();

    f.scheduler.advance(94s);

    BOOST_TEST(f.results.empty());
    BOOST_TEST(f.lost.empty());
}

BOOST_AUTO_TEST_CASE(an_echo_is_repeated_once)
{
    ExchangeFixture f;
    f.postRd();
    const base::Bytes echo{1, 2, 3};
    coap::TransferOptions options;
    options.echo = echo;
    const auto challenge = [&] {
        coap::Header header = f.last().header;
        header.type = MessageType::Acknowledgement;
        header.code = 129;
        coap::MessageWriter writer(header);
        writer.option(coap::OptionNumber::Echo, echo);
        f.receive(writer);
    };

    challenge();
    BOOST_TEST(f.last().echo == base::ByteView(echo), boost::test_tools::per_element());
    BOOST_TEST(f.results.empty());
    challenge();

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0]->code == model::OutcomeCode::Unauthorized));
}

BOOST_AUTO_TEST_CASE(options_that_fit_no_message_fail_the_request)
{
    ExchangeFixture f;
    api::Request request;
    request.path.assign(10, std::string(200, 'x'));

    f.exchange->request(request, [&](auto result) { f.results.push_back(result); });
    BOOST_TEST(f.results.empty());
    f.scheduler.advance(1ms);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::LimitExceeded));
}

namespace {

constexpr std::uint8_t content = 69;

/// Asks for one block of /fw.
void getBlock(ExchangeFixture& f, std::uint32_t number, std::uint8_t exponent)
{
    api::Request request;
    request.path = {"fw"};
    request.host = "repository.example";
    request.block = api::AnswerBlock{number, exponent};
    f.exchange->request(std::move(request), [&f](auto result) { f.results.push_back(result); });
}

} // namespace

BOOST_AUTO_TEST_CASE(one_block_of_an_answer_is_asked_for_and_given)
{
    ExchangeFixture f;
    getBlock(f, 3, 2);
    BOOST_TEST((f.last().block2 == coap::Block{3, false, 2}));
    BOOST_TEST(!f.last().size2.has_value());
    const base::Bytes etag{1, 2};
    coap::TransferOptions options;
    options.block2 = coap::Block{3, true, 2};
    options.size2 = 1000;
    options.etag = etag;

    f.respond(MessageType::Acknowledgement, content, options, f.body(64));

    BOOST_REQUIRE(f.results.size() == 1U);
    const auto& given = f.results[0].value().block.value();
    BOOST_TEST(given.offset() == 192U);
    BOOST_TEST(given.hasMore);
    BOOST_TEST(given.total.value() == 1000U);
    BOOST_TEST(given.etag == etag);
    BOOST_TEST(f.results[0]->payload == f.body(64));
}

BOOST_AUTO_TEST_CASE(the_first_block_asks_for_the_size_of_all)
{
    ExchangeFixture f;

    getBlock(f, 0, 6);

    BOOST_TEST(f.last().size2.value() == 0U);
    BOOST_TEST(f.lastHex().find(base::toHex(base::asBytes("repository.example"))) !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_without_blocks_is_a_whole_one)
{
    ExchangeFixture f;
    getBlock(f, 0, 0);

    f.respond(MessageType::Acknowledgement, content, {}, f.body(700));

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST(!f.results[0].value().block.value().hasMore);
    BOOST_TEST(f.results[0]->payload.size() == 700U);
}

BOOST_AUTO_TEST_CASE(a_block_of_another_size_than_it_says_is_none)
{
    struct Row
    {
        coap::Block block;
        std::size_t size;
    };

    for (const auto& row : {Row{{0, true, 2}, 63}, {{0, false, 2}, 65}, {{0, true, 7}, 64}}) {
        ExchangeFixture f;
        getBlock(f, 0, 2);
        coap::TransferOptions options;
        options.block2 = row.block;

        f.respond(MessageType::Acknowledgement, content, options, f.body(row.size));

        BOOST_REQUIRE(f.results.size() == 1U);
        BOOST_TEST((f.results[0].error().kind == ErrorKind::Corrupt));
    }
}

BOOST_AUTO_TEST_SUITE_END()
