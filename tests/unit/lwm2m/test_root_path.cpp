// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;
using model::Value;

namespace {

/// A client below /lwm2m that tells its gateway's name.
struct BelowRoot
{
    BelowRoot()
    {
        api::ServerSettings settings;
        settings.name = "site";
        settings.uri = "coaps://site.example";
        client = std::make_unique<Client>(ClientSettings{"meter-1",
                                                         "ep-1",
                                                         api::factoryAccounts({settings}),
                                                         {},
                                                         nullptr,
                                                         "lwm2m",
                                                         {"gw=site-7", "floor=2"}},
                                          transport,
                                          scheduler,
                                          testDefinitions(),
                                          owner);
        auto object = std::make_unique<fakes::MemoryObject>(*testDefinitions().find(3303));
        object->values = {{{3303, 0, 5700}, Value(21.5)}};
        client->addObject(std::move(object));
        client->start(0s);
        scheduler.advance(0s);
        transport.peer().connect();
        registered = transport.peer().asked.front().request;
        transport.peer().accept();
    }

    api::Response ask(const std::string& path, std::optional<api::ContentFormat> accept)
    {
        api::Request request;
        request.path = segmentsOf(path);
        request.accept = accept;
        const auto answered = transport.peer().request(std::move(request));
        scheduler.advance(0s);
        BOOST_REQUIRE(answered->has_value());
        return **answered;
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    FakeClientOwner owner;
    std::unique_ptr<Client> client;
    api::Request registered;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(root_path, BelowRoot)

BOOST_AUTO_TEST_CASE(register_tells_the_path_and_the_attributes)
{
    const std::string links(base::asText(registered.payload));
    const std::vector<std::string> query = registered.query;

    BOOST_TEST(links.starts_with(R"(</lwm2m>;rt="oma.lwm2m";ct=)"), links);
    BOOST_TEST(links.ends_with(",</lwm2m/3303>;ver=1.1,</lwm2m/3303/0>"), links);
    BOOST_TEST(links.find("</1") == std::string::npos, links);
    BOOST_TEST(query.at(query.size() - 2) == "gw=site-7");
    BOOST_TEST(query.back() == "floor=2");
}

BOOST_AUTO_TEST_CASE(servers_find_the_objects_below_it_and_nowhere_else)
{
    BOOST_TEST(textOf(ask("/lwm2m/3303/0/5700", plainTextFormat)) == "21.5");
    BOOST_TEST((ask("/3303/0/5700", plainTextFormat).code == OutcomeCode::NotFound));
    BOOST_TEST((ask("/", senmlJsonFormat).code == OutcomeCode::NotFound));
    BOOST_TEST((ask("/lwm2m", senmlJsonFormat).code == OutcomeCode::MethodNotAllowed));
    BOOST_TEST((ask("/lwm2m/lwm2m/3303", senmlJsonFormat).code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_CASE(discover_names_the_whole_paths)
{
    BOOST_TEST(textOf(ask("/lwm2m/3303/0", linkFormat)) == "</lwm2m/3303/0>,</lwm2m/3303/0/5700>");
}

BOOST_AUTO_TEST_SUITE_END()
