// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/block_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;
using coap::Block;
using coap::MessageType;
using tests::BlockFixture;
using tests::content;

namespace {

constexpr std::uint8_t changed = 68, contentCode = 69, incomplete = 136, tooLarge = 141,
                       badRequest = 128;

} // namespace

BOOST_AUTO_TEST_SUITE(block)

BOOST_AUTO_TEST_CASE(an_upload_reaches_the_handler_once_and_whole)
{
    BlockFixture f;
    f.answer = content({});
    f.answer->code = model::OutcomeCode::Changed;

    f.put({0, true, 4}, f.piece({0, true, 4}, 600));
    BOOST_TEST(f.lastCode() == coap::continueCode);
    BOOST_TEST((f.last().block1 == Block{0, true, 4}));
    f.put({1, true, 4}, f.piece({1, true, 4}, 600));
    f.put({2, false, 4}, f.piece({2, false, 4}, 600));

    BOOST_TEST(f.lastCode() == changed);
    BOOST_TEST((f.last().block1 == Block{2, false, 4}));
    BOOST_REQUIRE(f.requests.size() == 1U);
    BOOST_TEST(f.requests[0].payload == f.body(600), boost::test_tools::per_element());
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_gap_in_an_upload_is_refused)
{
    BlockFixture f;
    f.put({0, true, 4}, f.piece({0, true, 4}, 2000));

    f.put({2, true, 4}, f.piece({2, true, 4}, 2000));

    BOOST_TEST(f.lastCode() == incomplete);
    BOOST_TEST(f.requests.empty());
}

BOOST_AUTO_TEST_CASE(an_upload_that_begins_in_the_middle_is_refused)
{
    BlockFixture f;

    f.put({1, false, 4}, f.piece({1, false, 4}, 300));

    BOOST_TEST(f.lastCode() == incomplete);
    BOOST_TEST(f.requests.empty());
}

BOOST_AUTO_TEST_CASE(a_restarted_upload_has_nothing_of_the_first)
{
    BlockFixture f;
    f.answer = content({});
    f.put({0, true, 4}, base::Bytes(256, 'o'));
    f.put({1, true, 4}, base::Bytes(256, 'o'));

    f.put({0, true, 4}, f.piece({0, true, 4}, 300));
    f.put({1, false, 4}, f.piece({1, false, 4}, 300));

    BOOST_REQUIRE(f.requests.size() == 1U);
    BOOST_TEST(f.requests[0].payload == f.body(300), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_piece_of_another_upload_is_not_mixed_in)
{
    BlockFixture f;
    f.put({0, true, 4}, base::Bytes(256, 'a'), "a");

    f.put({1, false, 4}, base::Bytes(10, 'b'), "b");

    BOOST_TEST(f.lastCode() == incomplete);
    BOOST_TEST(f.requests.empty());
}

BOOST_AUTO_TEST_CASE(other_requests_are_served_during_an_upload)
{
    BlockFixture f;
    f.answer = content({'x'});
    f.put({0, true, 4}, f.piece({0, true, 4}, 300));

    f.get({}, "3");
    BOOST_TEST(f.lastCode() == contentCode);
    f.put({1, false, 4}, f.piece({1, false, 4}, 300));

    BOOST_REQUIRE(f.requests.size() == 2U);
    BOOST_TEST(f.requests[1].payload == f.body(300), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_last_piece_again_under_another_message_id_is_acknowledged_again)
{
    BlockFixture f;
    f.answer = content({});
    f.put({0, true, 4}, f.piece({0, true, 4}, 300));
    f.put({0, true, 4}, f.piece({0, true, 4}, 300));
    f.put({1, false, 4}, f.piece({1, false, 4}, 300));

    BOOST_REQUIRE(f.requests.size() == 1U);
    BOOST_TEST(f.requests[0].payload.size() == 300U);
}

BOOST_AUTO_TEST_CASE(an_announced_size_above_the_cap_is_refused_at_once)
{
    BlockFixture f;

    f.put({0, true, 6}, base::Bytes(1024, 'x'), "5", 0xFFFFFFFF);

    BOOST_TEST(f.lastCode() == tooLarge);
    BOOST_TEST((f.last().size1 == coap::BlockSink::largestBody));
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_body_that_grows_above_the_cap_is_refused_and_freed)
{
    BlockFixture f;
    const base::Bytes kilobyte(1024, 'x');
    for (std::uint32_t number = 0; number < 64; ++number)
        f.put({number, true, 6}, kilobyte);
    BOOST_TEST(f.lastCode() == coap::continueCode);

    f.put({64, true, 6}, kilobyte);

    BOOST_TEST(f.lastCode() == tooLarge);
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(pieces_of_the_wrong_size_are_refused)
{
    BlockFixture f;
    f.put({0, true, 4}, base::Bytes(255, 'x'));
    BOOST_TEST(f.lastCode() == badRequest);
    f.put({0, false, 4}, base::Bytes(257, 'x'));
    BOOST_TEST(f.lastCode() == badRequest);
    f.put({0, true, 7}, base::Bytes(1024, 'x'));
    BOOST_TEST(f.lastCode() == badRequest);
    f.get(Block{0, false, 7});
    BOOST_TEST(f.lastCode() == badRequest);

    BOOST_TEST(f.requests.empty());
}

BOOST_AUTO_TEST_CASE(an_upload_that_stops_is_forgotten)
{
    BlockFixture f;
    f.put({0, true, 4}, f.piece({0, true, 4}, 300));

    f.scheduler.advance(248s);
    BOOST_TEST(!f.scheduler.hasTimers());
    f.put({1, false, 4}, f.piece({1, false, 4}, 300));

    BOOST_TEST(f.lastCode() == incomplete);
}

BOOST_AUTO_TEST_CASE(a_large_answer_is_read_block_by_block_from_one_moment)
{
    BlockFixture f;
    f.answer = content(f.body(2500));
    base::Bytes read;
    f.get({});
    BOOST_TEST(f.last().etag.size() == 8U);
    f.answer = content(base::Bytes(2500, 'n'));

    for (std::uint32_t number = 1;; ++number) {
        const auto part = f.last();
        read.insert(read.end(), part.payload.begin(), part.payload.end());
        if (!part.block2 || !part.block2->hasMore)
            break;
        f.get(Block{number, false, 6});
    }

    BOOST_TEST(f.requests.size() == 1U);
    BOOST_TEST(read == f.body(2500), boost::test_tools::per_element());
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(the_server_may_ask_for_smaller_blocks_at_once_or_later)
{
    BlockFixture f;
    f.answer = content(f.body(2500));

    f.get(Block{0, false, 2});
    BOOST_TEST((f.last().block2 == Block{0, true, 2}));
    BOOST_TEST(f.last().payload.size() == 64U);
    f.get({});
    f.get(Block{4, false, 4}); // after 1024 octets

    BOOST_TEST((f.last().block2 == Block{4, true, 4}));
    const auto part = f.last();
    BOOST_TEST(base::Bytes(part.payload.begin(), part.payload.end()) == f.piece({4, true, 4}, 2500),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_answers_under_way_do_not_mix)
{
    BlockFixture f;
    f.answer = content(base::Bytes(1500, 'a'));
    f.get({}, "a");
    f.answer = content(base::Bytes(1500, 'b'));
    f.get({}, "b");

    f.get(Block{1, false, 6}, "a");

    const auto part = f.last();
    BOOST_TEST(part.payload.size() == 476U);
    BOOST_TEST(std::ranges::all_of(part.payload, [](auto octet) { return octet == 'a'; }));
}

BOOST_AUTO_TEST_CASE(answers_to_two_questions_under_way_do_not_mix)
{
    BlockFixture f;
    f.answer = content(base::Bytes(1500, 'a'));
    f.fetch({0, false, 6}, "a");
    f.answer = content(base::Bytes(1500, 'b'));
    f.fetch({0, false, 6}, "b");
    f.answer = content(base::Bytes(1500, 'c')); // nobody shall ask again

    for (const std::string question : {"a", "b"}) {
        f.fetch({1, false, 6}, question);

        const auto part = f.last();
        BOOST_TEST(part.payload.size() == 476U);
        BOOST_TEST(std::ranges::all_of(part.payload,
                                       [&](auto octet) { return octet == question.front(); }));
    }
    BOOST_TEST(f.requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_rest_of_an_answer_is_found_by_its_request_tag)
{
    BlockFixture f;
    f.answer = content(base::Bytes(1500, 'a'));
    f.fetch({0, false, 6}, "a", "1");
    f.answer = content(base::Bytes(1500, 'b'));
    f.fetch({0, false, 6}, "b", "2");

    f.fetch({1, false, 6}, "", "1");
    BOOST_TEST(f.last().payload.front() == 'a');
    f.fetch({1, false, 6}, "");

    BOOST_TEST(f.last().payload.front() == 'b');
}

BOOST_AUTO_TEST_CASE(a_question_whose_answer_is_forgotten_is_asked_afresh)
{
    BlockFixture f;
    f.answer = content(f.body(1500));

    f.fetch({1, false, 6}, "a");

    BOOST_TEST(f.lastCode() == contentCode);
    BOOST_TEST(f.last().payload.size() == 476U);
    BOOST_TEST(f.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_block_beyond_the_end_is_a_bad_request)
{
    BlockFixture f;
    f.answer = content(f.body(1500));
    f.get({});

    f.get(Block{9, false, 6});

    BOOST_TEST(f.lastCode() == badRequest);
}

BOOST_AUTO_TEST_CASE(a_forgotten_body_is_read_afresh_by_get_and_refused_to_fetch)
{
    BlockFixture f;
    f.answer = content(f.body(1500));

    f.get(Block{1, false, 6});
    BOOST_TEST(f.lastCode() == contentCode);
    BOOST_TEST(f.last().payload.size() == 476U);
    f.get(Block{1, false, 6}, "5", 5);

    BOOST_TEST(f.lastCode() == incomplete);
    BOOST_TEST(f.requests.size() == 1U);
}

// A notification whose first block went before a bootstrap began, or goes while it lasts.
BOOST_AUTO_TEST_CASE(the_rest_of_a_body_is_served_also_when_nobody_listens)
{
    BlockFixture f;
    f.answer = content(f.body(600));
    f.get(Block{0, false, 4});
    f.listens = false;

    f.get(Block{1, false, 4});
    BOOST_TEST(f.lastCode() == contentCode);
    BOOST_TEST((f.last().block2 == Block{1, true, 4}));
    f.get(Block{2, false, 4});

    BOOST_TEST((f.last().block2 == Block{2, false, 4}));
    BOOST_TEST(f.last().payload == f.piece({2, false, 4}, 600), boost::test_tools::per_element());
    BOOST_TEST(f.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_would_read_or_write_anew_is_not_heard_when_nobody_listens)
{
    BlockFixture f;
    f.answer = content(f.body(600));
    f.get(Block{0, false, 4});
    f.listens = false;
    const auto sent = f.sent.size();

    f.get(Block{0, false, 4});
    f.get({});
    f.get(Block{1, false, 4}, "6");
    f.get(Block{1, false, 4}, "5", 5);
    f.get(Block{1, false, 7});
    f.put({1, false, 4}, {'x'});

    BOOST_TEST(f.sent.size() == sent);
    BOOST_TEST(f.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(frozen_bodies_are_forgotten_in_time_and_in_number)
{
    BlockFixture f;
    f.answer = content(f.body(1500));
    for (char name = 'a'; name < 'j'; ++name)
        f.get({}, std::string(1, name));

    f.scheduler.advance(248s);

    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_large_request_goes_up_in_blocks)
{
    BlockFixture f;
    base::Bytes received;
    f.postRd(2500);
    BOOST_TEST((f.last().size1 == 2500U));

    for (;;) {
        const auto part = f.last();
        received.insert(received.end(), part.payload.begin(), part.payload.end());
        coap::TransferOptions options;
        options.block1 = part.block1;
        if (!part.block1->hasMore)
            break;
        f.respond(MessageType::Acknowledgement, coap::continueCode, options);
    }
    f.respond(MessageType::Acknowledgement, 65);

    BOOST_TEST(received == f.body(2500), boost::test_tools::per_element());
    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0]->code == model::OutcomeCode::Created));
    BOOST_TEST(f.sent.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_server_with_smaller_blocks_gets_smaller_ones)
{
    BlockFixture f;
    f.postRd(2500);
    coap::TransferOptions options;
    options.block1 = Block{0, true, 4};

    f.respond(MessageType::Acknowledgement, coap::continueCode, options);

    BOOST_TEST((f.last().block1 == Block{4, true, 4}));
    const auto part = f.last();
    BOOST_TEST(base::Bytes(part.payload.begin(), part.payload.end()) == f.piece({4, true, 4}, 2500),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_too_large_for_the_server_is_tried_in_smaller_blocks)
{
    BlockFixture f;
    f.postRd(1000);
    coap::TransferOptions options;
    options.block1 = Block{0, true, 5};

    f.respond(MessageType::Acknowledgement, tooLarge, options);

    BOOST_TEST((f.last().block1 == Block{0, true, 5}));
}

BOOST_AUTO_TEST_CASE(a_broken_upload_is_begun_again_once)
{
    BlockFixture f;
    f.postRd(2500);
    f.respond(MessageType::Acknowledgement, coap::continueCode);
    BOOST_TEST(f.last().block1->number == 1U);

    f.respond(MessageType::Acknowledgement, incomplete);
    BOOST_TEST(f.last().block1->number == 0U);
    f.respond(MessageType::Acknowledgement, incomplete);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0]->code == model::OutcomeCode::RequestIncomplete));
}

BOOST_AUTO_TEST_CASE(long_options_make_the_blocks_smaller)
{
    BlockFixture f;
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd"};
    request.query = {"ep=" + std::string(200, 'e')};
    request.payload = f.body(1000);

    f.exchange->request(request, [&](auto result) { f.results.push_back(result); });

    BOOST_TEST(f.sent.back().size() <= coap::largestMessage);
    BOOST_TEST((f.last().block1 == Block{0, true, 5}));
}

BOOST_AUTO_TEST_CASE(a_large_answer_to_us_is_put_together)
{
    BlockFixture f;
    f.postRd();
    for (std::uint32_t number = 0; number < 3; ++number) {
        const Block part{number, number < 2, 6};
        coap::TransferOptions options;
        options.block2 = part;
        f.respond(MessageType::Acknowledgement, contentCode, options, f.piece(part, 2500));
    }

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_REQUIRE(f.results[0].has_value());
    BOOST_TEST(f.results[0]->payload == f.body(2500), boost::test_tools::per_element());
    BOOST_TEST(f.last().payload.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_that_changes_between_its_blocks_fails)
{
    BlockFixture f;
    f.postRd();
    const base::Bytes first{1}, second{2};
    coap::TransferOptions options;
    options.block2 = Block{0, true, 6};
    options.etag = first;
    f.respond(MessageType::Acknowledgement, contentCode, options, base::Bytes(1024, 'a'));
    options.block2 = Block{1, false, 6};
    options.etag = second;

    f.respond(MessageType::Acknowledgement, contentCode, options, base::Bytes(10, 'b'));

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(an_endless_answer_is_cut_off)
{
    BlockFixture f;
    f.postRd();
    for (std::uint32_t number = 0; f.results.empty() && number < 100; ++number) {
        coap::TransferOptions options;
        options.block2 = Block{number, true, 6};
        f.respond(MessageType::Acknowledgement, contentCode, options, base::Bytes(1024, 'a'));
    }

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0].error().kind == ErrorKind::LimitExceeded));
}

BOOST_AUTO_TEST_SUITE_END()
