// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;
using model::Value;

namespace {

struct Sleeper : ClientFixture
{
    explicit Sleeper(const std::string& version = "1.1", bool hasQueueMode = true)
        : ClientFixture({}, version, hasQueueMode)
    {
        registerClient();
    }

    void change(double value)
    {
        ClientFixture::change(temperature, Value(value));
        scheduler.advance(0s);
    }

    /// The one request that waits for an answer: an Update.
    const api::Request& update()
    {
        BOOST_REQUIRE(peer().asked.size() == 1U);
        const auto& request = peer().asked.front().request;
        BOOST_TEST((request.path == std::vector<std::string>{"rd", "5a3f"}));
        return request;
    }

    OutcomeCode writeBinding(const std::string& binding)
    {
        return writeText("/1/0/7", binding).code;
    }
};

/// A server that decides about queue mode.
struct OldSleeper : Sleeper
{
    OldSleeper()
        : Sleeper("1.0", false)
    {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(queue_mode)

BOOST_FIXTURE_TEST_CASE(notifies_at_once_while_it_is_awake, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(92s);

    change(22);

    BOOST_TEST(peer().notified.size() == 1U);
    BOOST_TEST(peer().asked.empty());
}

// OMA ETS 109.
BOOST_FIXTURE_TEST_CASE(wakes_with_an_update_before_it_notifies_what_is_newest, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(93s);

    change(22);
    change(23);
    BOOST_TEST(update().query.empty());
    BOOST_TEST(update().payload.empty());
    BOOST_TEST(peer().notified.empty());
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_REQUIRE(peer().notified.size() == 1U);
    BOOST_TEST(textOf(peer().notified.front().response) == "23");
    BOOST_TEST(peer().asked.empty());
}

BOOST_FIXTURE_TEST_CASE(one_update_wakes_for_all_that_is_due, Sleeper)
{
    observe("/3303/0/5700", 1);
    observe("/3306/0/5850", 2);
    scheduler.advance(93s);
    actuator->values[{3306, 0, 5850}] = Value(true);
    change(22);
    client->onValuesChanged({{3306, 0, 5850}});
    scheduler.advance(5s);
    BOOST_TEST(peer().notified.empty());

    update();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_TEST(peer().notified.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_longest_period_wakes_it_too, Sleeper)
{
    writeAttributes("/3303/0/5700", {"pmax=200"});
    observe("/3303/0/5700", 1);
    scheduler.advance(199s);
    BOOST_TEST(peer().asked.empty());

    scheduler.advance(1s);
    update();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_TEST(peer().notified.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(each_message_keeps_it_awake, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(92s);
    change(22);
    scheduler.advance(92s);
    change(23);
    scheduler.advance(92s);
    read("/3303/0/5700");
    scheduler.advance(92s);
    peer().lastHeardAt = scheduler.now();
    scheduler.advance(92s);

    change(24);

    BOOST_TEST(peer().notified.size() == 3U);
    BOOST_TEST(peer().asked.empty());
}

// A device behind a gateway hears while it sleeps.
BOOST_FIXTURE_TEST_CASE(a_request_is_answered_at_any_time_and_wakes_it, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(1000s);

    BOOST_TEST((read("/3303/0/5700").code == OutcomeCode::Content));
    change(22);

    BOOST_TEST(peer().notified.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(wakes_with_an_update_before_it_sends, Sleeper)
{
    scheduler.advance(1h);

    client->send("site", {temperature}, [](const auto&) {});

    BOOST_REQUIRE(peer().asked.size() == 2U);
    BOOST_TEST(peer().asked.at(0).request.path.front() == "rd");
    BOOST_TEST(peer().asked.at(1).request.path.front() == "dp");
}

BOOST_FIXTURE_TEST_CASE(what_waits_is_told_after_a_session_that_is_lost_while_it_wakes, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(1h);
    change(22);
    peer().lose({base::ErrorKind::Unreachable, "gone", {}});
    scheduler.advance(10s);
    peer().resume();
    BOOST_TEST(peer().notified.empty());

    peer().answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_TEST(peer().notified.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(observers_of_what_is_gone_hear_it_after_the_update, Sleeper)
{
    observe("/3303/0/5700", 1);
    scheduler.advance(1h);
    sensor->present.clear();

    client->onInstancesChanged();
    BOOST_TEST(peer().notified.empty());
    update();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(0s);

    BOOST_REQUIRE(peer().notified.size() == 1U);
    BOOST_TEST((peer().notified.front().response.code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_CASE(without_queue_mode_it_is_always_awake)
{
    Sleeper site("1.1", false);
    site.observe("/3303/0/5700", 1);
    site.scheduler.advance(1h);

    site.change(22);

    BOOST_TEST(site.peer().notified.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_server_of_1_0_chooses_it_by_the_binding, OldSleeper)
{
    BOOST_TEST((writeBinding("UQ") == OutcomeCode::Changed));
    BOOST_TEST((update().query == std::vector<std::string>{"b=UQ"}));
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST(textOf(read("/1/0/7", plainTextFormat)) == "UQ");
    BOOST_TEST((writeBinding("UQ") == OutcomeCode::Changed));
    BOOST_TEST(peer().asked.empty());

    BOOST_TEST((writeBinding("U") == OutcomeCode::Changed));

    BOOST_TEST((update().query == std::vector<std::string>{"b=U"}));
}

BOOST_AUTO_TEST_CASE(the_binding_is_that_of_the_version_agreed_on)
{
    ClientFixture downgraded({}, "1.1", true);
    downgraded.client->start(0s);
    downgraded.scheduler.advance(0s);
    downgraded.peer().connect();
    downgraded.peer().answer(OutcomeCode::PreconditionFailed);
    downgraded.peer().accept();

    BOOST_TEST(textOf(downgraded.read("/1/0/7", plainTextFormat)) == "UQ");
    BOOST_TEST((downgraded.writeText("/1/0/7", "U").code == OutcomeCode::Changed));
    BOOST_TEST(textOf(downgraded.read("/1/0/7", plainTextFormat)) == "U");
}

BOOST_FIXTURE_TEST_CASE(what_a_server_chose_is_there_after_a_restart, OldSleeper)
{
    writeBinding("UQ");
    scheduler.advance(0s);
    ClientFixture again(owner.state, "1.0");

    again.registerClient();

    BOOST_TEST(textOf(again.read("/1/0/7", plainTextFormat)) == "UQ");
}

BOOST_AUTO_TEST_CASE(the_binding_is_that_of_the_servers_uri)
{
    ClientFixture byTcp({}, "1.1", false, "coaps+tcp://server.example");
    byTcp.registerClient();

    BOOST_TEST(textOf(byTcp.read("/1/0/7", plainTextFormat)) == "T");
    BOOST_TEST((byTcp.writeText("/1/0/7", "T").code == OutcomeCode::Changed));
    BOOST_TEST((byTcp.writeText("/1/0/7", "UT").code == OutcomeCode::Changed));
    BOOST_TEST(textOf(byTcp.read("/1/0/7", plainTextFormat)) == "T"); // what is spoken
    for (const auto* binding : {"U", "TQ", "TX", ""})
        BOOST_TEST((byTcp.writeText("/1/0/7", binding).code == OutcomeCode::BadRequest), binding);
}

// /3/0/16 is to be what Register says (LwM2M Core §6.2.1), of which 1.0 knows less.
BOOST_AUTO_TEST_CASE(the_supported_bindings_are_in_the_words_of_the_version)
{
    const auto supported = [](ClientFixture& f) {
        f.device->tellBindings("UT");
        f.registerClient();
        const auto all = textOf(f.read("/3/0", senmlJsonFormat));
        const auto one = textOf(f.read("/3/0/16", plainTextFormat));
        BOOST_TEST(all.find("\"n\":\"16\",\"vs\":\"" + one + '"') != std::string::npos, all);
        return one;
    };
    ClientFixture old({}, "1.0");
    ClientFixture oldSleeper({}, "1.0", true);
    ClientFixture newer({}, "1.1", true);
    ClientFixture newest({}, "1.2");
    ClientFixture byTcp({}, "1.1", false, "coaps+tcp://server.example");

    BOOST_TEST(supported(old) == "U");
    BOOST_TEST(supported(oldSleeper) == "UQ");
    for (auto* f : {&newer, &newest, &byTcp})
        BOOST_TEST(supported(*f) == "UT");
}

BOOST_FIXTURE_TEST_CASE(other_bindings_are_refused, OldSleeper)
{
    for (const auto* binding : {"", "Q", "S", "T", "UX", "UU", "QST"})
        BOOST_TEST((writeBinding(binding) == OutcomeCode::BadRequest), binding);
    Sleeper newer;

    BOOST_TEST((newer.writeBinding("UQ") == OutcomeCode::BadRequest));
    BOOST_TEST((newer.writeBinding("U") == OutcomeCode::Changed));
}

// As /3/0/16 has them; what is spoken, registered and read back is that of the URI.
BOOST_AUTO_TEST_CASE(a_binding_may_name_other_transports_too)
{
    Sleeper newer;
    for (const auto* binding : {"UT", "TU", "US", "UMHTSN"})
        BOOST_TEST((newer.writeBinding(binding) == OutcomeCode::Changed), binding);
    BOOST_TEST(textOf(newer.read("/1/0/7", plainTextFormat)) == "U");

    OldSleeper old;
    BOOST_TEST((old.writeBinding("US") == OutcomeCode::Changed));
    BOOST_TEST(textOf(old.read("/1/0/7", plainTextFormat)) == "U");
    BOOST_TEST((old.writeBinding("UQS") == OutcomeCode::Changed));
    BOOST_TEST(textOf(old.read("/1/0/7", plainTextFormat)) == "UQ");
}

BOOST_AUTO_TEST_SUITE_END()
