// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/objects/kept_object.hpp"
#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

constexpr model::Id portfolio = 16;
const Path identity{portfolio, 0, 0};

/// A device with a Portfolio that has an instance 0, and a Bootstrap-Server at work.
struct WithPortfolio : BootstrapFixture
{
    WithPortfolio()
        : WithPortfolio(makePortfolio({}))
    {}

    explicit WithPortfolio(std::unique_ptr<KeptObject> object)
    {
        client->addObject(std::move(object));
        begin();
        writeAccount();
    }

    static std::unique_ptr<KeptObject> makePortfolio(const api::ClientState& state)
    {
        return std::make_unique<KeptObject>(*testDefinitions().find(portfolio),
                                            KeptObject::Values{{identity.child(0), Value(host)}},
                                            state,
                                            [](const api::ClientState&) {});
    }

    /// The Object of the client that begins with what was delivered, over what was kept before.
    std::unique_ptr<KeptObject> next(api::ClientState before = {})
    {
        BOOST_TEST((finish().code == OutcomeCode::Changed));
        BOOST_REQUIRE(owner.delivered.size() == 1U);
        auto state = owner.delivered.front().state;
        state.merge(before);
        std::erase_if(state, [](const auto& entry) { return entry.second.empty(); });
        return makePortfolio(state);
    }

    static std::vector<Record> model(model::Id instance, const std::string& text)
    {
        return {{{portfolio, instance, 0, 2}, Value(text), {}}};
    }

    OutcomeCode writeText(const std::string& path, const std::string& text)
    {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = plainTextFormat;
        request.payload = base::toBytes(text);
        return ask(std::move(request)).code;
    }

    static inline const std::string host = "host";
};

/// A Bootstrap-Server has been asked, and has neither answered nor begun.
struct WaitingForAnswer : BootstrapFixture
{
    WaitingForAnswer()
    {
        auto object = WithPortfolio::makePortfolio({});
        portfolio = object.get();
        client->addObject(std::move(object));
        client->start(0s);
        scheduler.advance(0s);
        peer().connect();
    }

    KeptObject* portfolio = nullptr;
};

/// A server has removed all that /16/0/0 had.
struct WithEmptiedPortfolio : WithPortfolio
{
    WithEmptiedPortfolio()
        : WithPortfolio(makePortfolio(emptied))
    {}

    static inline const api::ClientState emptied{
        {"object/16", "+"}, {"object/16/0", "+"}, {"object/16/0/0", "+"}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(bootstrap_objects)

BOOST_FIXTURE_TEST_CASE(what_was_written_is_there_after_the_finish, WithPortfolio)
{
    BOOST_TEST((write("/16", model(3, "SDM120")) == OutcomeCode::Changed));

    const auto object = next();

    BOOST_TEST((object->instances() == std::vector<model::Id>{0, 3}));
    BOOST_TEST((object->read({portfolio, 3, 0, 2})->value == Value(std::string("SDM120"))));
    BOOST_TEST((object->read(identity.child(0))->value == Value(host)));
}

BOOST_FIXTURE_TEST_CASE(a_written_instance_replaces_the_one_that_was_there, WithPortfolio)
{
    BOOST_TEST((write("/16/0", model(0, "SDM120")) == OutcomeCode::Changed));

    BOOST_TEST((next()->resourceInstances(0, 0) == std::vector<model::Id>{2}));
}

BOOST_FIXTURE_TEST_CASE(a_deleted_instance_is_gone_after_the_finish_and_not_before, WithPortfolio)
{
    BOOST_TEST((remove("/16/0") == OutcomeCode::Deleted));
    BOOST_TEST(textOf(get("/16", linkFormat)) == "</>;lwm2m=1.1,</16>");
    BOOST_TEST(owner.state.empty());

    const auto object = next();

    BOOST_TEST(object->instances().empty());
}

BOOST_FIXTURE_TEST_CASE(delete_of_the_root_takes_kept_instances_along, WithPortfolio)
{
    BOOST_TEST((remove("/") == OutcomeCode::Deleted));

    BOOST_TEST(textOf(get("/16", linkFormat)) == "</>;lwm2m=1.1,</16>");
    writeAccount();

    BOOST_TEST(next()->instances().empty());
}

// Servers are heard until the Bootstrap-Server begins: what they wrote must be in its copy.
BOOST_AUTO_TEST_CASE(what_servers_write_before_the_bootstrap_server_answers_stays)
{
    for (const bool asksFirst : {true, false}) {
        WaitingForAnswer site;
        site.portfolio->write(0,
                              {{identity.child(1), Value(std::string("written"))}},
                              WriteMode::PartialUpdate,
                              [](const model::Outcome&) {});
        if (!asksFirst)
            site.peer().answer(OutcomeCode::Changed);
        site.writeAccount();
        if (asksFirst)
            site.peer().answer(OutcomeCode::Changed);
        BOOST_TEST((site.write("/16/3", WithPortfolio::model(3, "m")) == OutcomeCode::Changed));

        BOOST_TEST((site.finish().code == OutcomeCode::Changed));

        for (const auto& [key, text] : site.owner.delivered.front().state)
            BOOST_TEST(!(key == "object/16/0/0/1" && text.empty()));
    }
}

BOOST_FIXTURE_TEST_CASE(what_nobody_touched_is_not_kept_anew, WithPortfolio)
{
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    for (const auto& [key, text] : owner.delivered.front().state)
        BOOST_TEST(!key.starts_with("object/"), key);
}

BOOST_FIXTURE_TEST_CASE(an_instance_without_what_is_mandatory_is_not_acceptable, WithPortfolio)
{
    BOOST_TEST((write("/16/5", {}) == OutcomeCode::Changed));

    const auto refused = finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == "/16/5/0 is mandatory and missing");
    BOOST_TEST((remove("/16/5") == OutcomeCode::Deleted));
    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(an_array_that_a_server_emptied_stays_and_is_empty, WithEmptiedPortfolio)
{
    BOOST_TEST((write("/16/3", model(3, "SDM120")) == OutcomeCode::Changed));

    const auto object = next(emptied);

    BOOST_TEST((object->resources(0) == std::vector<model::Id>{0}));
    BOOST_TEST(object->resourceInstances(0, 0).empty());
    BOOST_TEST((object->resourceInstances(3, 0) == std::vector<model::Id>{2}));
}

BOOST_FIXTURE_TEST_CASE(an_empty_array_that_is_written_is_there, WithPortfolio)
{
    BOOST_TEST((write("/16/0", {{identity, std::nullopt, {}}}) == OutcomeCode::Changed));
    BOOST_TEST((write("/16/4", {{{portfolio, 4, 0}, std::nullopt, {}}}) == OutcomeCode::Changed));
    BOOST_TEST((write("/16/4/0", model(4, "SDM120")) == OutcomeCode::Changed));
    BOOST_TEST((write("/16/5", model(5, "SDM120")) == OutcomeCode::Changed));
    BOOST_TEST((write("/16/5/0", {{{portfolio, 5, 0}, std::nullopt, {}}}) == OutcomeCode::Changed));

    const auto object = next();

    for (const model::Id instance : {0, 5}) {
        BOOST_TEST((object->resources(instance) == std::vector<model::Id>{0}));
        BOOST_TEST(object->resourceInstances(instance, 0).empty());
    }
    BOOST_TEST((object->resources(4) == std::vector<model::Id>{0}));
    BOOST_TEST((object->resourceInstances(4, 0) == std::vector<model::Id>{2}));
}

BOOST_FIXTURE_TEST_CASE(more_instances_than_are_kept_are_not_acceptable, WithPortfolio)
{
    for (model::Id id = 1; id <= KeptObject::mostInstances; ++id)
        BOOST_TEST((write("/16/" + std::to_string(id), model(id, "m")) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
}

BOOST_FIXTURE_TEST_CASE(the_clock_of_object_3_is_set_and_its_instance_stays, WithPortfolio)
{
    BOOST_TEST((writeText("/3/0/15", "Europe/Paris") == OutcomeCode::Changed));
    BOOST_TEST((writeText("/3/0/0", "somebody else") == OutcomeCode::Changed));
    BOOST_TEST((remove("/3/0") == OutcomeCode::Deleted));
    BOOST_TEST((writeText("/3/1/15", "Europe/Paris") == OutcomeCode::BadRequest));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& state = owner.delivered.front().state;
    BOOST_TEST(state.at("/3/0/15") == "=Europe/Paris");
    BOOST_TEST(state.at("/3/0/14") == "=+00:00");
    BOOST_TEST(state.at("/3/0/13") == "0");
}

// The fake calendar began in 2026 (1767225600), and the write is a minute old.
BOOST_FIXTURE_TEST_CASE(the_time_of_object_3_counts_from_its_write, WithPortfolio)
{
    BOOST_TEST((writeText("/3/0/13", "1767225700") == OutcomeCode::Changed));
    const auto offset = 100s - scheduler.now().time_since_epoch();
    scheduler.advance(60s);
    BOOST_TEST((writeText("/3/0/15", "Europe/Paris") == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& state = owner.delivered.front().state;
    BOOST_TEST(state.at("/3/0/13") ==
               std::to_string(std::chrono::round<std::chrono::seconds>(offset).count()));
}

BOOST_FIXTURE_TEST_CASE(what_comes_from_the_device_is_not_bootstrapped, WithPortfolio)
{
    BOOST_TEST((writeText("/3303/0/5700", "1") == OutcomeCode::BadRequest));
    BOOST_TEST((remove("/3303") == OutcomeCode::BadRequest));
    BOOST_TEST((remove("/77") == OutcomeCode::BadRequest));
}

// LwM2M Core, appendix E.2, Resource 23: "If true or absent".
BOOST_FIXTURE_TEST_CASE(send_is_muted_unless_the_bootstrap_server_says_otherwise, BootstrapFixture)
{
    auto outspoken = server(1, 102);
    outspoken.push_back({{1, 1, 23}, Value(false), {}});
    begin();
    writeAccount();
    BOOST_TEST((write("/0/2", security(2, 102, "coaps://other.example")) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/1", outspoken) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& state = owner.delivered.front().state;
    BOOST_TEST(state.at("server/meter-1:101/given-mute") == "true over false");
    BOOST_TEST(state.at("server/meter-1:102/given-mute") == "");
    const auto now = scheduler.wallNow().time_since_epoch();
    BOOST_TEST(state.at("server/meter-1:101/bootstrapped") ==
               std::to_string(std::chrono::floor<std::chrono::seconds>(now).count()));
}

BOOST_FIXTURE_TEST_CASE(an_operators_account_has_send_and_keeps_it, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST(textOf(get("/1/0", senmlJsonFormat)).find(R"({"n":"23","vb":false})") !=
               std::string::npos);
    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(!owner.delivered.front().state.contains("server/site/given-mute"));
}

BOOST_FIXTURE_TEST_CASE(the_place_of_a_server_comes_with_its_account, BootstrapFixture)
{
    auto placed = server();
    placed.push_back({{1, 0, 13}, Value(std::uint64_t{4}), {}});
    placed.push_back({{1, 0, 14}, Value(std::uint64_t{30}), {}});
    placed.push_back({{1, 0, 15}, Value(true), {}});
    begin();
    BOOST_TEST((write("/0/1", security()) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/0", placed) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& settings = owner.delivered.front().accounts.back().account.settings;
    BOOST_TEST((settings.registrationOrder == 4U));
    BOOST_TEST((settings.initialDelay == 30s));
    BOOST_TEST(settings.blocksOnFailure);
}

// Many Bootstrap-Servers write "U" whatever the URI says, which alone decides. The servers are told
// what is spoken: "the same as the value held in /1/x/7" (LwM2M Core §6.2.1).
BOOST_AUTO_TEST_CASE(a_binding_that_the_uri_does_not_need_keeps_nobody_out)
{
    for (const auto* binding : {"U", "UT", "T", "US"}) {
        BootstrapFixture f;
        f.begin();
        const auto uri = "coaps+tcp://new.example";
        BOOST_TEST(
            (f.write("/0/1", BootstrapFixture::security(1, 101, uri)) == OutcomeCode::Changed));
        auto written = BootstrapFixture::server();
        std::ranges::find(written, Path{1, 0, 7}, &Record::path)->value = std::string(binding);
        BOOST_TEST((f.write("/1/0", written) == OutcomeCode::Changed), binding);
        BOOST_TEST((f.finish().code == OutcomeCode::Changed), binding);

        f.make({f.owner.delivered.front().accounts.back().account});
        f.client->start(0s);
        f.scheduler.advance(0s);
        f.peer().connect();

        BOOST_TEST(f.peer().asked.back().request.query.at(3) == "b=T", binding);
        f.peer().accept();
        BOOST_TEST(textOf(f.get("/1/0/7", plainTextFormat)) == "T", binding);
    }
}

BOOST_AUTO_TEST_CASE(the_other_servers_hear_nothing_of_the_bootstrap_servers_account_that_goes)
{
    auto bootstrapServer = bootstrapSettings();
    bootstrapServer.bootstrapTimeout = 60s;
    auto server = siteWithId7();
    server.name = "meter-1:7"; // delivered
    BootstrapFixture site;
    site.make({{bootstrapServer, 0, 0}, {server, 1, 4}});
    site.client->start(0s);
    site.scheduler.advance(0s);
    site.peer().connect();
    site.peer().accept();
    const auto asked = site.peer().asked.size();

    site.scheduler.advance(60s);
    site.scheduler.advance(0s);

    BOOST_TEST(site.owner.delivered.size() == 1U);
    BOOST_TEST(site.owner.bootstraps == 0);
    BOOST_TEST(site.peer().asked.size() == asked);
    BOOST_REQUIRE(site.client->status().size() == 1U);
    BOOST_TEST((site.status().state == Reported::Registered));
    BOOST_TEST(!site.client->updateNow("boot"));
    api::Request trigger;
    trigger.method = api::Method::Post;
    trigger.path = {"1", "4", "9"};
    BOOST_TEST((site.ask(std::move(trigger)).code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_SUITE_END()
