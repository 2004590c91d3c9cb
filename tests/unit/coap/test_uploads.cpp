// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/coap/block_sink.hpp"
#include "tests/unit/coap/block_fixture.hpp"

using namespace causeway;
using tests::BlockFixture;
using tests::content;

namespace {

constexpr std::uint8_t changed = 68, incomplete = 136, tooLarge = 141;

} // namespace

BOOST_AUTO_TEST_SUITE(uploads)

BOOST_AUTO_TEST_CASE(interleaved_uploads_to_different_paths_stay_apart)
{
    BlockFixture f;
    f.answer = content({});
    f.answer->code = model::OutcomeCode::Changed;

    f.put({0, true, 4}, base::Bytes(256, 'a'), "a");
    f.put({0, true, 4}, base::Bytes(256, 'b'), "b");
    f.put({1, true, 4}, base::Bytes(256, 'a'), "a");
    BOOST_TEST(f.lastCode() == coap::continueCode);
    f.put({1, false, 4}, base::Bytes(1, 'b'), "b");
    f.put({2, false, 4}, base::Bytes(2, 'a'), "a");

    BOOST_TEST(f.lastCode() == changed);
    BOOST_REQUIRE(f.requests.size() == 2U);
    BOOST_TEST(f.requests[0].payload == base::Bytes(257, 'b'), boost::test_tools::per_element());
    BOOST_TEST(f.requests[1].payload == base::Bytes(514, 'a'), boost::test_tools::per_element());
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(the_upload_that_rested_longest_makes_room_for_one_too_many)
{
    static_assert(coap::BlockSink::mostUploads == 4);
    BlockFixture f;
    f.answer = content({});
    f.answer->code = model::OutcomeCode::Changed;
    for (const char* path : {"a", "b", "c", "d"})
        f.put({0, true, 4}, base::Bytes(256, 'x'), path);
    f.put({1, true, 4}, base::Bytes(256, 'x'), "a");
    f.put({0, false, 4}, base::Bytes(1, 'x'), "whole in one block");
    BOOST_TEST(f.requests.size() == 1U);

    f.put({0, true, 4}, base::Bytes(256, 'x'), "e");

    f.put({1, false, 4}, base::Bytes(1, 'x'), "b");
    BOOST_TEST(f.lastCode() == incomplete);
    for (const char* path : {"c", "d", "e"}) {
        f.put({1, false, 4}, base::Bytes(1, 'x'), path);
        BOOST_TEST(f.lastCode() == changed);
    }
    f.put({2, false, 4}, base::Bytes(1, 'x'), "a");
    BOOST_TEST(f.lastCode() == changed);
}

BOOST_AUTO_TEST_CASE(pieces_of_different_formats_are_not_one_body)
{
    BlockFixture f;
    f.put({0, true, 4}, base::Bytes(256, 'a'), "a", {}, 110);

    f.put({1, false, 4}, base::Bytes(1, 'a'), "a", {}, 112);
    BOOST_TEST(f.lastCode() == incomplete);
    f.put({1, false, 4}, base::Bytes(1, 'a'), "a");
    BOOST_TEST(f.lastCode() == incomplete);

    f.answer = content({});
    f.put({1, false, 4}, base::Bytes(1, 'a'), "a", {}, 110);
    BOOST_TEST(f.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_size_that_is_wrong_harms_no_upload_but_one_too_large_does)
{
    BlockFixture f;
    f.answer = content({});
    f.put({0, true, 4}, base::Bytes(256, 'a'), "a", 10);
    f.put({0, true, 4}, base::Bytes(256, 'b'), "b");
    f.put({1, false, 4}, base::Bytes(1, 'a'), "a", 999);
    BOOST_TEST(f.requests.size() == 1U);

    f.put({1, true, 4}, base::Bytes(256, 'b'), "b", coap::BlockSink::largestBody + 1);

    BOOST_TEST(f.lastCode() == tooLarge);
    BOOST_TEST((f.last().size1 == coap::BlockSink::largestBody));
    f.put({2, false, 4}, base::Bytes(1, 'b'), "b");
    BOOST_TEST(f.lastCode() == incomplete);
}

BOOST_AUTO_TEST_SUITE_END()
