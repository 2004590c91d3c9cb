// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;

namespace {

/// The server has disabled the client for 300 s.
struct Disabled : ClientFixture
{
    Disabled()
    {
        registerClient();
        writeText("/1/0/5", "300");
        api::Request disable;
        disable.method = api::Method::Post;
        disable.path = {"1", "0", "4"};
        ask(std::move(disable));
        peer().answer(OutcomeCode::Deleted);
        scheduler.advance(0s);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(disable)

BOOST_FIXTURE_TEST_CASE(stays_away_over_a_restart_when_a_server_has_disabled_it, Disabled)
{
    ClientFixture later(owner.state);
    later.client->start(0s);

    later.scheduler.advance(299s);
    BOOST_TEST(later.transport.peers.empty());
    later.scheduler.advance(1s);

    BOOST_TEST(later.transport.peers.size() == 1U);
    later.scheduler.advance(0s);
    BOOST_TEST(later.owner.state.at("server/site/disabled") == "");
}

BOOST_FIXTURE_TEST_CASE(comes_back_when_the_operator_wants_it, Disabled)
{
    ClientFixture later(owner.state);
    later.client->start(0s);

    later.client->updateNow("site");
    later.scheduler.advance(0s);

    BOOST_TEST(later.transport.peers.size() == 1U);
    BOOST_TEST(later.owner.state.at("server/site/disabled") == "");
}

// However the clock was set meanwhile.
BOOST_FIXTURE_TEST_CASE(stays_away_no_longer_than_it_was_told_to, Disabled)
{
    auto state = owner.state;
    state.at("server/site/disabled").front() = '8'; // 2247
    ClientFixture later(state);
    later.client->start(0s);

    later.scheduler.advance(1s);
    BOOST_TEST(later.transport.peers.empty());
    later.scheduler.advance(299s);

    BOOST_TEST(later.transport.peers.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(does_not_stay_away_until_a_time_that_cannot_be, Disabled)
{
    for (const char* before : {"9", "-9"}) {
        auto state = owner.state;
        auto& kept = state.at("server/site/disabled");
        kept = before + kept;
        ClientFixture later(state);
        later.client->start(0s);

        later.scheduler.advance(0s);

        BOOST_TEST(later.transport.peers.size() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(does_not_stay_away_from_another_server_under_the_same_name, Disabled)
{
    ClientFixture later(owner.state, "1.1", false, "coaps://other.example");
    later.client->start(0s);

    later.scheduler.advance(0s);

    BOOST_TEST(later.transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
