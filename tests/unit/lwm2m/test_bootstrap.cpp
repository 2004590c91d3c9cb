// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

/// The store takes its time with what was delivered.
struct DecidingLater : BootstrapFixture
{
    std::shared_ptr<std::optional<api::Response>> finishLater()
    {
        owner.decidesLater = true;
        begin();
        writeAccount();
        api::Request request;
        request.method = api::Method::Post;
        request.path = {"bs"};
        return peer().request(std::move(request));
    }

    void decide(base::Expected<void> kept) { owner.undecided.at(0)(std::move(kept)); }
};

/// An account that was delivered, and a Bootstrap-Server whose own goes after a minute.
struct WithTimeout : BootstrapFixture
{
    WithTimeout()
    {
        auto bootstrapServer = bootstrapSettings();
        bootstrapServer.bootstrapTimeout = 60s;
        auto server = siteWithId7();
        server.name = "meter-1:7";
        make({{bootstrapServer, 0, 0}, {server, 1, 4}});
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(bootstrap)

BOOST_FIXTURE_TEST_CASE(a_client_without_a_server_asks_its_bootstrap_server, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    const auto& request = peer().asked.front().request;

    BOOST_TEST((request.method == api::Method::Post));
    BOOST_TEST((request.path == std::vector<std::string>{"bs"}));
    BOOST_TEST((request.query == std::vector<std::string>{"ep=ep-1", "pct=112"}));
    BOOST_TEST(peer().settings.uri == "coaps://bs.example");
    BOOST_TEST(peer().settings.credential.server == "boot");
}

BOOST_FIXTURE_TEST_CASE(a_client_with_a_server_does_not_ask, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);

    BOOST_TEST(transport.peers.size() == 1U);
    BOOST_TEST(peer().settings.uri == "coaps://site.example");
    BOOST_TEST((status().state == Reported::Idle));
}

BOOST_AUTO_TEST_CASE(the_hold_off_time_passes_first)
{
    auto settings = bootstrapSettings();
    settings.clientHoldOff = 30s;
    BootstrapFixture site({settings});

    site.client->start(0s);
    site.scheduler.advance(29s);

    BOOST_TEST(site.transport.peers.empty());
    site.scheduler.advance(1s);
    BOOST_TEST(site.transport.peers.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_was_written_is_delivered_at_finish_and_not_before, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST(owner.delivered.empty());

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 2U);
    BOOST_TEST(accounts[0].account.settings.name == "boot");
    BOOST_TEST(!accounts[0].isOwn);
    const auto& settings = accounts[1].account.settings;
    BOOST_TEST(settings.name == "meter-1:101");
    BOOST_TEST(settings.uri == "coaps://new.example");
    BOOST_TEST(settings.shortServerId == 101);
    BOOST_TEST(settings.lifetime.count() == 300);
    BOOST_TEST(accounts[1].account.securityInstance == 1);
    BOOST_TEST(accounts[1].isOwn);
    BOOST_REQUIRE(accounts[1].credential.has_value());
    const auto& psk = std::get<api::PskCredential>(*accounts[1].credential);
    BOOST_TEST((psk.identity == text("ep-1")));
    BOOST_TEST(psk.key.equals(base::Bytes(16, 0x5A)));
}

BOOST_FIXTURE_TEST_CASE(the_owner_hears_when_the_server_can_have_its_answer, BootstrapFixture)
{
    begin();
    writeAccount();
    finish();
    scheduler.advance(2s);
    BOOST_TEST(owner.bootstraps == 0); // a lost answer may be asked for again

    scheduler.advance(1s);

    BOOST_TEST(owner.bootstraps == 1);
    BOOST_TEST(peer().isClosed);
}

BOOST_FIXTURE_TEST_CASE(after_406_the_server_may_correct_and_finish_again, BootstrapFixture)
{
    begin();
    BOOST_TEST((write("/1/0/5", {{{1, 0, 5}, Value(std::int64_t{60}), {}}}) ==
                OutcomeCode::Changed)); // OMA ETS 9

    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
    writeAccount();
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    BOOST_TEST(owner.delivered.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_the_store_refuses_is_406_and_what_it_cannot_is_500, BootstrapFixture)
{
    begin();
    writeAccount();

    owner.keeps = base::fail(ErrorKind::InvalidArgument, "this key is another device's");
    const auto refused = finish();
    owner.keeps = base::fail(ErrorKind::StorageFailed, "the disk is full");
    const auto failed = finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == "this key is another device's");
    BOOST_TEST((failed.code == OutcomeCode::InternalServerError));
    owner.keeps = {};
    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(without_a_finish_everything_stays_and_it_asks_again_later, BootstrapFixture)
{
    begin();
    writeAccount();
    scheduler.advance(246s);
    BOOST_TEST((status().state == Reported::Bootstrapping));

    scheduler.advance(1s);

    BOOST_TEST((status().state == Reported::Waiting));
    BOOST_TEST(status().lastError == "no Bootstrap-Finish within 247 s");
    BOOST_TEST(peer().isClosed);
    BOOST_TEST(owner.delivered.empty());
    scheduler.advance(90s);
    BOOST_REQUIRE(transport.peers.size() == 2U);
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable)); // nothing of the first is there
}

BOOST_FIXTURE_TEST_CASE(each_request_begins_the_patience_anew, BootstrapFixture)
{
    begin();
    scheduler.advance(200s);
    writeAccount();
    scheduler.advance(200s);

    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(a_session_that_is_lost_drops_what_was_written, BootstrapFixture)
{
    begin();
    writeAccount();

    peer().lose({ErrorKind::Unreachable, "gone", {}});

    BOOST_TEST(owner.delivered.empty());
    BOOST_TEST((status().state == Reported::Waiting));
}

BOOST_FIXTURE_TEST_CASE(endless_writes_end_the_session, BootstrapFixture)
{
    begin();
    OutcomeCode last{};
    for (int i = 0; i <= 1000; ++i)
        last = write("/1/0", server());

    BOOST_TEST((last == OutcomeCode::RequestTooLarge));
    BOOST_TEST(peer().isClosed);
    BOOST_TEST((status().state == Reported::Waiting));
}

BOOST_FIXTURE_TEST_CASE(a_refused_format_is_left_out, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    peer().answer(OutcomeCode::UnsupportedFormat);

    BOOST_TEST((peer().asked.front().request.query == std::vector<std::string>{"ep=ep-1"}));
}

BOOST_FIXTURE_TEST_CASE(a_refusal_waits_longer_each_time, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    std::size_t sessions = 1;
    for (const auto patience : {90s, 180s, 360s}) {
        peer().connect();
        peer().answer(OutcomeCode::BadRequest);
        scheduler.advance(patience * 2 / 3 - 1s);
        BOOST_TEST(transport.peers.size() == sessions);
        scheduler.advance(patience / 3 + 1s);
        BOOST_TEST(transport.peers.size() == ++sessions);
    }
}

BOOST_FIXTURE_TEST_CASE(a_locked_key_store_stops_the_attempts_until_it_opens, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().lose({ErrorKind::Locked, "the key store is locked", {}});
    scheduler.advance(24h);
    BOOST_TEST(transport.peers.size() == 1U);

    client->onCredentialChanged({});

    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_server_can_trigger_it, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().accept();
    api::Request execute;
    execute.method = api::Method::Post;
    execute.path = {"1", "0", "9"};

    const auto answer = ask(std::move(execute));

    BOOST_TEST((answer.code == OutcomeCode::Changed));

    BOOST_REQUIRE(transport.peers.size() == 2U);
    BOOST_TEST(peer().settings.uri == "coaps://bs.example");
    BOOST_TEST((client->status().front().state == Reported::Registered));
}

BOOST_AUTO_TEST_CASE(the_hold_off_time_passes_also_when_a_server_triggers_it)
{
    auto bootstrapServer = bootstrapSettings();
    bootstrapServer.clientHoldOff = 30s;
    BootstrapFixture site({siteWithId7(), bootstrapServer});
    site.client->start(0s);
    site.scheduler.advance(0s);
    site.peer().connect();
    site.peer().accept();
    api::Request execute;
    execute.method = api::Method::Post;
    execute.path = {"1", "0", "9"};
    site.ask(std::move(execute));
    site.scheduler.advance(29s);
    BOOST_TEST(site.transport.peers.size() == 1U);

    site.scheduler.advance(1s);

    BOOST_TEST(site.transport.peers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_its_server_must_prove_to_be_is_told_to_the_session)
{
    auto settings = bootstrapSettings();
    settings.securityMode = api::SecurityMode::RawPublicKey;
    settings.identity.publicKey = text("a key");
    BootstrapFixture site({settings});

    site.client->start(0s);
    site.scheduler.advance(0s);

    BOOST_TEST((site.peer().settings.server == settings.identity));
}

BOOST_FIXTURE_TEST_CASE(a_rejected_registration_leads_to_it, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    peer().answer(OutcomeCode::Forbidden);
    scheduler.advance(0s);

    BOOST_REQUIRE(transport.peers.size() == 2U);
    BOOST_TEST(peer().settings.uri == "coaps://bs.example");
}

BOOST_AUTO_TEST_CASE(a_rejected_registration_does_not_when_the_account_says_so)
{
    auto server = siteWithId7();
    server.bootstrapsOnFailure = false;
    BootstrapFixture site({server, bootstrapSettings()});
    site.client->start(0s);
    site.scheduler.advance(0s);
    site.peer().connect();

    site.peer().answer(OutcomeCode::Forbidden);
    site.scheduler.advance(1min);

    BOOST_TEST((site.status().state == Reported::Idle));
}

BOOST_FIXTURE_TEST_CASE(the_account_of_the_bootstrap_server_goes_after_its_time, WithTimeout)
{
    client->start(0s);
    scheduler.advance(59s);
    BOOST_TEST(owner.delivered.empty());

    scheduler.advance(1s);
    scheduler.advance(0s);

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 1U);
    BOOST_TEST(accounts.front().account.settings.name == "meter-1:7");
    BOOST_TEST(accounts.front().account.serverInstance == 4);
    BOOST_TEST(owner.bootstraps == 0); // nobody starts the client anew
}

BOOST_FIXTURE_TEST_CASE(the_account_does_not_go_while_its_server_is_at_work, WithTimeout)
{
    client->start(0s);
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(61s);
    BOOST_TEST(owner.delivered.empty());

    peer().lose({ErrorKind::Unreachable, "gone", {}});
    client->stop(1s, [] {});
}

BOOST_FIXTURE_TEST_CASE(an_account_that_cannot_be_forgotten_goes_later, WithTimeout)
{
    owner.keeps = base::fail(ErrorKind::StorageFailed, "the disk is full");
    client->start(0s);
    scheduler.advance(60s);
    BOOST_TEST(owner.delivered.size() == 1U);
    BOOST_TEST(owner.bootstraps == 0);

    owner.keeps = {};
    scheduler.advance(60s);
    scheduler.advance(0s);

    BOOST_TEST(owner.delivered.size() == 2U);
    BOOST_TEST(client->status().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_account_stays_until_it_has_delivered_something)
{
    auto bootstrapServer = bootstrapSettings();
    bootstrapServer.bootstrapTimeout = 60s;
    BootstrapFixture site({siteWithId7(), bootstrapServer});

    site.client->start(0s);
    site.scheduler.advance(61s);

    BOOST_TEST(site.owner.delivered.empty());
}

// A failed bootstrap changes nothing of what is in force, as its server sees it.
BOOST_FIXTURE_TEST_CASE(the_accounts_in_force_serve_on_while_it_lasts_and_fails, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().accept();
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST((remove("/") == OutcomeCode::Deleted));
    writeAccount();

    peer().lose({ErrorKind::Unreachable, "gone", {}});

    api::Request read;
    read.path = {"1", "0", "0"};
    read.accept = plainTextFormat;
    const auto answered = transport.peers.front()->request(std::move(read));
    BOOST_TEST(textOf(answered->value()) == "7");
    BOOST_TEST((client->status().front().state == Reported::Registered));
    BOOST_TEST(client->status().front().server == "site");
    BOOST_TEST(owner.delivered.empty());
}

BOOST_FIXTURE_TEST_CASE(a_server_may_ask_before_it_answers_the_request, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    writeAccount();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_served_while_the_finish_is_decided, DecidingLater)
{
    const auto finished = finishLater();
    const auto meanwhile = peer().request({});
    BOOST_TEST(!finished->has_value());

    decide({});
    const auto later = peer().request({});
    BOOST_TEST((finished->value().code == OutcomeCode::Changed));
    BOOST_TEST((!meanwhile->has_value() && !later->has_value()));
}

BOOST_FIXTURE_TEST_CASE(what_was_kept_comes_into_force_although_the_session_is_lost, DecidingLater)
{
    finishLater();
    peer().lose({ErrorKind::Unreachable, "gone", {}});
    BOOST_TEST((status().state == Reported::Bootstrapping));

    decide({});
    scheduler.advance(0s);

    BOOST_TEST(owner.bootstraps == 1);
}

BOOST_FIXTURE_TEST_CASE(what_was_not_kept_is_asked_for_again_when_the_session_is_lost,
                        DecidingLater)
{
    finishLater();
    peer().lose({ErrorKind::Unreachable, "gone", {}});

    decide(base::fail(ErrorKind::StorageFailed, "the disk is full"));

    BOOST_TEST((status().state == Reported::Waiting));
    BOOST_TEST(status().lastError == "the session ended before the bootstrap did");
    scheduler.advance(90s);
    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_session_that_ends_after_the_finish_brings_the_accounts_into_force,
                        BootstrapFixture)
{
    begin();
    writeAccount();
    finish();

    peer().lose({ErrorKind::Unreachable, "closed", {}});
    scheduler.advance(0s);

    BOOST_TEST(owner.bootstraps == 1);
    BOOST_TEST((status().state == Reported::Idle));
}

BOOST_FIXTURE_TEST_CASE(it_ends_with_the_client, BootstrapFixture)
{
    begin();
    writeAccount();

    client->stop(1s, [] {});
    scheduler.advance(24h);

    BOOST_TEST(peer().isClosed);
    BOOST_TEST(transport.peers.size() == 1U);
    BOOST_TEST(owner.delivered.empty());
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_no_bootstrap_server_cannot_bootstrap, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().accept();

    BOOST_TEST((write("/0/1", security()) == OutcomeCode::Unauthorized));
    BOOST_TEST((remove("/0") == OutcomeCode::Unauthorized));
    BOOST_TEST((get("/0", linkFormat).code == OutcomeCode::Unauthorized));
    BOOST_TEST((finish().code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_SUITE_END()
