// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "agent/certificates/certificate_renewal.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_renewals.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using model::OutcomeCode;

namespace {

const api::CredentialId meter{"meter-1", "main"};
const api::CredentialId relay{"relay-1", "main"};

struct Fixture
{
    Fixture()
    {
        for (const auto& id : {meter, relay})
            store.certificates[id] = base::toBytes("the former one");
        store.nextEnd = scheduler.wallNow() + 365 * 24h;
        server.sessionUri = "coaps://est.example:5684";
        server.host = "est.example";
        server.path = {".well-known", "est"};
        server.authority = base::toBytes("an authority");
    }

    /// A certificate of this device ends so long after now, and has been there for so long.
    void keep(const api::CredentialId& id, base::Duration left, base::Duration since = 500 * 24h)
    {
        store.terms.push_back({id, scheduler.wallNow() - since, scheduler.wallNow() + left});
    }

    void begin()
    {
        renewal.emplace(agent::CertificateRenewal::Services{scheduler,
                                                            transport,
                                                            store,
                                                            [this](const api::CredentialId& id) {
                                                                renewed.push_back(id.device);
                                                            }},
                        server,
                        60 * 24h);
        scheduler.advance(agent::CertificateRenewal::firstQuestion);
    }

    void answer(OutcomeCode code, std::optional<api::ContentFormat> format = std::nullopt)
    {
        api::Response response;
        response.code = code;
        response.contentFormat = format;
        response.payload = base::toBytes("a new one");
        transport.peer().answer(std::move(response));
        scheduler.runPosted();
    }

    /// As the session says it of a server that our own check refuses.
    void refuseServer()
    {
        transport.peer().lose(
            {base::ErrorKind::Refused, "it is not for est.example", base::Retry::Later});
        scheduler.runPosted();
    }

    [[nodiscard]] std::string certificateOf(const api::CredentialId& id) const
    {
        return std::string(base::asText(store.certificates.at(id)));
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    fakes::MemoryRenewals store{scheduler};
    std::vector<std::string> renewed;
    agent::EstServer server;
    std::optional<agent::CertificateRenewal> renewal;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(certificate_renewal, Fixture)

BOOST_AUTO_TEST_CASE(asks_with_the_certificate_that_is_to_be_renewed)
{
    keep(meter, 59 * 24h);
    begin();

    BOOST_TEST_REQUIRE(transport.peers.size() == 1U);
    const auto& settings = transport.peer().settings;
    BOOST_TEST(settings.uri == "coaps://est.example:5684");
    BOOST_CHECK(settings.securityMode == api::SecurityMode::Certificate);
    BOOST_CHECK(settings.credential == meter);
    BOOST_CHECK(settings.server.publicKey == server.authority);
    BOOST_CHECK(settings.server.certificateUsage == api::CertificateUsage::TrustAnchorAssertion);
    BOOST_TEST(!settings.isKept);
    transport.peer().connect();

    BOOST_TEST_REQUIRE(transport.peer().asked.size() == 1U);
    const auto& request = transport.peer().asked.front().request;
    BOOST_CHECK(request.method == api::Method::Post);
    BOOST_CHECK((request.path == std::vector<std::string>{".well-known", "est", "sren"}));
    BOOST_TEST(request.host == "est.example");
    BOOST_TEST(request.contentFormat.value() == 286);
    BOOST_TEST(request.accept.value() == 281);
    BOOST_TEST(base::asText(request.payload) == "a request of meter-1");
}

BOOST_AUTO_TEST_CASE(keeps_what_it_gets_and_goes_on_with_the_next_device)
{
    keep(meter, 58 * 24h);
    keep(relay, 59 * 24h);
    begin();

    transport.peer().connect();
    answer(OutcomeCode::Changed, 281);
    BOOST_TEST(certificateOf(meter) == "a new one");
    BOOST_TEST_REQUIRE(transport.peers.size() == 2U);
    BOOST_TEST(transport.peers.front()->isDestroyed);
    transport.peer().connect();
    answer(OutcomeCode::Changed, 287);

    BOOST_TEST(certificateOf(relay) == "a new one");
    BOOST_TEST((renewed == std::vector<std::string>{"meter-1", "relay-1"}));
    store.terms.clear();
    scheduler.advance(10 * 24h);
    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(leaves_alone_what_does_not_end_soon)
{
    keep(meter, 61 * 24h);
    begin();
    BOOST_TEST(transport.peers.empty());

    scheduler.advance(24h);

    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_lie_costs_a_device_the_certificate_that_works)
{
    keep(meter, 59 * 24h);
    begin();
    const auto lies = {std::pair(OutcomeCode::Changed, std::optional<api::ContentFormat>(0)),
                       std::pair(OutcomeCode::Changed, std::optional<api::ContentFormat>()),
                       std::pair(OutcomeCode::Content, std::optional<api::ContentFormat>(281)),
                       std::pair(OutcomeCode::Forbidden, std::optional<api::ContentFormat>())};

    std::size_t asked = 0;
    for (const auto& [code, format] : lies) {
        BOOST_TEST_REQUIRE(transport.peers.size() == ++asked);
        transport.peer().connect();
        answer(code, format);
        BOOST_TEST(certificateOf(meter) == "the former one");
        scheduler.advance(23h);
        BOOST_TEST(transport.peers.size() == asked);
        scheduler.advance(1h);
    }
}

BOOST_AUTO_TEST_CASE(waits_as_long_as_the_server_wants)
{
    keep(meter, 59 * 24h);
    begin();
    transport.peer().connect();
    api::Response patience;
    patience.code = OutcomeCode::ServiceUnavailable;
    patience.maxAge = 600;
    transport.peer().answer(std::move(patience));

    scheduler.advance(599s);
    BOOST_TEST(transport.peers.size() == 1U);
    scheduler.advance(1s);
    BOOST_TEST_REQUIRE(transport.peers.size() == 2U);
    transport.peer().connect();
    answer(OutcomeCode::Changed, 281);

    BOOST_TEST(certificateOf(meter) == "a new one");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_away_is_not_asked_for_each_device_and_starves_none)
{
    keep(meter, 59 * 24h);
    keep(relay, 59 * 24h);
    begin();

    transport.peer().lose({base::ErrorKind::Unreachable, "nobody answers", base::Retry::Later});
    scheduler.advance(59min);
    BOOST_TEST(transport.peers.size() == 1U);
    scheduler.advance(1min);

    BOOST_TEST_REQUIRE(transport.peers.size() == 2U);
    BOOST_CHECK(transport.peer().settings.credential == relay);
}

BOOST_AUTO_TEST_CASE(a_locked_key_store_is_met_once_in_an_hour)
{
    keep(meter, 59 * 24h);
    keep(relay, 59 * 24h);
    store.nextError = base::Error{base::ErrorKind::Locked, "it is locked", base::Retry::Later};
    begin();
    BOOST_TEST(transport.peers.empty());

    scheduler.advance(59min);
    BOOST_TEST(transport.peers.empty());
    scheduler.advance(1min);

    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(those_that_are_renewed_do_not_each_wake_a_look)
{
    keep(meter, 59 * 24h);
    keep(relay, 59 * 24h);
    begin();
    for (int i = 0; i < 2; ++i) {
        transport.peer().connect();
        answer(OutcomeCode::Changed, 281);
        scheduler.advance(10s);
    }
    store.terms.clear();

    scheduler.advance(23h);

    BOOST_TEST(store.looks == 2); // at the start, and for the questions
    scheduler.advance(1h);
    BOOST_TEST(store.looks == 3);
}

BOOST_AUTO_TEST_CASE(one_that_ends_first_comes_before_the_others)
{
    keep(meter, 59 * 24h);
    keep(relay, 24h);
    begin();

    BOOST_CHECK(transport.peer().settings.credential == relay);
}

BOOST_AUTO_TEST_CASE(one_that_lives_for_days_only_is_not_renewed_before_two_thirds_of_its_time)
{
    keep(meter, 6h, 0h);
    begin();
    BOOST_TEST(transport.peers.empty());

    scheduler.advance(4h - agent::CertificateRenewal::firstQuestion - 1s);
    BOOST_TEST(transport.peers.empty());
    scheduler.advance(1s);

    BOOST_TEST_REQUIRE(transport.peers.size() == 1U);
    store.terms.clear();
    keep(meter, 6h, 0h);
    store.nextEnd = scheduler.wallNow() + 6h;
    transport.peer().connect();
    answer(OutcomeCode::Changed, 281);
    scheduler.advance(4h - 1s);
    BOOST_TEST(transport.peers.size() == 1U);
    scheduler.advance(1s);
    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_fails_is_tried_again_before_a_short_life_is_over)
{
    keep(meter, 3h, 6h);
    begin();
    transport.peer().connect();
    answer(OutcomeCode::Forbidden);

    scheduler.advance(1h);

    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_server_that_our_check_refuses_is_met_once_for_all_and_more_and_more_seldom)
{
    keep(meter, 59 * 24h);
    keep(relay, 59 * 24h);
    begin();

    std::size_t met = 1;
    for (const auto wait : {1h, 2h, 4h, 4h}) {
        refuseServer();
        scheduler.advance(wait - 1s);
        BOOST_TEST_REQUIRE(transport.peers.size() == met);
        scheduler.advance(1s);
        BOOST_TEST_REQUIRE(transport.peers.size() == ++met);
    }
    transport.peer().connect(); // it is the right one again
    answer(OutcomeCode::Forbidden);
    BOOST_TEST_REQUIRE(transport.peers.size() == met);
    scheduler.advance(1h);
    BOOST_TEST_REQUIRE(transport.peers.size() == ++met);
    refuseServer();
    scheduler.advance(1h);

    BOOST_TEST(transport.peers.size() == met);
}

BOOST_AUTO_TEST_CASE(what_a_server_says_against_one_device_holds_up_no_other)
{
    keep(meter, 58 * 24h);
    keep(relay, 59 * 24h);
    begin();

    transport.peer().lose(
        {base::ErrorKind::Refused, "its certificate has expired", base::Retry::Never});
    scheduler.runPosted();

    BOOST_TEST_REQUIRE(transport.peers.size() == 2U);
    BOOST_CHECK(transport.peer().settings.credential == relay);
}

BOOST_AUTO_TEST_CASE(tells_when_a_certificate_ends_when_it_is_renewed_and_why_not)
{
    keep(meter, 59 * 24h);
    keep(relay, 100 * 24h);
    begin();
    const auto start = scheduler.wallNow() - agent::CertificateRenewal::firstQuestion;
    BOOST_TEST(!renewal->renewal({"nobody", "main"}));
    BOOST_CHECK(renewal->renewal(relay)->expiresAt == start + 100 * 24h);
    BOOST_CHECK(renewal->renewal(relay)->nextAt == start + 40 * 24h);

    transport.peer().connect();
    answer(OutcomeCode::Forbidden);
    const auto refused = *renewal->renewal(meter);
    BOOST_TEST(refused.lastError.find("4.03") != std::string::npos, refused.lastError);
    BOOST_CHECK(refused.lastErrorAt == scheduler.wallNow());
    BOOST_CHECK(refused.nextAt == scheduler.wallNow() + 24h);
    scheduler.advance(24h);
    transport.peer().connect();
    answer(OutcomeCode::Changed, 281);

    BOOST_TEST(renewal->renewal(meter)->lastError.empty());
    BOOST_CHECK(renewal->renewal(meter)->expiresAt == store.nextEnd);
    BOOST_CHECK(renewal->renewal(meter)->nextAt == store.nextEnd - 60 * 24h);
}

BOOST_AUTO_TEST_CASE(without_a_server_it_only_tells_when_certificates_end)
{
    keep(meter, 24h);
    renewal.emplace(agent::CertificateRenewal::Services{scheduler,
                                                        transport,
                                                        store,
                                                        [](const auto&) {
                                                        }},
                    std::nullopt,
                    60 * 24h);

    scheduler.advance(48h);

    BOOST_TEST(transport.peers.empty());
    BOOST_TEST_REQUIRE(renewal->renewal(meter).has_value());
    BOOST_TEST(!renewal->renewal(meter)->nextAt);
}

BOOST_AUTO_TEST_CASE(what_an_operator_changes_is_seen_once_for_all_changes)
{
    keep(meter, 100 * 24h);
    begin();
    store.terms.clear();
    keep(meter, 200 * 24h);
    const int looks = store.looks;

    for (int i = 0; i < 100; ++i)
        renewal->onCredentialChanged();
    scheduler.advance(agent::CertificateRenewal::settling);

    BOOST_TEST(store.looks == looks + 1);
    BOOST_CHECK(renewal->renewal(meter)->expiresAt == store.terms.front().expiresAt);
}

BOOST_AUTO_TEST_CASE(a_change_asks_no_server_that_is_given_time)
{
    keep(meter, 59 * 24h);
    keep(relay, 59 * 24h);
    begin();
    refuseServer();

    renewal->onCredentialChanged();
    scheduler.advance(59min);

    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(asks_nobody_any_more_when_it_is_stopped)
{
    keep(meter, 59 * 24h);
    begin();

    renewal->stop();
    BOOST_TEST(transport.peer().isDestroyed);
    renewal->onCredentialChanged();
    scheduler.advance(48h);

    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_store_refuses_is_not_announced_as_renewed)
{
    keep(meter, 59 * 24h);
    begin();
    transport.peer().connect();
    store.nextError = base::Error{base::ErrorKind::Refused, "it is older"};

    answer(OutcomeCode::Changed, 281);

    BOOST_TEST(renewed.empty());
    scheduler.advance(23h);
    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers_is_given_up)
{
    keep(meter, 59 * 24h);
    begin();
    transport.peer().connect();

    scheduler.advance(agent::EstRequest::longest);

    BOOST_TEST(transport.peer().isDestroyed);
    BOOST_TEST(certificateOf(meter) == "the former one");
    scheduler.advance(2h);
    BOOST_TEST(transport.peers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_asked_says_why)
{
    keep(meter, 10 * 24h);
    renewal.emplace(
        agent::CertificateRenewal::Services{
            scheduler, transport, store, [](const api::CredentialId&) {}, "no authority"},
        std::nullopt,
        60 * 24h);

    scheduler.advance(agent::CertificateRenewal::firstQuestion);

    const auto status = renewal->renewal(meter);
    BOOST_REQUIRE(status);
    BOOST_TEST(status->lastError == "no authority");
    BOOST_TEST(status->lastErrorAt.has_value());
    BOOST_TEST(!status->nextAt.has_value());
    BOOST_TEST(transport.peers.empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_setting_says_what_is_wrong)
{
    const fakes::TemporaryDirectory directory;
    const fakes::Identity authority{fakes::authorityWish()};
    const auto file = directory.path() / "authority.pem";
    std::ofstream(file) << authority.certificatePem();

    const auto good = agent::readEstServer("coaps://est.example", file);
    BOOST_REQUIRE(good);
    BOOST_TEST(good->sessionUri == "coaps://est.example:5684");
    BOOST_CHECK((good->path == std::vector<std::string>{".well-known", "est"}));
    BOOST_CHECK(good->authority == authority.certificate());
    BOOST_CHECK((agent::readEstServer("coaps://[::1]:61616/e", file)->path ==
                 std::vector<std::string>{"e"}));
    BOOST_TEST(agent::readEstServer("coaps://[::1]:61616/e", file)->sessionUri ==
               "coaps://[::1]:61616");
    for (const std::string uri : {"coap://est.example", "est.example", "coaps://est.example/e?a=b"})
        BOOST_TEST(agent::readEstServer(uri, file).error().message.starts_with("EstServer=" + uri));
    std::ofstream(file) << "no certificate";
    BOOST_TEST(agent::readEstServer("coaps://est.example", file)
                   .error()
                   .message.starts_with("EstAuthority: " + file.string()));
}

BOOST_AUTO_TEST_SUITE_END()
