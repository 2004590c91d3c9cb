// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lwm2m/registration_fixture.hpp"

using namespace causeway;
using namespace causeway::tests;

BOOST_FIXTURE_TEST_SUITE(registration_in_service, RegistrationFixture)

BOOST_AUTO_TEST_CASE(tries_again_when_register_is_not_answered)
{
    start();
    peer().connect();

    peer().timeOut();

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(registration.status().lastError == "no answer to Register: no answer in 93 s");
}

BOOST_AUTO_TEST_CASE(updates_after_a_resumed_handshake)
{
    registerOnce();
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});

    scheduler.advance(6s);
    BOOST_TEST(sessions() == 2U);
    peer().resume();

    BOOST_TEST(asked().path == (std::vector<std::string>{"rd", "5a3f"}),
               boost::test_tools::per_element());
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST(owner.registered == (std::vector<bool>{true, false}),
               boost::test_tools::per_element());
}

// RFC 8323 §7.4: the server's observations are gone, and an Update would not have it make them
// anew.
BOOST_AUTO_TEST_CASE(registers_after_a_resumed_handshake_by_tcp)
{
    registerOnce();
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    api::ChannelFacts facts;
    facts.isResumed = true;
    facts.isReliable = true;

    scheduler.advance(6s);
    peer().connect(facts);

    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(registers_after_a_full_handshake)
{
    registerOnce();
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});

    scheduler.advance(6s);
    peer().connect();

    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(makes_a_full_handshake_after_a_refusal_on_a_resumed_session)
{
    registerOnce();
    scheduler.advance(100s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    scheduler.advance(6s);
    peer().resume();
    peer().answer(OutcomeCode::NotFound); // Update: then Register
    BOOST_TEST(peer().settings.mayResume);

    peer().answer(OutcomeCode::Forbidden);

    scheduler.advance(100s); // no long pause: the retry timer
    BOOST_TEST(!peer().settings.mayResume);
    peer().connect();
    peer().accept();
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    scheduler.advance(200s);
    BOOST_TEST(peer().settings.mayResume);
}

BOOST_AUTO_TEST_CASE(registers_when_the_registration_expired_meanwhile)
{
    account.settings.lifetime = 120s;
    registerOnce();
    scheduler.advance(59s);
    peer().lose({ErrorKind::Unreachable, "the server went away", {}});
    account.settings.retryTimer = 120s;

    scheduler.advance(200s);
    peer().resume();

    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(connects_anew_when_an_update_is_not_answered)
{
    registerOnce();
    scheduler.advance(86400s - 93s);

    peer().timeOut();

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(peer().isClosed);
    BOOST_TEST(owner.ended == 1);
    scheduler.advance(6s);
    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_CASE(counts_a_session_lost_right_after_register_as_a_failed_attempt)
{
    start();

    for (int i = 0; i < 5; ++i) {
        peer().connect();
        peer().accept();
        peer().lose({ErrorKind::Unreachable, "the server closed the session", {}});
        scheduler.advance(i < 4 ? 800s : 0s);
    }

    BOOST_CHECK(state() == Reported::Failed);
}

// Californium closes a connection over which nothing was said for ten seconds.
BOOST_AUTO_TEST_CASE(comes_back_to_a_server_that_closes_idle_connections)
{
    account.settings.uri = "coaps+tcp://server.example";
    start();

    for (std::size_t i = 1; i < 20; ++i) {
        peer().connect();
        peer().accept();
        scheduler.advance(10s);
        peer().lose({ErrorKind::Unreachable, "the server closed the connection", {}});
        BOOST_CHECK(state() == Reported::Waiting);
        scheduler.advance(6s);
        BOOST_TEST(sessions() == i + 1);
    }
}

BOOST_AUTO_TEST_CASE(counts_a_session_lost_during_register_as_one_failed_attempt)
{
    start();
    peer().connect();

    peer().lose({ErrorKind::Unreachable, "the server closed the session", {}});

    BOOST_TEST(registration.status().counters.at("failures") == 1U);
    BOOST_TEST(owner.ended == 1);
    scheduler.advance(60s + 30s); // the wait after one failure, with its spread
    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_CASE(waits_for_the_key_store_without_a_timer)
{
    start();

    peer().lose({ErrorKind::Locked, "the key store is locked", {}});

    BOOST_CHECK(state() == Reported::Waiting);
    BOOST_TEST(registration.status().lastError == "the key store is locked");
    scheduler.advance(24h);
    BOOST_TEST(sessions() == 1U);
    registration.onCredentialChanged();
    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_CASE(tries_at_once_when_the_credential_changed)
{
    start();
    refuseToConnect();

    registration.onCredentialChanged();

    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_CASE(r06_leaves_a_session_whose_credential_changed)
{
    registerOnce();

    registration.onCredentialChanged();

    BOOST_TEST(transport.peers.front()->isClosed);
    BOOST_TEST(sessions() == 2U);
    BOOST_CHECK(state() == Reported::Connecting);
}

BOOST_AUTO_TEST_CASE(starts_again_when_the_operator_asks)
{
    start();
    peer().connect();
    peer().answer(OutcomeCode::Forbidden);

    registration.updateNow();

    BOOST_TEST(sessions() == 2U);
}

BOOST_AUTO_TEST_CASE(deregisters_and_is_silent_when_disabled)
{
    account.settings.disableTimeout = 300s;
    registerOnce();

    registration.disable();
    BOOST_CHECK(asked().method == api::Method::Delete);
    BOOST_TEST(asked().path == (std::vector<std::string>{"rd", "5a3f"}),
               boost::test_tools::per_element());
    peer().answer(OutcomeCode::Deleted);
    BOOST_TEST(peer().isClosed);
    scheduler.advance(299s);
    BOOST_TEST(sessions() == 1U);
    scheduler.advance(1s);
    BOOST_TEST(sessions() == 2U);
    peer().resume();

    BOOST_TEST(asked().path == std::vector<std::string>{"rd"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(deregisters_when_stopped)
{
    bool isStopped = false;
    registerOnce();

    registration.stop(5s, [&] { isStopped = true; });
    BOOST_CHECK(asked().method == api::Method::Delete);
    peer().answer(OutcomeCode::Deleted);
    scheduler.advance(0s);

    BOOST_TEST(isStopped);
    BOOST_TEST(peer().isDestroyed);
    BOOST_CHECK(state() == Reported::Disabled);
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(stops_in_time_without_an_answer)
{
    bool isStopped = false;
    registerOnce();

    registration.stop(5s, [&] { isStopped = true; });
    scheduler.advance(4s);
    BOOST_TEST(!isStopped);
    scheduler.advance(1s);

    BOOST_TEST(isStopped);
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(stops_at_once_when_not_registered)
{
    bool isStopped = false;
    start();

    registration.stop(5s, [&] { isStopped = true; });
    scheduler.advance(0s);

    BOOST_TEST(isStopped);
    BOOST_TEST(peer().isClosed);
}

// LwM2M Core §6.2.1: "the client must ignore".
BOOST_AUTO_TEST_CASE(ignores_requests_before_it_is_registered)
{
    start();
    peer().connect();

    const auto early = peer().request({});
    BOOST_TEST(!early->has_value());
    peer().accept();
    const auto later = peer().request({});

    BOOST_CHECK(later->value().code == OutcomeCode::Content);
}

BOOST_AUTO_TEST_CASE(keeps_the_last_error_after_recovery)
{
    start();
    refuseToConnect();
    scheduler.advance(90s);

    peer().connect();
    peer().accept();

    BOOST_TEST(registration.status().lastError == "nobody answers at server.example");
    BOOST_CHECK(state() == Reported::Registered);
}

BOOST_AUTO_TEST_SUITE_END()
