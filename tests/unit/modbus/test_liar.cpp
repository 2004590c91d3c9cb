// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/write_liar.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

// Thousands of times; tests/bench does it a million times.
BOOST_AUTO_TEST_SUITE(liar)

namespace {

constexpr int questions = 5000;

} // namespace

BOOST_FIXTURE_TEST_CASE(never_makes_an_rtu_line_believe_a_wrong_value, Liar<false>)
{
    run(questions);

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
}

BOOST_FIXTURE_TEST_CASE(never_makes_a_tcp_line_believe_a_wrong_value, Liar<true>)
{
    run(questions);

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
}

BOOST_FIXTURE_TEST_CASE(is_believed_again_when_it_tells_the_truth, Liar<false>)
{
    run(questions);
    isHonest = true;
    right = 0;

    for (std::uint8_t unitId = 1; unitId <= 4; ++unitId)
        ask(unitId);
    scheduler.advance(10s);

    BOOST_TEST(right == 4);
}

BOOST_FIXTURE_TEST_CASE(never_makes_an_rtu_line_tell_of_a_write_that_was_none, WriteLiar<false>)
{
    runWrites(questions);

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(twice == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
}

BOOST_FIXTURE_TEST_CASE(never_makes_a_tcp_line_tell_of_a_write_that_was_none, WriteLiar<true>)
{
    runWrites(questions);

    BOOST_TEST_MESSAGE(right << " right of " << questions);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(twice == 0);
    BOOST_TEST(ended == questions);
    BOOST_TEST(right > questions / 20);
}

BOOST_AUTO_TEST_SUITE_END()
