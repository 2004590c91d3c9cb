// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/event_collection.hpp"
#include "agent/lwm2m/objects/event_log_object.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using model::OutcomeCode;

namespace {

/// A registered client with an event log.
struct EventLogFixture : ClientFixture
{
    EventLogFixture()
    {
        client->addObject(std::make_unique<EventLogObject>(
            *testDefinitions().find(20), collection, scheduler, [this] { ++changes; }));
        registerClient();
    }

    void add(const std::string& text, LogClass of = LogClass::Event)
    {
        collection.add(of, scheduler.wallNow(), text);
    }

    OutcomeCode execute(const std::string& path, const std::string& arguments = {})
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = segmentsOf(path);
        request.payload = base::toBytes(arguments);
        if (!arguments.empty())
            request.contentFormat = plainTextFormat;
        return ask(std::move(request)).code;
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }

    std::string data() { return textOf(read("/20/0/4014", opaqueFormat)); }

    EventCollection collection;
    int changes = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_log_object, EventLogFixture)

BOOST_AUTO_TEST_CASE(tells_its_events_with_their_time)
{
    BOOST_TEST(text("/20/0/4013") == "0");

    add("meter-1: is silent");
    add("meter-1: answers");

    BOOST_TEST(data() == "2026-01-01T00:00:00Z meter-1: is silent\n"
                         "2026-01-01T00:00:00Z meter-1: answers\n");
    BOOST_TEST(text("/20/0/4013") == "2");
    BOOST_TEST(text("/20/0/4015") == "0");
    for (const std::string absent : {"/20/0/4016", "/20/0/4017", "/20/1"})
        BOOST_TEST((read(absent).code == OutcomeCode::NotFound), absent);
}

BOOST_AUTO_TEST_CASE(stops_and_starts_as_a_server_says)
{
    add("one");
    BOOST_TEST((execute("/20/0/4012") == OutcomeCode::Changed));
    add("two");
    BOOST_TEST(text("/20/0/4013") == "3");
    BOOST_TEST((execute("/20/0/4011", "0='1'") == OutcomeCode::Changed));
    add("three");
    BOOST_TEST(data().find("one") != std::string::npos);
    BOOST_TEST(data().find("two") == std::string::npos);
    BOOST_TEST(data().find("three") != std::string::npos);

    BOOST_TEST((execute("/20/0/4012", "0='1'") == OutcomeCode::Changed));
    BOOST_TEST(text("/20/0/4013") == "1");
    add("four");
    BOOST_TEST((execute("/20/0/4011") == OutcomeCode::Changed));

    BOOST_TEST(data().empty());
    BOOST_TEST(changes == 4);
    BOOST_TEST((execute("/20/0/4011", "0='2'") == OutcomeCode::BadRequest));
    BOOST_TEST((execute("/20/0/4012", "1") == OutcomeCode::BadRequest));
}

BOOST_AUTO_TEST_CASE(collects_the_class_that_is_wanted)
{
    BOOST_TEST((writeText("/20/0/4010", "2").code == OutcomeCode::Changed));

    add("meter-1: answers", LogClass::Event);
    add("the key store is locked", LogClass::Security);

    BOOST_TEST(data() == "2026-01-01T00:00:00Z the key store is locked\n");
    BOOST_TEST(text("/20/0/4010") == "2");
    for (const std::string wrong : {"4", "255", "-1"})
        BOOST_TEST((writeText("/20/0/4010", wrong).code == OutcomeCode::BadRequest), wrong);
    BOOST_TEST((writeText("/20/0/4015", "1").code == OutcomeCode::BadRequest));
    BOOST_TEST((writeText("/20/0/4015", "0").code == OutcomeCode::Changed));
    BOOST_TEST((writeText("/20/0/4014", "x").code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_CASE(forgets_the_oldest_and_shortens_the_endless)
{
    for (int i = 0; i < 1000; ++i)
        add("event " + std::to_string(i) + "!");
    BOOST_TEST(collection.data().size() <= EventCollection::mostOctets);
    BOOST_TEST(data().find("event 0!") == std::string::npos);
    BOOST_TEST(data().find("event 999!") != std::string::npos);

    std::string endless;
    while (endless.size() < 100'000)
        endless += "ä";
    add(endless);

    const auto octets = collection.data();
    BOOST_TEST(octets.size() <= EventCollection::mostOctets);
    BOOST_TEST(base::isValidUtf8(base::asText(octets)));
    BOOST_TEST(data().ends_with("…\n"));
    BOOST_TEST(data().find("event 999!") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
