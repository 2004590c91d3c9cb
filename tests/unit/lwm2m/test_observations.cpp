// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/observations.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using api::Delivery;
using base::ErrorKind;
using model::OutcomeCode;
using model::Value;

namespace {

/// Token 1 observes the temperature, which was 21.5.
struct Observed : ClientFixture
{
    Observed()
    {
        registerClient();
        observe("/3303/0/5700", 1);
    }

    /// The texts of the notifications sent since the last call, each delivered.
    std::vector<std::string> told()
    {
        std::vector<std::string> texts;
        while (!peer().notified.empty()) {
            texts.push_back(textOf(peer().notified.front().response));
            if (peer().notified.front().isConfirmable)
                peer().deliver(Delivery::Acknowledged);
            else
                peer().notified.pop_front(); // of which nobody is told more
        }
        return texts;
    }

    void expectTold(const std::vector<std::string>& texts)
    {
        BOOST_TEST(told() == texts, boost::test_tools::per_element());
    }

    void loseAndResume()
    {
        peer().lose({ErrorKind::Unreachable, "the server went away", {}});
        scheduler.advance(6s);
        peer().resume();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(observations, Observed)

BOOST_AUTO_TEST_CASE(answers_observe_with_the_value_and_a_sequence_number)
{
    const auto response = observe("/3303/0/5700", 2, senmlJsonFormat);

    BOOST_TEST(textOf(response) == R"([{"bn":"/3303/0/5700","v":21.5}])");
    BOOST_TEST(response.observe.has_value());
    BOOST_TEST(client->status().front().observations == 2U);
}

BOOST_AUTO_TEST_CASE(tells_a_change_at_once_in_the_format_of_the_first_answer)
{
    change(temperature, 22.0);

    const auto& notified = peer().notified.front();
    BOOST_TEST(textOf(notified.response) == "22");
    BOOST_CHECK(notified.token == tokenOf(1));
    BOOST_TEST(notified.response.contentFormat.value() == plainTextFormat);
    BOOST_TEST(!notified.isConfirmable);
}

BOOST_AUTO_TEST_CASE(numbers_notifications_upwards)
{
    change(temperature, 22.0);
    change(temperature, 23.0);

    BOOST_TEST(peer().notified.at(0).response.observe.value() <
               peer().notified.at(1).response.observe.value());
}

BOOST_AUTO_TEST_CASE(keeps_quiet_about_the_same_value)
{
    change(temperature, 21.5);

    expectTold({});
    BOOST_TEST(scheduler.hasTimers()); // only that of the registration
}

BOOST_AUTO_TEST_CASE(tells_what_came_within_pmin_when_it_is_over)
{
    writeAttributes("/3303/0/5700", {"pmin=5"});
    scheduler.advance(5s);
    change(temperature, 22.0);
    expectTold({"22"});

    scheduler.advance(2s);
    change(temperature, 23.0);
    change(temperature, 24.0);
    scheduler.advance(2999ms);
    expectTold({});
    scheduler.advance(1ms);

    expectTold({"24"});
}

BOOST_AUTO_TEST_CASE(repeats_the_value_at_pmax)
{
    writeAttributes("/3303", {"pmax=10"});

    scheduler.advance(9999ms);
    expectTold({});
    scheduler.advance(1ms);
    expectTold({"21.5"});
    scheduler.advance(10s);
    expectTold({"21.5"});
}

BOOST_AUTO_TEST_CASE(takes_pmin_and_pmax_of_the_account_where_none_are_attached)
{
    writeText("/1/0/2", "5");
    writeText("/1/0/3", "20");

    change(temperature, 22.0);
    expectTold({});
    scheduler.advance(5s);
    expectTold({"22"});
    scheduler.advance(20s);
    expectTold({"22"});
}

BOOST_AUTO_TEST_CASE(tells_the_crossing_of_a_threshold_only)
{
    writeAttributes("/3303/0/5700", {"gt=30"});

    change(temperature, 29.0);
    expectTold({});
    change(temperature, 31.0);
    expectTold({"31"});
    change(temperature, 40.0);
    expectTold({});
    change(temperature, 30.0);
    expectTold({"30"});
}

BOOST_AUTO_TEST_CASE(tells_a_fall_below_lt)
{
    writeAttributes("/3303/0/5700", {"lt=10"});

    change(temperature, 10.0);
    expectTold({});
    change(temperature, 9.0);
    expectTold({"9"});
}

BOOST_AUTO_TEST_CASE(tells_a_step_from_the_value_last_told)
{
    writeAttributes("/3303/0/5700", {"st=2"});

    change(temperature, 22.5);
    change(temperature, 23.4);
    expectTold({});
    change(temperature, 23.5);
    expectTold({"23.5"});
    change(temperature, 21.6);
    expectTold({});
}

BOOST_AUTO_TEST_CASE(tells_a_change_below_an_observed_instance)
{
    observe("/3303/0", 2, senmlJsonFormat);
    change({3303, 0, 5701}, Value(std::string("K")));

    BOOST_TEST(peer().notified.size() == 1U);
    BOOST_CHECK(peer().notified.front().token == tokenOf(2));
}

BOOST_AUTO_TEST_CASE(tells_a_write_of_a_server_to_its_observers)
{
    observe("/1/0/6", 2);

    writeText("/1/0/6", "0");

    BOOST_REQUIRE(!peer().notified.empty());
    BOOST_CHECK(peer().notified.back().token == tokenOf(2));
    BOOST_TEST(textOf(peer().notified.back().response) == "0");
}

BOOST_AUTO_TEST_CASE(never_tells_a_value_that_is_not_known)
{
    writeAttributes("/3303/0/5700", {"pmax=10"});

    sensor->isSilent = true;
    client->onValuesChanged({temperature});
    scheduler.advance(60s);
    expectTold({});
    sensor->isSilent = false;
    change(temperature, 22.0);

    expectTold({"22"});
}

BOOST_AUTO_TEST_CASE(ends_with_a_reset_of_a_notification)
{
    change(temperature, 22.0);
    peer().deliver(Delivery::Reset);

    change(temperature, 23.0);

    expectTold({});
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(a_reset_or_a_lost_acknowledgement_concerns_one_observation_alone)
{
    observe("/3303/0/5700", 2);
    writeText("/1/0/26", "1");
    change(temperature, 22.0);
    BOOST_TEST((peer().notified.front().token == tokenOf(1)));
    peer().deliver(Delivery::Reset);
    BOOST_TEST((peer().notified.front().token == tokenOf(2)));
    peer().deliver(Delivery::TimedOut);
    expectTold({"22"});

    change(temperature, 23.0);
    BOOST_REQUIRE(peer().notified.size() == 1U);
    BOOST_TEST((peer().notified.front().token == tokenOf(2)));
}

BOOST_AUTO_TEST_CASE(ends_with_a_reset_that_comes_later)
{
    observe("/3303/0/5701", 2);

    peer().listener->onReset(tokenOf(1));
    change(temperature, 22.0);

    expectTold({});
    BOOST_TEST(client->status().front().observations == 1U);
}

BOOST_AUTO_TEST_CASE(ends_with_a_cancel_which_answers_like_a_read)
{
    api::Request cancel;
    cancel.path = segmentsOf("/3303/0/5700");
    cancel.observe = 1;
    cancel.accept = plainTextFormat;
    cancel.token = tokenOf(1);

    const auto response = ask(std::move(cancel));
    change(temperature, 22.0);

    BOOST_CHECK(response.code == OutcomeCode::Content);
    BOOST_TEST(!response.observe.has_value());
    expectTold({});
}

BOOST_AUTO_TEST_CASE(replaces_an_observation_of_the_same_token)
{
    observe("/3303/0/5700", 1, senmlJsonFormat);

    change(temperature, 22.0);

    expectTold({R"([{"bn":"/3303/0/5700","v":22}])"});
}

BOOST_AUTO_TEST_CASE(asks_for_an_acknowledgement_once_a_day)
{
    scheduler.advance(23h);
    change(temperature, 22.0);
    BOOST_TEST(!peer().notified.front().isConfirmable);
    told();
    scheduler.advance(1h);

    change(temperature, 23.0);
    BOOST_TEST(peer().notified.front().isConfirmable);
    told();
    change(temperature, 24.0);
    BOOST_TEST(!peer().notified.front().isConfirmable);
}

BOOST_AUTO_TEST_CASE(has_one_confirmable_notification_under_way_and_the_newest_value_next)
{
    writeText("/1/0/26", "1");

    change(temperature, 22.0);
    change(temperature, 23.0);
    change(temperature, 24.0);
    BOOST_TEST(peer().notified.size() == 1U);
    BOOST_TEST(peer().notified.front().isConfirmable);
    peer().deliver(Delivery::Acknowledged);

    expectTold({"24"});
}

BOOST_AUTO_TEST_CASE(tells_again_what_nobody_acknowledged)
{
    writeText("/1/0/26", "1");
    change(temperature, 22.0);

    peer().deliver(Delivery::TimedOut);

    expectTold({"22"});
}

BOOST_AUTO_TEST_CASE(tells_after_a_resumed_session_what_changed_meanwhile)
{
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    change(temperature, 22.0);
    scheduler.advance(6s);

    peer().resume();
    expectTold({});
    peer().answer(OutcomeCode::Changed);

    expectTold({"22"});
}

BOOST_AUTO_TEST_CASE(forgets_what_changed_meanwhile_when_the_server_wants_it_so)
{
    writeText("/1/0/6", "0");
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    change(temperature, 22.0);
    scheduler.advance(6s);

    peer().resume();
    peer().answer(OutcomeCode::Changed);
    expectTold({});
    change(temperature, 23.0);

    expectTold({"23"});
}

BOOST_AUTO_TEST_CASE(frees_the_way_for_confirmable_ones_when_the_session_is_lost)
{
    writeText("/1/0/26", "1");
    scheduler.advance(100s);
    change(temperature, 22.0);
    loseAndResume();
    peer().answer(OutcomeCode::Changed);

    change(temperature, 23.0);

    expectTold({"23"});
}

BOOST_AUTO_TEST_CASE(forgets_all_observations_at_register)
{
    client->updateNow("site");
    peer().answer(OutcomeCode::NotFound);
    peer().accept();

    change(temperature, 22.0);

    expectTold({});
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(says_4_04_when_the_target_is_gone)
{
    sensor->present.clear();

    client->onInstancesChanged();

    BOOST_CHECK(peer().notified.front().response.code == OutcomeCode::NotFound);
    BOOST_CHECK(!peer().notified.front().response.observe); // RFC 7641 §3.2
    BOOST_TEST(peer().notified.front().isConfirmable);
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(answers_without_observing_when_there_are_too_many)
{
    for (std::size_t i = 1; i < Observations::most; ++i)
        observe("/3303/0/5700", static_cast<std::uint8_t>(i + 1));

    const auto response = observe("/3303/0/5700", 250);

    BOOST_CHECK(response.code == OutcomeCode::Content);
    BOOST_TEST(!response.observe.has_value());
    BOOST_TEST(client->status().front().observations == Observations::most);
}

BOOST_AUTO_TEST_CASE(refuses_attributes_in_observe)
{
    api::Request request;
    request.path = segmentsOf("/3303/0/5700");
    request.observe = 0;
    request.query = {"pmin=5"};

    BOOST_CHECK(ask(std::move(request)).code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_CASE(evaluates_not_more_often_than_epmin)
{
    writeAttributes("/3303/0/5700", {"epmin=10"});

    scheduler.advance(4s);
    change(temperature, 22.0);
    expectTold({});
    scheduler.advance(6s);

    expectTold({"22"});
}

// What is counted only when somebody looks does not say when it has changed.
BOOST_AUTO_TEST_CASE(evaluates_what_nobody_tells_at_epmax)
{
    writeAttributes("/3303/0/5700", {"epmax=10", "gt=25"});
    sensor->values.insert_or_assign(temperature, Value(26.0));

    scheduler.advance(9999ms);
    expectTold({});
    scheduler.advance(1ms);
    expectTold({"26"});
    sensor->values.insert_or_assign(temperature, Value(20.0));
    scheduler.advance(10s);

    expectTold({"20"});
}

BOOST_AUTO_TEST_CASE(lets_epmax_go_when_it_is_not_above_epmin)
{
    writeAttributes("/3303/0/5700", {"epmin=20", "epmax=10"});
    sensor->values.insert_or_assign(temperature, Value(26.0));

    scheduler.advance(60s);

    expectTold({});
}

BOOST_AUTO_TEST_SUITE_END()
