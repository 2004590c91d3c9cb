// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/statistics_object.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;

namespace {

/// A registered client whose sessions have carried something.
struct StatisticsFixture : ClientFixture
{
    StatisticsFixture()
    {
        client->addObject(
            std::make_unique<StatisticsObject>(*testDefinitions().find(7), collection, scheduler));
        registerClient();
        collection.counted() = {12'999, 5'000, 4, 401, 200};
    }

    api::Response execute(const std::string& path)
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = segmentsOf(path);
        return ask(std::move(request));
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }

    int changes = 0;
    TrafficCollection collection{scheduler, [this] {
                                     ++changes;
                                 }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(statistics_object, StatisticsFixture)

BOOST_AUTO_TEST_CASE(tells_kilobytes_on_the_network_and_octets_of_messages)
{
    BOOST_TEST(text("/7/0/2") == "12");
    BOOST_TEST(text("/7/0/3") == "5");
    BOOST_TEST(text("/7/0/4") == "200");
    BOOST_TEST(text("/7/0/5") == "100");
    BOOST_TEST(text("/7/0/8") == "0");
}

BOOST_AUTO_TEST_CASE(has_no_average_of_no_messages)
{
    collection.counted() = {};

    BOOST_TEST(text("/7/0/5") == "0");
}

BOOST_AUTO_TEST_CASE(has_nothing_to_tell_of_short_messages)
{
    for (const std::string path : {"/7/0/0", "/7/0/1"})
        BOOST_TEST((read(path).code == OutcomeCode::NotFound), path);
}

BOOST_AUTO_TEST_CASE(begins_from_nothing_with_start)
{
    BOOST_TEST((execute("/7/0/6").code == OutcomeCode::Changed));

    BOOST_TEST(text("/7/0/2") == "0");
    collection.counted().octetsSent += 3'000;
    BOOST_TEST(text("/7/0/2") == "3");
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_CASE(keeps_what_it_has_after_stop)
{
    BOOST_TEST((execute("/7/0/7").code == OutcomeCode::Changed));

    collection.counted().octetsSent += 10'000;
    BOOST_TEST(text("/7/0/2") == "12");
    BOOST_TEST((execute("/7/0/7").code == OutcomeCode::Changed));
    BOOST_TEST(text("/7/0/2") == "12");
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_CASE(stops_by_itself_when_the_period_is_over)
{
    BOOST_TEST((writeText("/7/0/8", "60").code == OutcomeCode::Changed));
    static_cast<void>(execute("/7/0/6"));
    collection.counted().octetsReceived = 7'000;

    scheduler.advance(60s);

    collection.counted().octetsReceived = 9'000;
    BOOST_TEST(text("/7/0/3") == "7");
    BOOST_TEST(changes == 2);
}

BOOST_AUTO_TEST_CASE(collects_without_end_once_the_period_is_0_again)
{
    static_cast<void>(writeText("/7/0/8", "60"));
    static_cast<void>(execute("/7/0/6"));
    static_cast<void>(writeText("/7/0/8", "0"));
    static_cast<void>(execute("/7/0/6"));

    scheduler.advance(1h);

    collection.counted().octetsReceived = 9'000;
    BOOST_TEST(text("/7/0/3") == "9");
}

BOOST_AUTO_TEST_CASE(refuses_a_period_that_cannot_be)
{
    for (const std::string period : {"-1", "4294967296"})
        BOOST_TEST((writeText("/7/0/8", period).code == OutcomeCode::BadRequest), period);
    BOOST_TEST(text("/7/0/8") == "0");
}

BOOST_AUTO_TEST_CASE(is_neither_written_nor_executed_where_it_only_tells)
{
    for (const std::string path : {"/7/0/2", "/7/0/3", "/7/0/4", "/7/0/5", "/7/0/6"})
        BOOST_TEST((writeText(path, "1").code == OutcomeCode::MethodNotAllowed), path);
    for (const std::string path : {"/7/0/2", "/7/0/8"})
        BOOST_TEST((execute(path).code == OutcomeCode::MethodNotAllowed), path);
    BOOST_TEST((read("/7/0/6").code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_SUITE_END()
