// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "agent/certificates/certificate_enrolment.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_renewals.hpp"
#include "tests/fakes/memory_store.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using agent::CertificateEnrolment;
using model::OutcomeCode;

namespace {

const api::CredentialId meter{"meter-1", "meter-1:123"};
constexpr api::ContentFormat certsOnly = 281;

api::ServerSettings bootstrapServer()
{
    api::ServerSettings server;
    server.name = "boot";
    server.uri = "coaps://boot.example";
    server.isBootstrap = true;
    return server;
}

/// Says what it has when it is let.
class SlowStore : public fakes::MemoryStore
{
public:
    using fakes::MemoryStore::MemoryStore;

    void describe(const api::CredentialId& id, StoreDone done) override
    {
        held.emplace_back([this, id, done = std::move(done)]() mutable {
            fakes::MemoryStore::describe(id, std::move(done));
        });
    }

    void generateKeyPair(const api::CredentialId& id,
                         api::KeyResidence residence,
                         StoreDone done) override
    {
        ++keysMade;
        fakes::MemoryStore::generateKeyPair(id, residence, std::move(done));
    }

    void release()
    {
        for (auto& task : held)
            task();
        held.clear();
    }

    std::vector<base::Task> held;
    std::size_t keysMade = 0;
};

struct Fixture
{
    void begin()
    {
        enrolment.emplace(CertificateEnrolment::Services{scheduler,
                                                         transport,
                                                         store,
                                                         certificates,
                                                         [this] { return accounts; },
                                                         [this](const api::CredentialId& id) {
                                                             enrolled.push_back(id.device);
                                                         }});
        scheduler.advance(CertificateEnrolment::settling);
    }

    void answer(OutcomeCode code, std::optional<std::uint32_t> maxAge = std::nullopt)
    {
        api::Response response;
        response.code = code;
        response.maxAge = maxAge;
        response.contentFormat = certsOnly;
        response.payload = base::toBytes("a certificate");
        transport.peer().connect();
        transport.peer().answer(std::move(response));
        scheduler.runPosted();
    }

    [[nodiscard]] base::Bytes publicKey()
    {
        std::optional<base::Bytes> key;
        store.describe(meter, [&](const auto& facts) { key = facts->publicKey; });
        scheduler.runPosted();
        return *key;
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    fakes::MemoryStore store{scheduler};
    fakes::MemoryRenewals certificates{scheduler};
    std::vector<agent::EnrolledAccount> accounts{{meter, bootstrapServer()}};
    std::vector<std::string> enrolled;
    std::optional<CertificateEnrolment> enrolment;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(certificate_enrolment, Fixture)

BOOST_AUTO_TEST_CASE(r30_has_a_new_key_certified_by_the_bootstrap_server)
{
    begin();

    BOOST_TEST_REQUIRE(transport.peers.size() == 1U);
    const auto& settings = transport.peer().settings;
    BOOST_TEST(settings.uri == "coaps://boot.example");
    BOOST_CHECK(settings.securityMode == api::SecurityMode::Psk);
    BOOST_CHECK((settings.credential == api::CredentialId{"meter-1", "boot"}));
    BOOST_TEST(!settings.isKept);
    transport.peer().connect();
    BOOST_TEST_REQUIRE(transport.peer().asked.size() == 1U);
    const auto request = transport.peer().asked.front().request;
    BOOST_CHECK(request.method == api::Method::Post);
    BOOST_CHECK((request.path == std::vector<std::string>{".well-known", "est", "sen"}));
    BOOST_TEST(request.host == "boot.example");
    BOOST_TEST(request.contentFormat.value() == 286);
    BOOST_TEST(request.accept.value() == certsOnly);
    BOOST_CHECK(request.payload == publicKey());
    BOOST_TEST(!enrolment->enrolment(meter)->nextAt);

    answer(OutcomeCode::Changed);

    BOOST_CHECK(enrolled == std::vector<std::string>{"meter-1"});
    BOOST_TEST(!enrolment->enrolment(meter));
}

BOOST_AUTO_TEST_CASE(asks_nobody_for_a_device_that_has_its_certificate)
{
    certificates.terms.push_back({meter, scheduler.wallNow(), scheduler.wallNow() + 24h});
    begin();

    BOOST_TEST(transport.peers.empty());
    BOOST_TEST(!enrolment->enrolment(meter));
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_key_that_was_made_before_the_power_went)
{
    begin();
    const auto key = publicKey();
    enrolment.reset();

    begin();

    BOOST_TEST(transport.peers.size() == 2U);
    BOOST_CHECK(publicKey() == key);
    answer(OutcomeCode::Changed);
    BOOST_TEST(enrolled.size() == 1U);
}

BOOST_AUTO_TEST_CASE(says_what_was_refused_and_asks_again_more_and_more_seldom)
{
    begin();
    std::vector<base::Duration> waits;
    for (int i = 0; i < 10; ++i) {
        answer(OutcomeCode::Forbidden);
        const auto status = enrolment->enrolment(meter);
        BOOST_TEST(status->lastError.find("4.03") != std::string::npos);
        const auto sessions = transport.peers.size();
        waits.push_back(*status->nextAt - scheduler.wallNow());
        scheduler.advance(waits.back());
        BOOST_TEST_REQUIRE(transport.peers.size() == sessions + 1);
    }

    BOOST_CHECK(waits.front() == CertificateEnrolment::firstRetry);
    BOOST_CHECK(std::ranges::is_sorted(waits));
    BOOST_CHECK(waits.back() == CertificateEnrolment::longestRetry);
    BOOST_TEST(enrolled.empty());
}

BOOST_AUTO_TEST_CASE(has_as_much_patience_as_the_server_asks_for)
{
    begin();

    answer(OutcomeCode::ServiceUnavailable, 600);

    BOOST_CHECK(*enrolment->enrolment(meter)->nextAt - scheduler.wallNow() == 600s);
}

BOOST_AUTO_TEST_CASE(a_silent_server_keeps_no_other_device_waiting)
{
    accounts.clear();
    for (std::size_t i = 0; i < 2 * CertificateEnrolment::mostAtOnce; ++i) {
        const auto name = "meter-" + std::to_string(i);
        accounts.push_back({{name, "main"}, bootstrapServer()});
        store.put({name, "main"}, api::KeyPair{base::toBytes(name), {}, {}});
    }
    begin();
    BOOST_TEST(transport.peers.size() == CertificateEnrolment::mostAtOnce);

    scheduler.advance(agent::EstRequest::longest);
    scheduler.advance(1s);

    BOOST_TEST(transport.peers.size() >= 2 * CertificateEnrolment::mostAtOnce);
}

BOOST_AUTO_TEST_CASE(without_a_bootstrap_server_it_says_so)
{
    accounts.front().bootstrap.reset();
    begin();

    BOOST_TEST(transport.peers.empty());
    BOOST_TEST(enrolment->enrolment(meter)->lastError.find("no Bootstrap-Server") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_bootstrap_server_in_between_makes_no_second_key)
{
    SlowStore slow(scheduler);
    CertificateEnrolment asked({scheduler,
                                transport,
                                slow,
                                certificates,
                                [this] { return accounts; },
                                [](const api::CredentialId&) {
                                }});
    scheduler.advance(CertificateEnrolment::settling);
    BOOST_TEST_REQUIRE(slow.held.size() == 1U);

    accounts.front().bootstrap->uri = "coaps://other.example";
    asked.onChanged();
    scheduler.advance(CertificateEnrolment::settling);
    slow.release();
    scheduler.runPosted();

    BOOST_TEST(slow.keysMade == 1U);
    BOOST_TEST_REQUIRE(transport.peers.size() == 1U);
    BOOST_TEST(transport.peer().settings.uri == "coaps://other.example");
}

BOOST_AUTO_TEST_CASE(an_account_that_went_is_forgotten_with_its_question)
{
    begin();
    const auto peer = transport.peers.back();
    accounts.clear();

    enrolment->onChanged();
    scheduler.advance(CertificateEnrolment::settling);

    BOOST_TEST(peer->isDestroyed);
    BOOST_TEST(!enrolment->enrolment(meter));
}

BOOST_AUTO_TEST_CASE(a_locked_store_is_asked_again_soon)
{
    store.setStatus({api::KeyStoreState::Locked, "the TPM does not answer", {}});
    begin();

    BOOST_TEST(transport.peers.empty());
    store.setStatus({api::KeyStoreState::Sealed, {}, {}});
    scheduler.advance(CertificateEnrolment::firstRetry);

    BOOST_TEST(transport.peers.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
