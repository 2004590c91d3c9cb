// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using api::Delivery;
using api::Method;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

/// Servers 101, which owns what is there, and 102, both registered; sensor 3303, switch 3306 and
/// the test Object 3442, whose instances servers may create.
struct TwoServers : ClientFixture
{
    explicit TwoServers(const api::ClientState& kept = {},
                        const std::vector<std::uint16_t>& ids = {101, 102})
    {
        std::vector<api::ServerSettings> servers;
        for (const std::uint16_t id : ids) {
            api::ServerSettings server;
            server.name = "server-" + std::to_string(id);
            server.uri = "coaps://" + server.name;
            server.shortServerId = id;
            servers.push_back(server);
        }
        client = std::make_unique<Client>(
            ClientSettings{"meter-1", "meter-1", api::factoryAccounts(std::move(servers)), kept},
            transport,
            scheduler,
            testDefinitions(),
            owner);
        sensor = add(3303);
        actuator = add(3306);
        test = add(3442);
        sensor->values = {{temperature, Value(21.5)}};
        actuator->values = {{{3306, 0, 5850}, Value(false)}};
        sensor->executables = {{3303, 0, 5605}};
        test->values = {{{3442, 0, 120}, Value(std::int64_t{7})}};
        test->canCreate = true;
        client->start(0s);
        scheduler.advance(0s);
        for (const auto& peer : transport.peers) {
            peer->connect();
            peer->accept();
        }
    }

    fakes::MemoryObject* add(model::Id id)
    {
        auto object = std::make_unique<fakes::MemoryObject>(*testDefinitions().find(id));
        auto* const kept = object.get();
        client->addObject(std::move(object));
        return kept;
    }

    api::Response at(std::size_t server, api::Request request)
    {
        const auto answered = transport.peers[server]->request(std::move(request));
        scheduler.advance(0s);
        BOOST_REQUIRE(answered->has_value());
        return **answered;
    }

    api::Response
    at(std::size_t server, Method method, const std::string& path, const std::string& payload = {})
    {
        api::Request request;
        request.method = method;
        request.path = segmentsOf(path);
        const bool isSenml = payload.starts_with('[');
        if (!payload.empty())
            request.contentFormat = isSenml ? senmlJsonFormat : plainTextFormat;
        if (method == Method::Get)
            request.accept = path.size() > 7 ? plainTextFormat : senmlJsonFormat;
        request.payload = base::toBytes(payload);
        return at(server, std::move(request));
    }

    /// The instance of Object 2 whose rule is about `target`.
    std::string ruleOf(const Path& target)
    {
        const auto instance = target.isObject() ? model::maxId : target.instance();
        for (int id = 0; id < 16; ++id) {
            const auto rule = "/2/" + std::to_string(id);
            const auto object = textOf(at(0, plain(rule + "/0")));
            if (object == std::to_string(target.object()) &&
                textOf(at(0, plain(rule + "/1"))) == std::to_string(instance))
                return rule;
        }
        BOOST_FAIL("no rule of " << target.toString());
        return {};
    }

    static api::Request plain(const std::string& path)
    {
        api::Request request;
        request.path = segmentsOf(path);
        request.accept = plainTextFormat;
        return request;
    }

    static api::Request composite(const std::string& payload)
    {
        api::Request request;
        request.method = Method::IPatch;
        request.contentFormat = senmlEtchJsonFormat;
        request.payload = base::toBytes(payload);
        return request;
    }

    api::Response writeAcl(const std::string& rule, const std::string& entries)
    {
        return at(0, Method::Put, rule + "/2", "[{\"bn\":\"" + rule + "/2/\"," + entries + "}]");
    }

    /// What 102 may do with an instance, by its owner's word.
    void allow(const Path& target, int rights)
    {
        const auto rule = ruleOf(target);
        const auto entry = R"("n":"102","v":)" + std::to_string(rights);
        BOOST_REQUIRE(writeAcl(rule, entry).code == OutcomeCode::Changed);
    }
};

constexpr std::size_t owning = 0;
constexpr std::size_t other = 1;
constexpr auto unauthorized = OutcomeCode::Unauthorized;

struct KeptRule : TwoServers
{
    KeptRule()
        : TwoServers(api::ClientState{{"access/3306/0", "102 101=1"}})
    {}
};

/// 103 has been a server of this client; what is read may be written back.
struct EntryOfOneThatIsGone : TwoServers
{
    EntryOfOneThatIsGone()
        : TwoServers(api::ClientState{{"access/3306/0", "101 103=1"}})
    {}
};

/// Of a Bootstrap-Server, which gives 102 nothing but its account.
struct DeliveredRules : TwoServers
{
    DeliveredRules()
        : TwoServers(api::ClientState{{"access/delivered", "1"},
                                      {"access/1/1", "102"},
                                      {"access/3306/0", "101"},
                                      {"access/3442", "65535 101=16"}})
    {}
};

/// Of a Bootstrap-Server, which means to let its only server hardly anything.
struct OneServerWithRules : TwoServers
{
    OneServerWithRules()
        : TwoServers(api::ClientState{{"access/delivered", "1"}, {"access/3306/0", "65535 101=1"}},
                     {101})
    {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(access_control, TwoServers)

BOOST_AUTO_TEST_CASE(lets_every_server_do_everything_from_the_factory)
{
    BOOST_CHECK(at(other, Method::Get, "/3303/0/5700").code == OutcomeCode::Content);
    BOOST_CHECK(at(other, Method::Put, "/3306/0/5850", "1").code == OutcomeCode::Changed);
    BOOST_CHECK(at(other, Method::Post, "/3303/0/5605").code == OutcomeCode::Changed);
}

BOOST_AUTO_TEST_CASE(keeps_each_account_to_its_own_server)
{
    BOOST_CHECK(at(owning, Method::Get, "/1/0/1").code == OutcomeCode::Content);
    BOOST_CHECK(at(owning, Method::Get, "/1/1/1").code == unauthorized);
    BOOST_TEST(textOf(at(other, Method::Get, "/1")).find("\"0/") == std::string::npos);
}

// ETS 308: what is not there yet may be observed.
BOOST_AUTO_TEST_CASE(refuses_no_composite_of_what_is_not_there)
{
    api::Request request;
    request.method = Method::Fetch;
    request.contentFormat = senmlJsonFormat;
    request.payload = base::toBytes(R"([{"n":"/3442/9"}])");

    const auto response = at(other, request);

    BOOST_CHECK(response.code == OutcomeCode::Content);
    BOOST_TEST(textOf(response) == "[]");
}

BOOST_AUTO_TEST_CASE(grants_each_right_by_itself)
{
    const auto codes = [this] {
        return std::vector<int>{static_cast<int>(at(other, Method::Get, "/3306/0/5850").code),
                                static_cast<int>(at(other, Method::Put, "/3306/0/5850", "1").code),
                                static_cast<int>(at(other, Method::Post, "/3303/0/5605").code)};
    };
    const int no = static_cast<int>(unauthorized);
    const int read = static_cast<int>(OutcomeCode::Content);
    const int done = static_cast<int>(OutcomeCode::Changed);

    allow({3303, 0}, 1);
    allow({3306, 0}, 1);
    BOOST_TEST(codes() == (std::vector<int>{read, no, no}), boost::test_tools::per_element());
    allow({3303, 0}, 2);
    allow({3306, 0}, 2);
    BOOST_TEST(codes() == (std::vector<int>{no, done, no}), boost::test_tools::per_element());
    allow({3303, 0}, 4);
    allow({3306, 0}, 4);
    BOOST_TEST(codes() == (std::vector<int>{no, no, done}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(says_that_something_is_not_there_before_it_says_who_may)
{
    allow({3303, 0}, 0);

    BOOST_CHECK(at(other, Method::Get, "/3303/0/9999").code == OutcomeCode::NotFound);
    BOOST_CHECK(at(other, Method::Get, "/3303/0/5605").code == unauthorized); // not readable either
}

BOOST_AUTO_TEST_CASE(leaves_out_of_objects_and_composites_what_may_not_be_read)
{
    allow({3306, 0}, 2);
    api::Request fetch;
    fetch.method = Method::Fetch;
    fetch.contentFormat = fetch.accept = senmlJsonFormat;
    fetch.payload = base::toBytes(R"([{"n":"/3306/0/5850"},{"n":"/3303/0/5700"}])");

    BOOST_TEST(textOf(at(other, Method::Get, "/3306")) == "[]");
    BOOST_TEST(textOf(at(other, fetch)) == R"([{"bn":"/","n":"3303/0/5700","v":21.5}])");
    fetch.payload = base::toBytes(R"([{"n":"/3306/0/5850"}])");
    BOOST_CHECK(at(other, fetch).code == unauthorized);
}

BOOST_AUTO_TEST_CASE(refuses_a_write_to_many_when_one_of_them_is_not_allowed)
{
    allow({3306, 0}, 1);
    api::Request write;
    write.method = Method::IPatch;
    write.contentFormat = senmlJsonFormat;
    write.payload = base::toBytes(R"([{"n":"/3442/0/120","v":9},{"n":"/3306/0/5850","vb":true}])");

    BOOST_CHECK(at(other, write).code == unauthorized);
    BOOST_TEST(textOf(at(owning, Method::Get, "/3442/0/120")) == "7");
}

BOOST_AUTO_TEST_CASE(stops_telling_a_server_that_has_lost_its_right)
{
    auto observe = plain("/3303/0/5700");
    observe.observe = 0;
    observe.token = tokenOf(1);
    at(other, observe);

    allow({3303, 0}, 0);
    change(temperature, 30.0);

    BOOST_TEST(transport.peers[other]->notified.empty());
}

BOOST_AUTO_TEST_CASE(gives_an_instance_to_the_server_that_created_it)
{
    const auto created = at(other, Method::Post, "/3442", R"([{"n":"/3442/5/120","v":9}])");

    BOOST_CHECK(created.code == OutcomeCode::Created);
    BOOST_CHECK(at(owning, Method::Get, "/3442/5/120").code == unauthorized);
    BOOST_TEST(textOf(at(other, Method::Get, "/3442/5/120")) == "9");
    BOOST_CHECK(at(owning, Method::Delete, "/3442/5").code == unauthorized);
    BOOST_CHECK(at(other, Method::Delete, "/3442/5").code == OutcomeCode::Deleted);
    BOOST_TEST(owner.state.at("access/3442/5").empty());
}

BOOST_AUTO_TEST_CASE(asks_for_the_right_to_create)
{
    const auto rule = ruleOf({3442});

    BOOST_TEST(textOf(at(other, plain(rule + "/2/0"))) == "16");
    BOOST_TEST(textOf(at(other, plain(rule + "/3"))) == "65535");
    BOOST_CHECK(at(owning, Method::Put, rule + "/2/0", "0").code == unauthorized); // nobody's
}

BOOST_AUTO_TEST_CASE(lets_only_the_owner_change_a_rule)
{
    const auto rule = ruleOf({3306, 0});

    BOOST_CHECK(at(other, Method::Get, rule).code == OutcomeCode::Content);
    BOOST_CHECK(at(other, Method::Put, rule + "/3", "102").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Put, rule + "/3", "102").code == OutcomeCode::Changed);
    BOOST_CHECK(at(owning, Method::Put, rule + "/3", "101").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Delete, rule).code == OutcomeCode::MethodNotAllowed);
    BOOST_TEST(owner.state.at("access/3306/0") == "102 0=15");
}

BOOST_AUTO_TEST_CASE(lets_no_owner_give_a_rule_to_nobody)
{
    const auto rule = ruleOf({3306, 0});

    for (const auto* nobody : {"0", "103", "65535"})
        BOOST_CHECK_MESSAGE(
            at(owning, Method::Put, rule + "/3", nobody).code == OutcomeCode::BadRequest, nobody);

    BOOST_TEST(textOf(at(owning, plain(rule + "/3"))) == "101");
    BOOST_TEST(!owner.state.contains("access/3306/0"));
}

// A right given in advance would be that of whoever gets the number later.
BOOST_AUTO_TEST_CASE(gives_no_right_to_a_server_that_is_not_there)
{
    const auto rule = ruleOf({3306, 0});

    const auto answer = writeAcl(rule, R"("n":"102","v":1},{"n":"103","v":3)");
    BOOST_CHECK(answer.code == OutcomeCode::BadRequest);
    BOOST_TEST(textOf(answer) == "entry 103 of the ACL is for no server of this client");
    BOOST_TEST(!owner.state.contains("access/3306/0"));
    BOOST_CHECK(writeAcl(rule, R"("n":"101","v":3},{"n":"0","v":1)").code == OutcomeCode::Changed);
}

BOOST_FIXTURE_TEST_CASE(has_no_entry_of_a_server_that_has_gone, EntryOfOneThatIsGone)
{
    const auto rule = ruleOf({3306, 0});
    const auto acl = R"("n":"102","v":1},{"n":"103","v":1)";

    BOOST_CHECK(at(owning, Method::Get, rule + "/2/103").code == OutcomeCode::NotFound);
    BOOST_CHECK(writeAcl(rule, acl).code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_CASE(lets_its_owner_take_a_right_back)
{
    allow({3306, 0}, 3);
    const auto rule = ruleOf({3306, 0});

    BOOST_CHECK(at(other, Method::Delete, rule + "/2/102").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Delete, rule + "/2/102").code == OutcomeCode::Deleted);

    BOOST_CHECK(at(other, Method::Get, "/3306/0/5850").code == unauthorized);
    BOOST_CHECK(at(owning, plain(rule + "/2/102")).code == OutcomeCode::NotFound);
    BOOST_TEST(owner.state.at("access/3306/0") == "101");
}

BOOST_AUTO_TEST_CASE(lets_its_owner_empty_an_acl)
{
    const auto rule = ruleOf({3306, 0});

    api::Request request;
    request.method = Method::Put;
    request.path = segmentsOf(rule + "/2");
    request.contentFormat = tlvFormat;
    request.payload = {0x80, 0x02}; // multiple Resource 2, no octets
    BOOST_CHECK(at(owning, std::move(request)).code == OutcomeCode::Changed);

    BOOST_TEST(textOf(at(owning, Method::Get, rule + "/2")) == "[]");
    BOOST_CHECK(at(other, Method::Get, "/3306/0/5850").code == unauthorized);
    BOOST_TEST(owner.state.at("access/3306/0") == "101");
}

BOOST_AUTO_TEST_CASE(takes_a_right_back_in_a_composite_too)
{
    allow({3306, 0}, 3);
    const auto rule = ruleOf({3306, 0});

    const auto answer =
        at(owning,
           composite(R"([{"n":"/3306/0/5850","vb":true},{"n":")" + rule + R"(/2/102","v":null}])"));

    BOOST_CHECK_MESSAGE(answer.code == OutcomeCode::Changed, textOf(answer));
    BOOST_TEST(textOf(at(owning, Method::Get, "/3306/0/5850")) == "1");
    BOOST_TEST(owner.state.at("access/3306/0") == "101");
}

BOOST_AUTO_TEST_CASE(leaves_no_new_right_after_a_composite_that_fails)
{
    allow({3303, 0}, 0);
    const auto rule = ruleOf({3303, 0});
    actuator->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    const auto answer =
        at(owning,
           composite(R"([{"bn":")" + rule + R"(/2/","n":"102","v":1},{"n":"101","v":15},)" +
                     R"({"bn":"/","n":"3306/0/5850","vb":true}])"));

    BOOST_CHECK_MESSAGE(answer.code == OutcomeCode::InternalServerError, textOf(answer));
    BOOST_TEST(textOf(at(owning, plain(rule + "/2/102"))) == "0");
    BOOST_CHECK(at(owning, plain(rule + "/2/101")).code == OutcomeCode::NotFound);
    BOOST_TEST(owner.state.at("access/3303/0") == "101 102=0");
}

BOOST_AUTO_TEST_CASE(undoes_a_composite_whose_rule_goes_while_a_device_is_slow)
{
    at(owning, Method::Post, "/3442", R"([{"n":"/3442/5/120","v":9}])");
    allow({3442, 5}, 1);
    const auto rule = ruleOf({3442, 5});
    actuator->isHolding = true;

    const auto answered = transport.peers[owning]->request(
        composite(R"([{"n":"/3306/0/5850","vb":true},{"n":")" + rule + R"(/2/102","v":null}])"));
    at(owning, Method::Delete, "/3442/5");
    actuator->isHolding = false;
    actuator->values.insert_or_assign({3306, 0, 5850}, Value(true));
    std::exchange(actuator->held, nullptr)({});

    BOOST_REQUIRE(answered->has_value());
    BOOST_CHECK((*answered)->code == OutcomeCode::NotFound);
    BOOST_TEST(textOf(at(owning, Method::Get, "/3306/0/5850")) == "0");
}

// It forgets the accounts of all of them.
BOOST_AUTO_TEST_CASE(lets_only_the_owner_of_the_device_reset_it)
{
    add(3)->executables = {{3, 0, 4}, {3, 0, 5}};
    client->onInstancesChanged();

    BOOST_CHECK(at(other, Method::Post, "/3/0/4").code == OutcomeCode::Changed);
    BOOST_CHECK(at(other, Method::Post, "/3/0/5").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Post, "/3/0/5").code == OutcomeCode::Changed);
}

BOOST_AUTO_TEST_CASE(lets_no_right_of_an_acl_reset_the_device)
{
    add(3)->executables = {{3, 0, 5}};
    client->onInstancesChanged();
    allow({3, 0}, 15);

    BOOST_CHECK(at(other, Method::Post, "/3/0/5").code == unauthorized);
}

BOOST_FIXTURE_TEST_CASE(remembers_rules_over_a_restart, KeptRule)
{
    BOOST_CHECK(at(owning, Method::Get, "/3306/0/5850").code == OutcomeCode::Content);
    BOOST_CHECK(at(owning, Method::Put, "/3306/0/5850", "1").code == unauthorized);
    BOOST_CHECK(at(other, Method::Put, "/3306/0/5850", "1").code == OutcomeCode::Changed);
}

BOOST_FIXTURE_TEST_CASE(denies_to_all_what_delivered_rules_do_not_name, DeliveredRules)
{
    BOOST_CHECK(at(other, Method::Get, "/1/1/1").code == OutcomeCode::Content);
    BOOST_CHECK(at(other, Method::Get, "/3306/0/5850").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Put, "/3306/0/5850", "1").code == OutcomeCode::Changed);
    for (const auto server : {owning, other}) {
        BOOST_CHECK(at(server, Method::Get, "/3303/0/5700").code == unauthorized);
        BOOST_CHECK(at(server, Method::Post, "/3303/0/5605").code == unauthorized);
        BOOST_CHECK(at(server, Method::Put, "/3442/0/120", "5").code == unauthorized);
        BOOST_CHECK(at(server, Method::Get, "/1/0/1").code == unauthorized);
    }
    BOOST_CHECK(at(other, Method::Post, "/3442", R"([{"n":"/3442/5/120","v":9}])").code ==
                unauthorized);
}

BOOST_FIXTURE_TEST_CASE(gives_a_creator_its_own_beside_delivered_rules, DeliveredRules)
{
    BOOST_CHECK(at(owning, Method::Post, "/3442", R"([{"n":"/3442/5/120","v":9}])").code ==
                OutcomeCode::Created);

    BOOST_TEST(textOf(at(owning, Method::Get, "/3442/5/120")) == "9");
    BOOST_CHECK(at(owning, Method::Get, "/3442/0/120").code == unauthorized); // nobody's still
    BOOST_CHECK(at(owning, Method::Get, "/3303/0/5700").code == unauthorized);
    BOOST_TEST(owner.state.at("access/3442/5") == "101");
}

BOOST_FIXTURE_TEST_CASE(gives_nobody_what_a_device_adds_beside_delivered_rules, DeliveredRules)
{
    test->present.insert(7);
    client->onInstancesChanged();

    BOOST_CHECK(at(owning, Method::Get, "/3442/7").code == unauthorized);
}

BOOST_FIXTURE_TEST_CASE(exists_with_one_server_when_it_was_delivered, OneServerWithRules)
{
    BOOST_TEST(textOf(at(owning, plain("/2/0/0"))) == "3306");
    BOOST_TEST(textOf(at(owning, plain("/2/0/2/101"))) == "1");
    BOOST_CHECK(at(owning, Method::Put, "/2/0/3", "101").code == unauthorized);
    BOOST_CHECK(at(owning, Method::Put, "/3306/0/5850", "1").code == OutcomeCode::Changed);
    BOOST_CHECK(at(owning, Method::Get, "/3303/0/5700").code == OutcomeCode::Content);
    BOOST_CHECK(at(owning, Method::Post, "/3442", R"([{"n":"/3442/5/120","v":9}])").code ==
                OutcomeCode::Created);
}

BOOST_FIXTURE_TEST_CASE(does_not_exist_with_one_server, ClientFixture)
{
    registerClient();

    BOOST_CHECK(read("/2").code == OutcomeCode::NotFound);
}

BOOST_AUTO_TEST_SUITE_END()
