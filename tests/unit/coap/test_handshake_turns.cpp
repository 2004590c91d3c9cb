// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <boost/test/unit_test.hpp>

#include "agent/coap/handshake_turns.hpp"
#include "tests/fakes/fake_scheduler.hpp"

/// What a server is asked for at once when many devices want a session.

using namespace causeway;
using coap::HandshakeTurns;

namespace {

constexpr int most = HandshakeTurns::mostAtOnce;

struct Fixture
{
    fakes::FakeScheduler scheduler;
    coap::Deferred deferred{scheduler};
    HandshakeTurns turns{scheduler, deferred};
    std::map<int, HandshakeTurns::Turn> held;
    std::vector<int> begun;

    void want(int device, const std::string& server = "main")
    {
        held[device] = turns.take(server, [this, device] { begun.push_back(device); });
    }

    void wantMany(int count)
    {
        for (int device = 0; device < count; ++device)
            want(device);
        settle();
    }

    void settle() { scheduler.advance(base::Duration::zero()); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handshake_turns, Fixture)

BOOST_AUTO_TEST_CASE(one_begins_at_once_but_not_inside_the_call)
{
    want(1);
    BOOST_TEST(begun.empty());
    settle();
    BOOST_TEST(begun == std::vector<int>{1});
}

BOOST_AUTO_TEST_CASE(no_more_begin_than_a_server_answers_and_the_next_follow_in_order)
{
    wantMany(most + 2);
    BOOST_TEST(begun.size() == HandshakeTurns::mostAtOnce);

    held.erase(5);
    settle();
    BOOST_TEST(begun.back() == most);
    held.erase(7);
    settle();
    BOOST_TEST(begun.back() == most + 1);
}

BOOST_AUTO_TEST_CASE(another_server_is_not_waited_for)
{
    wantMany(most + 1);
    want(1000, "other");
    settle();
    BOOST_TEST(begun.back() == 1000);
    BOOST_TEST(begun.size() == HandshakeTurns::mostAtOnce + 1);
}

BOOST_AUTO_TEST_CASE(who_goes_while_waiting_never_begins_and_frees_no_place)
{
    wantMany(most + 2);
    held.erase(most);
    settle();
    BOOST_TEST(begun.size() == HandshakeTurns::mostAtOnce);
    held.erase(0);
    settle();
    BOOST_TEST(begun.back() == most + 1);
}

BOOST_AUTO_TEST_CASE(those_that_a_server_does_not_answer_hold_up_nobody_for_long)
{
    wantMany(2 * most + 1);
    scheduler.advance(HandshakeTurns::longestTurn);
    BOOST_TEST(begun.size() == 2 * HandshakeTurns::mostAtOnce);
    scheduler.advance(HandshakeTurns::longestTurn);
    BOOST_TEST(begun.size() == 2 * HandshakeTurns::mostAtOnce + 1);
    held.erase(0); // whose time was over long ago
    settle();
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_a_server_that_nobody_asks)
{
    wantMany(most + 3);
    held.clear();
    settle();
    BOOST_TEST(begun.size() == HandshakeTurns::mostAtOnce);
    BOOST_TEST(!scheduler.hasTimers());
    want(1);
    settle();
    BOOST_TEST(begun.back() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
