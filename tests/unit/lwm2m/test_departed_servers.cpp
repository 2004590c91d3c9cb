// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/departed_servers.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;
using model::Value;

namespace {

struct Named
{
    std::string name;
    std::uint16_t shortServerId;
};

/// A client with these servers, registered with all, whose state an earlier one has left.
struct Site : ClientFixture
{
    Site(const api::ClientState& kept, const std::vector<Named>& names)
    {
        owner.state = kept;
        std::vector<api::ServerSettings> servers;
        for (const auto& [name, id] : names) {
            api::ServerSettings server;
            server.name = name;
            server.uri = "coaps://" + name;
            server.shortServerId = id;
            servers.push_back(server);
        }
        client = std::make_unique<Client>(
            ClientSettings{"meter-1", "meter-1", api::factoryAccounts(std::move(servers)), kept},
            transport,
            scheduler,
            testDefinitions(),
            owner);
        auto object = std::make_unique<fakes::MemoryObject>(*testDefinitions().find(3303));
        object->values = {{temperature, Value(21.5)}};
        client->addObject(std::move(object));
        client->start(0s);
        scheduler.advance(0s);
        for (const auto& peer : transport.peers) {
            peer->connect();
            peer->accept();
        }
        scheduler.advance(0s);
    }

    OutcomeCode readAt(std::size_t server)
    {
        api::Request request;
        request.path = segmentsOf("/3303/0/5700");
        const auto answered = transport.peers[server]->request(std::move(request));
        scheduler.advance(0s);
        BOOST_REQUIRE(answered->has_value());
        return (*answered)->code;
    }
};

const Named first{"first", 101};
const Named second{"second", 102};
const Named other{"other", 102};

/// Server 102 may do everything with the sensor of server 101.
const api::ClientState shared{{"access/3303/0", "101 102=15"}};

} // namespace

BOOST_AUTO_TEST_SUITE(departed_servers)

BOOST_AUTO_TEST_CASE(keep_their_rights_while_they_are_there)
{
    const Site before(shared, {first, second});

    Site after(before.owner.state, {first, second});

    BOOST_CHECK(after.readAt(1) == OutcomeCode::Content);
}

BOOST_AUTO_TEST_CASE(leave_nothing_to_a_later_one_with_their_number)
{
    const Site before(shared, {first, second});
    const Site alone(before.owner.state, {first});

    Site after(alone.owner.state, {first, second});

    BOOST_CHECK(after.readAt(0) == OutcomeCode::Content);
    BOOST_CHECK(after.readAt(1) == OutcomeCode::Unauthorized);
}

BOOST_AUTO_TEST_CASE(leave_nothing_to_one_that_takes_their_place_at_once)
{
    const Site before(shared, {first, second});

    Site after(before.owner.state, {first, other});

    BOOST_CHECK(after.readAt(1) == OutcomeCode::Unauthorized);
}

BOOST_AUTO_TEST_CASE(leave_what_they_owned_to_who_may_write_and_delete_most)
{
    const Site before({{"access/3303/0", "102 101=1 103=3 104=11"}},
                      {first, second, {"third", 103}, {"fourth", 104}});

    const Site after(before.owner.state, {first, {"third", 103}, {"fourth", 104}});

    BOOST_TEST(after.owner.state.at("access/3303/0") == "104 101=1 103=3 104=11");
}

BOOST_AUTO_TEST_CASE(leave_alone_what_is_for_all_others)
{
    const Site before({{"access/3303/0", "101 0=1 102=15"}}, {first, second});

    Site after(before.owner.state, {first, other});

    BOOST_TEST(after.owner.state.at("access/3303/0") == "101 0=1");
    BOOST_CHECK(after.readAt(1) == OutcomeCode::Content);
}

// A device without accounts for a while, whose operator gives them back.
BOOST_AUTO_TEST_CASE(keep_their_rights_while_nobody_is_there)
{
    const Site before(shared, {first, second});

    const auto changes = withoutDeparted(before.owner.state, {});

    BOOST_TEST(changes.empty());
}

BOOST_AUTO_TEST_CASE(are_nothing_to_keep_for_a_device_with_one_server)
{
    const Site alone({}, {first});

    BOOST_TEST(alone.owner.state.empty());
}

BOOST_AUTO_TEST_SUITE_END()
