// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/account_state.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/object_links.hpp"
#include "agent/lwm2m/retry_schedule.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;
using Reported = api::RegistrationStatus::State;

namespace {

std::string textOf(const base::Bytes& bytes)
{
    return std::string(base::asText(bytes));
}

/// A client whose state an earlier one has left.
struct Kept : ClientFixture
{
    Kept()
        : ClientFixture({{"server/site/lifetime", "60 over 86400"},
                         {"server/site/pmin", "5 over 7"},
                         {"server/site/storing", "false over true"},
                         {"server/site/attributes/3303/0/5700", ";pmin=10;gt=5"}})
    {
        registerClient();
    }
};

/// Two servers.
struct Twice : ClientFixture
{
    Twice()
    {
        api::ServerSettings first;
        first.name = "first";
        first.uri = "coaps://a.example";
        api::ServerSettings second;
        second.name = "second";
        second.uri = "coaps://b.example";
        second.shortServerId = 2;
        client = std::make_unique<Client>(
            ClientSettings{"meter-1", "meter-1", api::factoryAccounts({first, second}), {}},
            transport,
            scheduler,
            testDefinitions(),
            owner);
        client->start(0s);
        scheduler.advance(0s);
        transport.peers[0]->connect();
        transport.peers[0]->accept();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_FIXTURE_TEST_CASE(lists_all_but_security, ClientFixture)
{
    client->start(0s);
    scheduler.advance(0s);

    peer().connect();

    BOOST_TEST(
        textOf(peer().asked.front().request.payload) ==
        R"(</>;rt="oma.lwm2m";ct="60 110 112 11542",</1>;ver=1.1,</1/0>,</3>;ver=1.1,</3/0>,)"
        "</3303>;ver=1.1,</3303/0>,</3306>;ver=1.1,</3306/0>,</3442/0>");
}

BOOST_FIXTURE_TEST_CASE(lists_versions_without_quotes_for_a_1_0_server, ClientFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    peer().answer(OutcomeCode::PreconditionFailed);

    const auto links = textOf(peer().asked.front().request.payload);
    BOOST_TEST(links.find(R"(</3303>;ver=1.1,</3303/0>)") != std::string::npos);
    BOOST_TEST(links.find(";ct=11543,") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(discovers_as_a_1_0_server_expects, ClientFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().answer(OutcomeCode::PreconditionFailed);
    peer().accept();

    const auto object = textOf(read("/3303", linkFormat));
    BOOST_TEST(object.find(R"(</3303>;ver=1.1,</3303/0>)") == 0U, object);
    BOOST_TEST(textOf(read("/3442/0/1120", linkFormat)) == "</3442/0/1120>;dim=2");
}

BOOST_AUTO_TEST_CASE(tells_1_0_where_a_later_server_would_expect_more)
{
    ObjectTree tree;
    tree.add(std::make_unique<fakes::MemoryObject>(*testDefinitions().find(2)));

    BOOST_TEST(registrationLinks(tree, ProtocolVersion::V1_2).find("</2>;ver=1.0") !=
               std::string::npos);
    BOOST_TEST(registrationLinks(tree, ProtocolVersion::V1_1).find("ver=") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(reads_tlv_by_default_with_a_1_0_server, ClientFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().answer(OutcomeCode::PreconditionFailed);
    peer().accept();

    BOOST_TEST(read("/3303/0/5700").contentFormat.value() == tlvFormat);
    BOOST_TEST(textOf(read("/3303/0/5700", oldJsonFormat)) ==
               R"({"bn":"/3303/0/","e":[{"n":"5700","v":21.5}]})");
}

BOOST_FIXTURE_TEST_CASE(tells_its_owner_once_that_its_status_changed, ClientFixture)
{
    registerClient();
    owner.statusChanges = 0;

    client->updateNow("");
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST(owner.statusChanges == 0);
    scheduler.advance(0s);

    BOOST_TEST(owner.statusChanges == 1);
}

BOOST_FIXTURE_TEST_CASE(knows_its_servers_by_name, ClientFixture)
{
    registerClient();

    BOOST_TEST(!client->updateNow("nobody"));
    BOOST_TEST(client->updateNow("site"));
    BOOST_TEST(peer().asked.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(updates_when_a_server_triggers_it, ClientFixture)
{
    registerClient();
    api::Request trigger;
    trigger.method = api::Method::Post;
    trigger.path = {"1", "0", "8"};

    const auto response = ask(std::move(trigger));

    BOOST_CHECK(response.code == OutcomeCode::Changed);
    BOOST_TEST(peer().asked.size() == 1U);
    BOOST_TEST(peer().asked.front().request.query.empty());
}

BOOST_FIXTURE_TEST_CASE(deregisters_when_a_server_disables_it, ClientFixture)
{
    registerClient();
    writeText("/1/0/5", "300");
    api::Request disable;
    disable.method = api::Method::Post;
    disable.path = {"1", "0", "4"};

    const auto response = ask(std::move(disable));
    BOOST_CHECK(response.code == OutcomeCode::Changed);
    BOOST_CHECK(peer().asked.front().request.method == api::Method::Delete);
    peer().answer(OutcomeCode::Deleted);
    BOOST_CHECK(client->status().front().state == Reported::Waiting);
    scheduler.advance(300s);

    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(stops_whatever_the_server_does, ClientFixture)
{
    registerClient();
    bool isStopped = false;

    client->stop(3s, [&] { isStopped = true; });
    scheduler.advance(3s);

    BOOST_TEST(isStopped);
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_FIXTURE_TEST_CASE(may_be_destroyed_when_it_says_that_it_has_stopped, ClientFixture)
{
    registerClient();

    client->stop(3s, [&] { client.reset(); });
    scheduler.advance(3s);

    BOOST_TEST(!client);
    BOOST_TEST(peer().isDestroyed);
}

BOOST_FIXTURE_TEST_CASE(survives_a_device_that_answers_after_it_is_gone, ClientFixture)
{
    registerClient();
    actuator->isHolding = true;
    api::Request request;
    request.method = api::Method::Put;
    request.path = {"3306", "0", "5850"};
    request.contentFormat = plainTextFormat;
    request.payload = base::toBytes("1");
    peer().request(std::move(request));
    auto held = std::move(actuator->held);

    client.reset();

    held({});
}

BOOST_FIXTURE_TEST_CASE(shows_a_malfunction_in_the_error_codes, ClientFixture)
{
    registerClient();
    BOOST_TEST(textOf(read("/3/0/11/0", plainTextFormat).payload) == "0");

    BOOST_TEST(device->setError(DeviceObject::peripheralMalfunction));
    BOOST_TEST(!device->setError(DeviceObject::peripheralMalfunction));
    BOOST_TEST(textOf(read("/3/0/11/0", plainTextFormat).payload) == "8");
    BOOST_TEST(device->clearError(DeviceObject::peripheralMalfunction));

    BOOST_TEST(textOf(read("/3/0/11/0", plainTextFormat).payload) == "0");
}

BOOST_FIXTURE_TEST_CASE(keeps_the_device_clock_running_after_a_write, ClientFixture)
{
    registerClient();

    writeText("/3/0/13", "1367491215");
    scheduler.advance(10s);

    BOOST_TEST(textOf(read("/3/0/13", plainTextFormat).payload) == "1367491225");
}

BOOST_FIXTURE_TEST_CASE(leaves_out_what_the_device_does_not_tell, ClientFixture)
{
    registerClient();

    BOOST_TEST(textOf(read("/3/0/0", plainTextFormat).payload) == "Eastron");
    BOOST_CHECK(read("/3/0/2", plainTextFormat).code == OutcomeCode::NotFound);
}

BOOST_FIXTURE_TEST_CASE(takes_up_what_servers_wrote_before_the_restart, Kept)
{
    BOOST_TEST(textOf(read("/1/0/1", plainTextFormat).payload) == "60");
    BOOST_TEST(textOf(read("/1/0/6", plainTextFormat).payload) == "0");
    BOOST_TEST(textOf(read("/3303/0/5700", linkFormat).payload) == "</3303/0/5700>;pmin=10;gt=5");
}

BOOST_FIXTURE_TEST_CASE(drops_what_a_server_wrote_over_an_older_setting, Kept)
{
    BOOST_CHECK(read("/1/0/2", plainTextFormat).code == OutcomeCode::NotFound);
}

BOOST_FIXTURE_TEST_CASE(keeps_attributes_until_they_are_unset, ClientFixture)
{
    registerClient();

    writeAttributes("/3303/0/5700", {"pmin=10"});
    BOOST_TEST(owner.state.at("server/site/attributes/3303/0/5700") == ";pmin=10");
    writeAttributes("/3303/0/5700", {"pmin"});

    BOOST_TEST(owner.state.at("server/site/attributes/3303/0/5700") == "");
}

BOOST_FIXTURE_TEST_CASE(forgets_the_attributes_of_a_vanished_instance, ClientFixture)
{
    registerClient();
    writeAttributes("/3303/0", {"pmin=10"});

    sensor->present.clear();
    client->onInstancesChanged();
    scheduler.advance(0s);

    BOOST_TEST(owner.state.at("server/site/attributes/3303/0") == "");
}

BOOST_FIXTURE_TEST_CASE(serves_one_server_while_the_other_is_silent, Twice)
{
    BOOST_CHECK(client->status().at(0).state == Reported::Registered);
    BOOST_CHECK(client->status().at(1).state == Reported::Connecting);
}

BOOST_FIXTURE_TEST_CASE(sends_values_unasked_to_every_server_that_can_hear, Twice)
{
    std::optional<base::Expected<void>> sent;

    client->send("", {{1}}, [&](base::Expected<void> result) { sent = std::move(result); });
    auto& first = *transport.peers[0];
    const auto& request = first.asked.front().request;
    BOOST_TEST(request.path == std::vector<std::string>{"dp"}, boost::test_tools::per_element());
    BOOST_TEST(request.contentFormat.value() == senmlCborFormat);
    BOOST_TEST(textOf(request.payload).find("1/0/1") != std::string::npos);
    BOOST_TEST(textOf(request.payload).find("1/1/") == std::string::npos); // the other's account
    first.answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_REQUIRE(sent.has_value());
    BOOST_TEST(sent->error().message == "not registered with second");
}

// A register that was polled minutes ago is not sent as a fresh one.
BOOST_FIXTURE_TEST_CASE(sends_values_with_the_times_at_which_they_were_taken, ClientFixture)
{
    registerClient();
    sensor->takenAt[temperature] = scheduler.wallNow() - 60s;

    client->send("", {temperature, {3303, 0, 5701}}, [](const base::Expected<void>&) {});

    const auto payload = peer().asked.front().request.payload;
    const std::int64_t taken =
        std::chrono::floor<std::chrono::seconds>(scheduler.wallNow().time_since_epoch()).count() -
        60;
    const auto expected =
        encode(senmlCborFormat,
               {},
               std::vector<Record>{
                   {temperature, model::Value(21.5), base::WallTime(std::chrono::seconds(taken))},
                   {{3303, 0, 5701}, model::Value(std::string("Cel")), scheduler.wallNow()}},
               testDefinitions());
    BOOST_TEST(base::toHex(payload) == base::toHex(*expected));
}

BOOST_FIXTURE_TEST_CASE(answers_a_read_without_times, ClientFixture)
{
    registerClient();
    sensor->takenAt[temperature] = scheduler.wallNow() - 60s;

    BOOST_TEST(textOf(read("/3303/0/5700", senmlJsonFormat)) ==
               R"([{"bn":"/3303/0/5700","v":21.5}])");
}

BOOST_FIXTURE_TEST_CASE(says_why_it_sends_nothing, Twice)
{
    auto& first = *transport.peers[0];
    const auto reason = [&](const std::string& server, const model::Path& path) {
        std::string text;
        client->send(server, {path}, [&](const base::Expected<void>& result) {
            text = result ? "sent" : result.error().message;
        });
        if (!first.asked.empty())
            first.answer(OutcomeCode::NotFound);
        scheduler.advance(0s);
        return text;
    };

    BOOST_TEST(reason("nobody", {1}) == "no such server account");
    BOOST_TEST(reason("first", {0}) == "no value that can be sent is there");
    BOOST_TEST(reason("first", {1}) == "the server answered Send with 4.04 Not Found");
    api::Request mute;
    mute.method = api::Method::Put;
    mute.path = {"1", "0", "23"};
    mute.contentFormat = plainTextFormat;
    mute.payload = base::toBytes("1");
    first.request(mute);
    BOOST_TEST(reason("first", {1}) == "first has muted Send (/1/x/23)");
}

BOOST_FIXTURE_TEST_CASE(shows_a_server_its_own_account_only, Twice)
{
    api::Request own;
    own.path = {"1", "0", "0"};
    own.accept = plainTextFormat;
    api::Request foreign = own;
    foreign.path = {"1", "1", "0"};

    auto& first = *transport.peers[0];

    BOOST_CHECK(first.request(own)->value().code == OutcomeCode::Content);
    BOOST_CHECK(first.request(foreign)->value().code == OutcomeCode::Unauthorized);
}

// ETS 951, with the rules of access, which both may read.
BOOST_FIXTURE_TEST_CASE(keeps_the_attributes_of_each_server_apart, Twice)
{
    transport.peers[1]->connect();
    transport.peers[1]->accept();
    const auto attach = [](fakes::FakePeer& peer, std::vector<std::string> query) {
        api::Request request;
        request.method = api::Method::Put;
        request.path = {"2"};
        request.query = std::move(query);
        return peer.request(std::move(request))->value().code;
    };
    const auto discovered = [](fakes::FakePeer& peer) {
        api::Request request;
        request.path = {"2"};
        request.accept = linkFormat;
        const auto links = textOf(peer.request(std::move(request))->value());
        return links.substr(0, links.find(','));
    };

    BOOST_CHECK(attach(*transport.peers[0], {"pmin=2", "pmax=10"}) == OutcomeCode::Changed);
    BOOST_CHECK(attach(*transport.peers[1], {"pmin=15", "pmax=50"}) == OutcomeCode::Changed);

    BOOST_TEST(discovered(*transport.peers[0]) == "</2>;pmin=2;pmax=10");
    BOOST_TEST(discovered(*transport.peers[1]) == "</2>;pmin=15;pmax=50");
}

BOOST_FIXTURE_TEST_CASE(a_factory_reset_is_there_where_it_is_allowed, Kept)
{
    int resets = 0;
    api::Request reset;
    reset.method = api::Method::Post;
    reset.path = {"3", "0", "5"};
    BOOST_CHECK(ask(reset).code == OutcomeCode::NotFound);

    device->allowFactoryReset([&resets] { ++resets; });

    BOOST_CHECK(ask(reset).code == OutcomeCode::Changed);
    BOOST_TEST(resets == 1);
    BOOST_TEST(owner.reboots == 0);
}

BOOST_AUTO_TEST_SUITE_END()
