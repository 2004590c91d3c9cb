// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/stored_notifications.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using api::Delivery;
using base::ErrorKind;
using model::Path;
using model::Value;

namespace {

/// The server has lost its session while it observed the temperature, which was 21.5.
struct Offline : ClientFixture
{
    explicit Offline(api::ContentFormat format = senmlJsonFormat,
                     const std::string& version = "1.1")
        : ClientFixture({}, version)
    {
        registerClient();
        scheduler.advance(100s); // a session lost at once would count as a failed attempt
        observe("/3303/0/5700", 1, format);
        loseSession();
    }

    void loseSession() { peer().lose({ErrorKind::Unreachable, "the server went away", {}}); }

    void resume()
    {
        scheduler.advance(6s);
        peer().resume();
        peer().answer(model::OutcomeCode::Changed);
    }

    void registerAnew()
    {
        scheduler.advance(6s);
        peer().connect();
        peer().accept();
    }

    std::vector<std::string> told(Delivery ending = Delivery::Acknowledged)
    {
        scheduler.advance(0s);
        std::vector<std::string> texts;
        for (; !peer().notified.empty(); peer().deliver(ending))
            texts.push_back(textOf(peer().notified.front().response));
        return texts;
    }

    void expectTold(const std::vector<std::string>& texts)
    {
        BOOST_TEST(told() == texts, boost::test_tools::per_element());
    }

    /// The second at which the fixture's clock stands.
    std::int64_t second() const
    {
        return std::chrono::floor<std::chrono::seconds>(scheduler.wallNow().time_since_epoch())
            .count();
    }
};

struct Offline12 : Offline
{
    Offline12()
        : Offline(senmlJsonFormat, "1.2")
    {}
};

struct OfflineText : Offline
{
    OfflineText()
        : Offline(plainTextFormat)
    {}
};

StoredNotifications::Batch batchOf(const Path& path, std::size_t values)
{
    std::vector<Record> records(values, {path, Value(1.0), std::nullopt});
    return {{path, {}}, std::move(records)};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stored_notifications, Offline)

BOOST_AUTO_TEST_CASE(are_sent_in_one_message_with_their_times)
{
    const auto first = second();
    change(temperature, 22.0);
    scheduler.advance(2s);
    change(temperature, 23.0);

    resume();

    expectTold(
        {R"([{"bn":"/3303/0/5700","bt":)" + std::to_string(first) + R"(,"v":22},{"t":2,"v":23}])"});
}

BOOST_AUTO_TEST_CASE(have_the_times_at_which_the_values_were_taken)
{
    sensor->takenAt[temperature] = scheduler.wallNow() - 60s;
    const auto taken = second() - 60;
    change(temperature, 22.0);
    scheduler.advance(2s);
    sensor->takenAt[temperature] = scheduler.wallNow() - 50s;
    change(temperature, 23.0);

    resume();

    expectTold({R"([{"bn":"/3303/0/5700","bt":)" + std::to_string(taken) +
                R"(,"v":22},{"t":12,"v":23}])"});
}

BOOST_AUTO_TEST_CASE(say_once_what_did_not_change_beside_what_did)
{
    resume();
    observe("/3303/0", 2, senmlJsonFormat);
    told();
    loseSession();
    client->onValuesChanged({});
    const Path units{3303, 0, 5701};
    sensor->takenAt[units] = scheduler.wallNow() - 60s;
    for (const double value : {22.0, 23.0}) {
        sensor->takenAt[temperature] = scheduler.wallNow();
        change(temperature, value);
        scheduler.advance(2s);
    }

    resume();

    const auto all = told();
    const auto whole = std::ranges::find_if(
        all, [](const auto& message) { return message.find("Cel") != std::string::npos; });
    BOOST_REQUIRE(whole != all.end());
    BOOST_TEST(whole->find("Cel") == whole->rfind("Cel"), *whole);
}

BOOST_AUTO_TEST_CASE(are_only_what_would_have_been_told)
{
    resume();
    writeAttributes("/3303/0/5700", {"st=5"});
    loseSession();
    change(temperature, 22.0);
    change(temperature, 30.0);
    change(temperature, 31.0);

    resume();

    const auto all = told();
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all.front().find("\"v\":30") != std::string::npos);
    BOOST_TEST(all.front().find("\"v\":31") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(wait_for_the_observation_that_follows_a_new_registration)
{
    change(temperature, 22.0);

    registerAnew();
    expectTold({});
    observe("/3303/0/5700", 9, senmlJsonFormat);

    BOOST_TEST(told().size() == 1U);
    BOOST_TEST(told().empty());
}

BOOST_AUTO_TEST_CASE(are_forgotten_when_nobody_asks_for_them_until_the_next_update)
{
    change(temperature, 22.0);
    registerAnew();

    client->updateNow({});
    peer().answer(model::OutcomeCode::Changed);
    observe("/3303/0/5700", 9, senmlJsonFormat);

    expectTold({});
}

BOOST_AUTO_TEST_CASE(are_not_kept_when_the_server_does_not_want_them)
{
    resume();
    writeText("/1/0/6", "0");
    loseSession();
    change(temperature, 22.0);

    resume();

    expectTold({});
}

BOOST_AUTO_TEST_CASE(are_kept_when_their_acknowledgement_does_not_come)
{
    resume();
    writeText("/1/0/26", "1");
    loseSession();
    change(temperature, 22.0);
    resume();
    BOOST_TEST(peer().notified.front().isConfirmable);
    peer().deliver(Delivery::TimedOut);
    loseSession();

    resume();

    BOOST_TEST(textOf(peer().notified.front().response).find("\"v\":22") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(go_confirmable_whatever_else_does)
{
    change(temperature, 22.0);

    resume();
    scheduler.advance(0s);

    BOOST_REQUIRE(peer().notified.size() == 1U);
    BOOST_TEST(peer().notified.front().isConfirmable);
}

BOOST_AUTO_TEST_CASE(are_kept_when_the_session_ends_before_they_are_acknowledged)
{
    change(temperature, 22.0);
    resume();
    scheduler.advance(100s);
    peer().notified.clear();
    loseSession();

    resume();

    const auto all = told();
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all.front().find("\"v\":22") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(come_before_what_is_newer)
{
    change(temperature, 22.0);
    resume();

    change(temperature, 23.0);
    scheduler.advance(0s);

    BOOST_REQUIRE(peer().notified.size() == 1U);
    peer().deliver(Delivery::Acknowledged);
    expectTold({R"([{"bn":"/3303/0/5700","v":23}])"});
}

BOOST_FIXTURE_TEST_CASE(are_as_many_as_hqmax_says, Offline12)
{
    resume();
    writeAttributes("/3303/0/5700", {"hqmax=2"});
    observe("/3303/0/5701", 2, senmlJsonFormat);
    loseSession();
    for (const double value : {22.0, 23.0, 24.0})
        change(temperature, value);
    change({3303, 0, 5701}, Value(std::string("K"))); // no hqmax there: only the newest

    resume();

    const auto all = told();
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all.front().find("\"v\":22") == std::string::npos);
    BOOST_TEST(all.front().find("\"v\":23") != std::string::npos);
    BOOST_TEST(all.front().find("\"v\":24") != std::string::npos);
    BOOST_TEST(all.back() == R"([{"bn":"/3303/0/5701","vs":"K"}])");
}

BOOST_FIXTURE_TEST_CASE(are_as_many_as_hqmax_says_also_of_an_instance_with_many_values, Offline12)
{
    resume();
    for (model::Id id = 0; id < 40; ++id)
        test->values.insert_or_assign({3442, 0, 1120, id}, Value(std::int64_t{0}));
    writeAttributes("/3442/0/1120", {"hqmax=10"});
    observe("/3442/0/1120", 2, senmlJsonFormat);
    told();
    loseSession();
    for (std::int64_t value = 1; value <= 12; ++value) {
        scheduler.advance(1s);
        for (model::Id id = 0; id < 40; ++id)
            test->values.insert_or_assign({3442, 0, 1120, id}, Value(value));
        client->onValuesChanged({{3442, 0, 1120}});
    }

    resume();

    std::string history;
    for (const auto& message : told())
        history += message;
    BOOST_TEST(history.find("\"v\":2}") == std::string::npos);
    for (const auto* kept : {"\"v\":3}", "\"v\":12}"})
        BOOST_TEST(history.find(kept) != std::string::npos, kept);
}

BOOST_FIXTURE_TEST_CASE(are_of_each_part_of_a_composite_as_many_as_its_hqmax_says, Offline12)
{
    resume();
    writeAttributes("/3303/0/5700", {"hqmax=2"});
    writeAttributes("/3442/0/120", {"hqmax=1"});
    client->onValuesChanged({});
    api::Request request;
    request.method = api::Method::Fetch;
    request.observe = 0;
    request.token = tokenOf(3);
    request.contentFormat = request.accept = senmlJsonFormat;
    request.payload =
        base::toBytes(R"([{"n":"/3303/0/5700"},{"n":"/3306/0/5850"},{"n":"/3442/0/120"}])");
    ask(std::move(request));
    told();
    loseSession();
    for (const double value : {22.0, 23.0, 24.0}) {
        test->values.insert_or_assign({3442, 0, 120}, Value(std::int64_t(value) + 100));
        change(temperature, value);
    }
    actuator->values.insert_or_assign({3306, 0, 5850}, Value(true));
    client->onValuesChanged({{3306, 0, 5850}});

    resume();

    const auto all = told();
    const auto has = [](const std::string& message, const std::string& part) {
        return message.find(part) != std::string::npos;
    };
    const auto history =
        std::ranges::find_if(all, [&](const auto& message) { return has(message, "3442/0/120"); });
    BOOST_REQUIRE(history != all.end());
    BOOST_TEST(!has(*history, "\"v\":22"));
    BOOST_TEST(has(*history, "\"v\":23"), *history);
    BOOST_TEST(has(*history, "\"v\":24"));
    BOOST_TEST(!has(*history, "\"v\":123"));
    BOOST_TEST(has(*history, "\"v\":124"));
    BOOST_TEST(!has(*history, "5850"));
    BOOST_TEST(has(all.back(), R"("n":"3306/0/5850","vb":true)")); // the newest only
}

BOOST_AUTO_TEST_CASE(do_not_repeat_what_has_not_changed)
{
    resume();
    writeAttributes("/3303/0/5700", {"pmax=10"});
    loseSession();

    scheduler.advance(5s);
    change(temperature, 22.0);
    scheduler.advance(300s);
    peer().resume();
    peer().answer(model::OutcomeCode::Changed);

    BOOST_TEST(told().size() == 2U); // the stored one, and the newest because of pmax
}

BOOST_AUTO_TEST_CASE(make_room_for_newer_ones)
{
    StoredNotifications stored;
    const Path first{3303, 0, 5700};
    const Path second{3303, 1, 5700};
    stored.keep({first, {}}, batchOf(first, 1).records, {}, {});

    for (std::size_t i = 0; i <= StoredNotifications::mostSamples; ++i)
        stored.keep({second, {}}, batchOf(second, 1).records, {}, {});

    BOOST_TEST(stored.has({first, {}})); // each target has its own samples
    BOOST_TEST(stored.takeOldest({second, {}}, 1000).size() == StoredNotifications::mostSamples);
}

BOOST_AUTO_TEST_CASE(of_all_devices_together_are_bounded_and_each_has_its_share)
{
    HistoryBudget budget{200000, 0};
    const Path path{3303, 0, 5700};
    const auto fill = [&](StoredNotifications& stored) {
        for (std::size_t i = 0; i < 1000; ++i)
            stored.keep({path, {}}, batchOf(path, 10).records, {}, 1000000000);
        return stored.takeOldest({path, {}}, 1000000).size();
    };
    StoredNotifications alone(budget);
    const auto much = fill(alone);
    budget.used = budget.most;

    const auto share = fill(alone);

    BOOST_TEST(much > 100U);
    BOOST_TEST(share > 10U);
    BOOST_TEST(share < 20U);
    BOOST_TEST(budget.used == budget.most);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(without_a_place_for_times_each_goes_by_itself, OfflineText)
{
    change(temperature, 22.0);
    change(temperature, 23.0);

    resume();

    expectTold({"22", "23"});
}

BOOST_FIXTURE_TEST_CASE(one_waits_for_the_acknowledgement_of_the_one_before, OfflineText)
{
    for (const double value : {22.0, 23.0, 24.0})
        change(temperature, value);

    resume();
    scheduler.advance(0s);

    BOOST_REQUIRE(peer().notified.size() == 1U);
    peer().deliver(Delivery::Acknowledged);
    scheduler.advance(0s);
    BOOST_REQUIRE(peer().notified.size() == 1U);
    BOOST_TEST(textOf(peer().notified.front().response) == "23");
}
