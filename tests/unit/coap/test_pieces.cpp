// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/exchange_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using coap::continueCode;
using tests::ExchangeFixture;

namespace {

/// A server that pushes to /5/0/0 with Block1.
struct PushFixture : ExchangeFixture
{
    /// The answer's code, or nothing when there is none yet.
    std::uint8_t push(std::uint32_t number, bool hasMore, std::size_t size = 16)
    {
        coap::Header header;
        header.code = static_cast<std::uint8_t>(api::Method::Put);
        header.messageId = nextPeerMessageId++;
        header.token = {{1}, 1};
        api::Request request;
        request.path = {"5", "0", "0"};
        coap::TransferOptions options;
        options.block1 = coap::Block{number, hasMore, 0};
        options.size1 = size1;
        auto message = coap::writeRequest(header, request, options);
        message.payload(body(size));
        const auto before = sent.size();
        receive(message);
        return sent.size() == before ? coap::emptyCode : last().header.code;
    }

    void accept() { answer = changed(); }

    static api::Response changed()
    {
        api::Response response;
        response.code = model::OutcomeCode::Changed;
        return response;
    }

    std::optional<std::uint32_t> size1;
};

constexpr std::uint8_t changedCode = 68;
constexpr std::uint8_t badRequest = 128;
constexpr std::uint8_t incomplete = 136;
constexpr std::uint8_t serverError = 160;

} // namespace

BOOST_FIXTURE_TEST_SUITE(pieces, PushFixture)

BOOST_AUTO_TEST_CASE(go_on_as_they_come)
{
    accept();
    size1 = 37;

    BOOST_TEST(push(0, true) == continueCode);
    BOOST_TEST((last().block1 == coap::Block{0, true, 0}));
    BOOST_TEST(push(1, true) == continueCode);
    BOOST_TEST(push(2, false, 5) == changedCode);

    BOOST_REQUIRE(requests.size() == 3U);
    BOOST_TEST(requests[0].piece->total.value() == 37U);
    BOOST_TEST(requests[1].piece->offset == 16U);
    BOOST_TEST(!requests[1].piece->isLast);
    BOOST_TEST(requests[2].piece->isLast);
    BOOST_TEST((requests[2].payload == body(5)));
}

BOOST_AUTO_TEST_CASE(are_answered_when_the_handler_has_them)
{
    BOOST_TEST(push(0, true) == coap::emptyCode);

    waiting.front()(changed());

    BOOST_TEST(last().header.code == continueCode);
}

BOOST_AUTO_TEST_CASE(are_more_than_a_body_may_be)
{
    accept();
    const std::uint32_t many = coap::BlockSink::largestBody / 16 + 10;

    for (std::uint32_t number = 0; number < many; ++number)
        BOOST_REQUIRE(push(number, true) == continueCode);

    BOOST_TEST(requests.size() == many);
}

BOOST_AUTO_TEST_CASE(come_in_order_or_not_at_all)
{
    accept();

    BOOST_TEST(push(3, true) == incomplete);
    push(0, true);
    BOOST_TEST(push(2, true) == incomplete);
    BOOST_TEST(push(1, true, 15) == badRequest);
    BOOST_TEST(push(1, true) == continueCode);

    BOOST_TEST(requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(go_on_once_when_their_sender_repeats_itself)
{
    accept();
    push(0, true);
    push(1, true);

    BOOST_TEST(push(1, true) == continueCode);

    BOOST_TEST(requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(push_no_other_request_out_of_memory)
{
    accept();
    const std::string write =
        "4003 F0F0 B1 33 FF 31"; // PUT /3, never acknowledged as far as it knows
    receive(write);
    const std::string reply = lastHex();
    const std::uint32_t many = 2 * coap::ReplyCache::mostRemembered;
    for (std::uint32_t number = 0; number < many; ++number)
        BOOST_REQUIRE(push(number, true) == continueCode);

    receive(write);

    BOOST_TEST(requests.size() == 1U + many);
    BOOST_TEST(lastHex() == reply);
}

BOOST_AUTO_TEST_CASE(repeat_their_answer_when_they_are_retransmitted)
{
    accept();
    push(0, true);
    push(1, true);
    const std::string reply = lastHex();
    --nextPeerMessageId;

    BOOST_TEST(push(1, true) == continueCode);

    BOOST_TEST(lastHex() == reply);
    BOOST_TEST(requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(begin_anew_while_an_older_one_still_waits)
{
    push(0, true);
    push(0, true); // under a new message ID: an upload of its own
    api::Response superseded;
    superseded.code = model::OutcomeCode::RequestIncomplete;

    waiting.at(0)(std::move(superseded));
    waiting.at(1)(changed());
    accept();

    BOOST_TEST(push(1, true) == continueCode);
}

BOOST_AUTO_TEST_CASE(begin_anew_with_the_first)
{
    accept();
    push(0, true);
    push(1, true);

    BOOST_TEST(push(0, true) == continueCode);
    BOOST_TEST(push(1, false) == changedCode);

    BOOST_TEST(requests.size() == 4U);
}

BOOST_AUTO_TEST_CASE(end_with_the_first_failure)
{
    accept();
    push(0, true);
    answer->code = model::OutcomeCode::RequestTooLarge;
    push(1, true);
    accept();

    BOOST_TEST(push(2, true) == incomplete);

    BOOST_TEST(requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(end_when_there_is_no_room_for_one)
{
    push(0, true);
    waiting.front()(changed());
    for (std::size_t i = 0; i < coap::Responder::mostPending; ++i)
        receive("40 01 50" + base::toHex(base::Bytes{static_cast<std::uint8_t>(i)}) + "b133");

    BOOST_TEST(push(1, true) == serverError);
    BOOST_TEST(push(1, true) == incomplete);
}

BOOST_AUTO_TEST_CASE(are_forgotten_when_their_sender_is_silent)
{
    accept();
    push(0, true);

    scheduler.advance(coap::exchangeLifetime);

    BOOST_TEST(push(1, true) == incomplete);
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(leave_another_upload_alone)
{
    accept();
    push(0, true);
    receive("44 03 6001 00000001 b133 d10308 ff" + base::toHex(body(16))); // PUT /3, Block1 0/more
    BOOST_TEST(last().header.code == continueCode);

    BOOST_TEST(push(1, false) == changedCode);
}

// RFC 7959 §2.9.3.
BOOST_AUTO_TEST_CASE(that_are_too_many_are_told_how_many_there_may_be)
{
    api::Response tooLarge;
    tooLarge.code = model::OutcomeCode::RequestTooLarge;
    tooLarge.largestBody = 4096;
    answer = tooLarge;

    BOOST_TEST(push(0, true) == 141);

    BOOST_TEST(last().size1.value() == 4096U);
}

BOOST_AUTO_TEST_SUITE_END()
