// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lwm2m/registration_fixture.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_FIXTURE_TEST_SUITE(registration, RegistrationFixture)

BOOST_AUTO_TEST_CASE(r31_opens_a_session_with_the_account_and_the_credential)
{
    start();

    BOOST_TEST(peer().settings.uri == "coaps://server.example:5684");
    BOOST_TEST(peer().settings.logName == "meter-1");
    BOOST_TEST(peer().settings.credential.device == "meter-1");
    BOOST_TEST(peer().settings.credential.server == "site");
    BOOST_CHECK(state() == Reported::Connecting);
}

BOOST_AUTO_TEST_CASE(waits_for_its_turn_before_it_opens_a_session)
{
    registration.start(7s);

    scheduler.advance(6s);
    BOOST_TEST(sessions() == 0U);
    scheduler.advance(1s);
    BOOST_TEST(sessions() == 1U);
}

BOOST_AUTO_TEST_CASE(registers_as_the_standard_says)
{
    start();

    peer().connect();

    const std::vector<std::string> query{
        "ep=urn:dev:os:32473-meter-1", "lt=86400", "lwm2m=1.1", "b=U"};
    BOOST_CHECK(asked().method == api::Method::Post);
    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
    BOOST_TEST(asked().query == query, boost::test_tools::per_element());
    BOOST_TEST(asked().contentFormat.value() == 40);
    BOOST_TEST(textOf(asked().payload) == owner.links);
    BOOST_CHECK(state() == Reported::Registering);
}

BOOST_AUTO_TEST_CASE(is_registered_after_2_01_and_shows_where)
{
    registerOnce();

    const auto status = registration.status();
    BOOST_CHECK(status.state == Reported::Registered);
    BOOST_TEST(status.location == "/rd/5a3f");
    BOOST_TEST(status.counters.at("registrations") == 1U);
    BOOST_TEST(status.lastError == "");
    BOOST_TEST(owner.registered == std::vector<bool>{true}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(counts_2_01_without_location_as_a_failure)
{
    start();
    peer().connect();

    peer().answer(OutcomeCode::Created);

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(registration.status().lastError == "the server answered Register with 2.01 Created");
}

BOOST_DATA_TEST_CASE(
    updates_before_the_lifetime_ends,
    boost::unit_test::data::make({86400, 300, 186, 185, 60, 1}) ^
        boost::unit_test::data::make({86307000, 207000, 93000, 92500, 30000, 1000}),
    lifetime,
    milliseconds)
{
    account.settings.lifetime = std::chrono::seconds(lifetime);
    registerOnce();

    scheduler.advance(std::chrono::milliseconds(milliseconds - 1));
    BOOST_TEST(peer().asked.empty());
    scheduler.advance(1ms);
    BOOST_TEST(peer().asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(refreshes_without_parameters_when_nothing_changed)
{
    registerOnce();

    scheduler.advance(86400s - 93s);

    const std::vector<std::string> location{"rd", "5a3f"};
    BOOST_CHECK(asked().method == api::Method::Post);
    BOOST_TEST(asked().path == location, boost::test_tools::per_element());
    BOOST_TEST(asked().query.empty());
    BOOST_TEST(asked().payload.empty());
    BOOST_TEST(!asked().contentFormat.has_value());
}

BOOST_AUTO_TEST_CASE(tells_a_new_lifetime_at_once_and_only_once)
{
    registerOnce();

    account.settings.lifetime = 20s;
    registration.announceChanges();
    BOOST_TEST(asked().query == std::vector<std::string>{"lt=20"},
               boost::test_tools::per_element());
    BOOST_TEST(asked().payload.empty());
    peer().answer(OutcomeCode::Changed);

    registration.announceChanges();
    BOOST_TEST(peer().asked.empty());
    scheduler.advance(10s);
    BOOST_TEST(asked().query.empty());
}

BOOST_AUTO_TEST_CASE(tells_a_new_object_list_whole)
{
    registerOnce();

    owner.links += ",</3303/0>";
    registration.announceChanges();

    BOOST_TEST(textOf(asked().payload) == owner.links);
    BOOST_TEST(asked().contentFormat.value() == 40);
    BOOST_TEST(asked().query.empty());
}

BOOST_AUTO_TEST_CASE(tells_what_changed_while_an_update_was_under_way)
{
    registerOnce();
    registration.updateNow();

    account.settings.lifetime = 20s;
    registration.announceChanges();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(1s);

    BOOST_TEST(asked().query == std::vector<std::string>{"lt=20"},
               boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(registers_anew_when_the_server_forgot_it,
                     boost::unit_test::data::make({132, 128}), // 4.04, 4.00
                     code)
{
    registerOnce();
    registration.updateNow();

    peer().answer(static_cast<OutcomeCode>(code));

    BOOST_TEST(sessions() == 1U);
    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
    peer().accept({"rd", "new"});
    BOOST_TEST(registration.status().location == "/rd/new");
    BOOST_TEST(owner.registered == (std::vector<bool>{true, true}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(falls_back_to_1_0_once_when_1_1_is_refused)
{
    start();
    peer().connect();

    peer().answer(OutcomeCode::PreconditionFailed);

    BOOST_TEST(sessions() == 1U);
    BOOST_TEST(asked().query.at(2) == "lwm2m=1.0");
    BOOST_TEST(textOf(asked().payload) == "</1/0>");
    peer().accept();
    BOOST_CHECK(registration.version() == ProtocolVersion::V1_0);
    BOOST_CHECK(state() == Reported::Registered);
}

BOOST_AUTO_TEST_CASE(waits_when_both_versions_are_refused)
{
    start();
    peer().connect();

    peer().answer(OutcomeCode::PreconditionFailed);
    peer().answer(OutcomeCode::PreconditionFailed);

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(registration.status().lastError ==
               "the server answered Register with 4.12 Precondition Failed");
    BOOST_CHECK(registration.version() == ProtocolVersion::V1_1);
}

BOOST_AUTO_TEST_CASE(says_t_to_a_server_by_tcp)
{
    account.settings.uri = "coaps+tcp://server.example";
    account.settings.queueMode = true;
    start();
    peer().connect();

    BOOST_TEST(asked().query.at(3) == "b=T");
    BOOST_TEST(asked().query.at(4) == "Q");
}

// LwM2M 1.0 has no TCP.
BOOST_AUTO_TEST_CASE(claims_no_version_by_tcp_that_does_not_know_it)
{
    account.settings.uri = "coaps+tcp://server.example";
    start();
    peer().connect();

    peer().answer(OutcomeCode::PreconditionFailed);

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_CHECK(registration.version() == ProtocolVersion::V1_1);
}

BOOST_AUTO_TEST_CASE(asks_for_queue_mode_as_its_version_has_it)
{
    account.settings.queueMode = true;
    start();
    peer().connect();

    BOOST_TEST(asked().query.at(3) == "b=U");
    BOOST_TEST(asked().query.at(4) == "Q");
    peer().answer(OutcomeCode::PreconditionFailed);
    BOOST_TEST(asked().query.at(3) == "b=UQ");
    BOOST_TEST(asked().query.size() == 4U);
}

BOOST_AUTO_TEST_CASE(goes_down_from_1_2_version_by_version)
{
    account.settings.lwm2mVersion = "1.2";
    Registration newest{identity, account, transport, scheduler, owner};
    newest.start(0s);
    scheduler.advance(0s);
    peer().connect();

    for (const auto* version : {"lwm2m=1.2", "lwm2m=1.1", "lwm2m=1.0"}) {
        BOOST_TEST(asked().query.at(2) == version);
        peer().answer(OutcomeCode::PreconditionFailed);
    }

    BOOST_CHECK(newest.version() == ProtocolVersion::V1_2);
}

BOOST_AUTO_TEST_CASE(speaks_1_0_from_the_start_when_the_account_says_so)
{
    account.settings.lwm2mVersion = "1.0";
    Registration old{identity, account, transport, scheduler, owner};

    old.start(0s);
    scheduler.advance(0s);
    peer().connect();

    BOOST_TEST(asked().query.at(2) == "lwm2m=1.0");
}

BOOST_AUTO_TEST_CASE(doubles_the_retry_timer_then_pauses_and_begins_again)
{
    start();

    for (const auto shortest : {60s, 120s, 240s, 480s}) {
        const auto before = sessions();
        refuseToConnect();
        BOOST_CHECK(state() == Reported::Waiting);
        scheduler.advance(shortest + shortest / 10 - 1ms);
        BOOST_TEST(sessions() == before);
        scheduler.advance(shortest / 2);
        BOOST_TEST(sessions() == before + 1);
    }
    refuseToConnect();
    BOOST_CHECK(state() == Reported::Failed);

    scheduler.advance(3600s);
    BOOST_TEST(sessions() == 5U);
    scheduler.advance(1800s);
    BOOST_TEST(sessions() == 6U);
    BOOST_CHECK(state() == Reported::Connecting);
}

BOOST_AUTO_TEST_CASE(waits_the_sequence_delay_between_sequences)
{
    account.settings.retryCount = 1;
    account.settings.sequenceRetryCount = 2;
    account.settings.sequenceDelay = 1000s;
    start();

    refuseToConnect();
    BOOST_CHECK(state() == Reported::Waiting);
    scheduler.advance(1000s);
    BOOST_TEST(sessions() == 1U);
    scheduler.advance(500s);
    BOOST_TEST(sessions() == 2U);
    refuseToConnect();
    BOOST_CHECK(state() == Reported::Failed);
}

// "MAX_VALUE means do not perform another communication sequence" (/1/x/19).
BOOST_AUTO_TEST_CASE(ends_with_the_first_sequence_where_no_other_is_wanted)
{
    account.settings.retryCount = 1;
    account.settings.sequenceRetryCount = 3;
    account.settings.sequenceDelay = 4294967295s;
    start();

    refuseToConnect();

    BOOST_CHECK(state() == Reported::Failed);
}

BOOST_AUTO_TEST_CASE(never_hurries_whatever_the_settings)
{
    account.settings.retryCount = 1000000;
    account.settings.retryTimer = 0s;
    start();

    for (int i = 0; i < 5; ++i) {
        const auto before = sessions();
        refuseToConnect();
        scheduler.advance(999ms);
        BOOST_TEST(sessions() == before);
        scheduler.advance(3600s);
    }
}

struct AnswerRow
{
    OutcomeCode code;
    const char* diagnostic;
    const char* sentence;
};

std::ostream& operator<<(std::ostream& out, const AnswerRow& row)
{
    return out << row.sentence;
}

// "Explicitly rejected": the name of the client, or what it asks for (LwM2M Core §6.2.1.2).
const AnswerRow rejectionRows[] = {
    {OutcomeCode::BadRequest, "", "the server answered Register with 4.00 Bad Request"},
    {OutcomeCode::Forbidden, "", "the server answered Register with 4.03 Forbidden"},
};

BOOST_DATA_TEST_CASE(does_not_hammer_a_server_that_rejects_it,
                     boost::unit_test::data::make(rejectionRows),
                     row)
{
    start();
    peer().connect();

    peer().answer(row.code);

    BOOST_CHECK(state() == Reported::Failed);
    BOOST_TEST(registration.status().lastError == row.sentence);
    scheduler.advance(3600s);
    BOOST_TEST(sessions() == 1U);
}

const AnswerRow answerRows[] = {
    {OutcomeCode::Unauthorized, "no", "the server answered Register with 4.01 Unauthorized (no)"},
    {OutcomeCode::Conflict, "", "the server answered Register with 4.09 Conflict"},
    {OutcomeCode::InternalServerError,
     "two\nlines",
     "the server answered Register with 5.00 Internal Server Error"},
    {OutcomeCode::ServiceUnavailable,
     "\xff",
     "the server answered Register with 5.03 Service Unavailable"},
};

BOOST_DATA_TEST_CASE(tries_again_after_a_refusal_and_says_why,
                     boost::unit_test::data::make(answerRows),
                     row)
{
    start();
    peer().connect();
    api::Response response;
    response.code = row.code;
    response.payload = base::toBytes(row.diagnostic);

    peer().answer(std::move(response));

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(registration.status().lastError == row.sentence);
    BOOST_TEST(registration.status().lastErrorAt.has_value());
    BOOST_TEST(registration.status().nextAttemptAt.has_value());
    BOOST_TEST(peer().isClosed);
    scheduler.advance(90s);
    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
