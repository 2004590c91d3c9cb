// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

using State = api::RegistrationStatus::State;

/// A client with the servers first, second and third, as a bootstrap has left them; each gives up
/// after one attempt.
struct ThreeServers : BootstrapFixture
{
    /// Whose turn is when, of the first ones: order, initial delay and whether it blocks.
    struct Place
    {
        std::optional<std::uint32_t> order;
        std::chrono::seconds initialDelay{0};
        bool blocks = false;
    };

    void start(const std::vector<Place>& places, const api::ClientState& state = {})
    {
        std::vector<api::ServerSettings> servers;
        for (const auto* name : {"first", "second", "third"}) {
            auto& settings = servers.emplace_back(siteWithId7());
            settings.name = name;
            settings.uri = std::string("coaps://") + name;
            settings.shortServerId = static_cast<std::uint16_t>(servers.size());
            settings.retryCount = 1;
            settings.sequenceDelay = 60s;
            if (servers.size() > places.size())
                continue;
            const Place& place = places[servers.size() - 1];
            settings.registrationOrder = place.order;
            settings.initialDelay = place.initialDelay;
            settings.blocksOnFailure = place.blocks;
        }
        client = std::make_unique<Client>(
            ClientSettings{"meter-1", "ep-1", api::factoryAccounts(servers), state},
            transport,
            scheduler,
            testDefinitions(),
            owner);
        client->start(0s);
        scheduler.advance(0s);
    }

    std::vector<std::string> opened() const
    {
        std::vector<std::string> uris;
        for (const auto& peer : transport.peers)
            uris.push_back(peer->settings.uri.substr(8));
        return uris;
    }

    std::vector<std::string> sorted() const
    {
        auto names = opened();
        std::ranges::sort(names);
        return names;
    }

    std::vector<State> states() const
    {
        std::vector<State> all;
        for (const auto& status : client->status())
            all.push_back(status.state);
        return all;
    }

    void registerLast()
    {
        peer().connect();
        peer().accept();
        scheduler.advance(0s);
    }

    void failLast()
    {
        peer().lose({ErrorKind::Unreachable, "nobody is there", {}});
        scheduler.advance(0s);
    }
};

using Names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(registration_order, ThreeServers)

BOOST_AUTO_TEST_CASE(servers_without_a_place_are_registered_with_at_once)
{
    start({});

    BOOST_TEST((sorted() == Names{"first", "second", "third"}));
}

BOOST_AUTO_TEST_CASE(servers_with_a_place_come_one_after_the_other)
{
    start({{9, 0s, false}, {2, 0s, false}});

    BOOST_TEST((opened() == Names{"third", "second"}));
    registerLast();
    BOOST_TEST((opened() == Names{"third", "second", "first"}));
}

BOOST_AUTO_TEST_CASE(a_server_that_fails_lets_the_next_one_come)
{
    start({{1, 0s, false}, {2, 0s, false}, {3, 0s, false}});

    failLast();

    BOOST_TEST((opened() == Names{"first", "second"}));
}

BOOST_AUTO_TEST_CASE(a_server_that_fails_may_block_the_others_until_it_has_the_client)
{
    start({{1, 0s, true}, {2, 0s, false}, {3, 0s, false}});

    failLast();
    BOOST_TEST((opened() == Names{"first"}));
    scheduler.advance(90s); // sequenceDelay and its spread
    BOOST_TEST((opened() == Names{"first", "first"}));
    registerLast();

    BOOST_TEST((opened() == Names{"first", "first", "second"}));
}

BOOST_AUTO_TEST_CASE(the_initial_delay_counts_from_the_server_before_and_only_once)
{
    const std::vector<Place> places{{1, 0s, false}, {2, 30s, false}, {3, 0s, false}};
    start(places);
    scheduler.advance(100s);
    registerLast();
    scheduler.advance(29s);
    BOOST_TEST((opened() == Names{"first"}));
    scheduler.advance(1s);
    BOOST_TEST((opened() == Names{"first", "second"}));
    registerLast();

    const auto kept = owner.state;
    transport.peers.clear();
    start(places, kept);
    registerLast();
    BOOST_TEST((opened() == Names{"first", "second"}));
}

BOOST_AUTO_TEST_CASE(a_server_before_its_turn_waits_and_may_be_asked_for)
{
    start({{1, 0s, true}, {2, 0s, false}, {3, 0s, false}});
    failLast();
    BOOST_TEST((states() == std::vector{State::Failed, State::Waiting, State::Waiting}));

    client->updateNow("second");
    scheduler.advance(0s);
    registerLast();

    BOOST_TEST((opened() == Names{"first", "second"}));
    BOOST_TEST((states() == std::vector{State::Failed, State::Registered, State::Waiting}));
    scheduler.advance(90s); // first's sequenceDelay and its spread
    registerLast();
    BOOST_TEST((opened() == Names{"first", "second", "first", "third"}));
}

BOOST_AUTO_TEST_CASE(a_server_that_was_asked_for_and_fails_blocks_nobody_before_its_turn)
{
    start({{1, 0s, false}, {2, 0s, true}, {3, 0s, false}});

    client->updateNow("second");
    scheduler.advance(0s);
    failLast();
    transport.peers.front()->connect();
    transport.peers.front()->accept();
    scheduler.advance(0s);

    BOOST_TEST((opened() == Names{"first", "second"}));
    BOOST_TEST((states() == std::vector{State::Registered, State::Failed, State::Waiting}));
    client->updateNow("second");
    scheduler.advance(0s);
    registerLast();
    BOOST_TEST((opened() == Names{"first", "second", "second", "third"}));
}

// The new account may have the same name, and its own initial delay.
BOOST_AUTO_TEST_CASE(a_registration_while_a_new_account_is_delivered_is_not_kept)
{
    auto site = siteWithId7();
    site.initialDelay = 2s;
    client = std::make_unique<Client>(
        ClientSettings{"meter-1", "ep-1", api::factoryAccounts({site, bootstrapSettings()}), {}},
        transport,
        scheduler,
        testDefinitions(),
        owner);
    client->start(0s);
    client->updateNow("boot");
    scheduler.advance(0s);
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    scheduler.advance(2s); // the Bootstrap-Server may still ask whether its Finish was heard
    registerLast();

    BOOST_TEST((states().front() == State::Registered));
    BOOST_TEST(!owner.state.contains("server/site/registered"));
}

BOOST_AUTO_TEST_SUITE_END()
