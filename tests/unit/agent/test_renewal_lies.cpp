// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <boost/test/unit_test.hpp>

#include "agent/base/log.hpp"
#include "agent/certificates/certificate_renewal.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/store/store_fixture.hpp"

/// With the real store: what an EST server may say, and what becomes of the certificate.

using namespace causeway;
using namespace std::chrono_literals;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Grant;
using fakes::Identity;
using model::OutcomeCode;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

struct Fixture
{
    Fixture()
    {
        log::setSink([this](log::Level level, const std::string& text, const auto&) {
            if (level == log::Level::Warning)
                warnings.push_back(text);
        });
        store.furnish({"meter-1"});
        Grant first;
        first.daysUntilBegin = -90;
        first.daysUntilEnd = 10;
        first.alternativeName = "meter-1.example";
        own = authority.grant(generate(), first);
        BOOST_REQUIRE(tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().setCertificate(meter, own, std::move(done));
        }));
        scheduler.advance(std::chrono::system_clock::now() - scheduler.wallNow());
        server.sessionUri = "coaps://est.example:5684";
        renewal.emplace(agent::CertificateRenewal::Services{scheduler,
                                                            transport,
                                                            store.store(),
                                                            [this](const auto&) {
                                                                ++renewed;
                                                            }},
                        server,
                        60 * 24h);
        scheduler.advance(agent::CertificateRenewal::firstQuestion);
    }

    ~Fixture()
    {
        log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    }

    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    static store::StoreSettings settingsFor(const std::filesystem::path& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory;
        return settings;
    }

    /// A key pair, and an operator's request for it.
    base::Bytes generate()
    {
        BOOST_REQUIRE(tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().generateKeyPair(meter, api::KeyResidence::Store, std::move(done));
        }));
        return *tests::await<base::Bytes>(store.loop(), [&](auto done) {
            store.store().requestCertificate(meter, std::move(done));
        });
    }

    std::vector<base::Bytes> kept()
    {
        auto fetched = tests::await<api::Credential>(
            store.loop(), [&](auto done) { store.store().fetch(meter, std::move(done)); });
        BOOST_REQUIRE(fetched);
        return std::get<api::KeyPair>(*fetched).certificates;
    }

    void until(const std::function<bool()>& claim)
    {
        tests::runUntil(store.loop(), [&] {
            scheduler.runPosted();
            return claim();
        });
    }

    /// The next question, for which this is what the server gives.
    void answer(const std::function<base::Bytes(const base::Bytes& request)>& make)
    {
        until([&] { return transport.peers.size() == asked + 1; });
        ++asked;
        transport.peer().connect();
        api::Response response;
        response.code = OutcomeCode::Changed;
        response.contentFormat = api::ContentFormat{281};
        response.payload = make(transport.peer().asked.front().request.payload);
        transport.peer().answer(std::move(response));
        if (!transport.peer().asked.empty()) // for the issuers of one that came alone
            transport.peer().answer(OutcomeCode::NotFound);
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    fakes::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    tests::WaitingStore store{settingsFor(directory.path()),
                              std::make_unique<fakes::ClearSealer>(sealer)};
    Identity authority{authorityWish()};
    base::Bytes own;
    std::vector<std::string> warnings;
    std::size_t asked = 0;
    int renewed = 0;
    agent::EstServer server;
    std::optional<agent::CertificateRenewal> renewal;
};

Grant grantOf(int begin, int end, const std::string& subject = {}, const std::string& name = {})
{
    return {begin, end, subject, name, {}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(renewal_lies, Fixture)

BOOST_AUTO_TEST_CASE(no_lie_of_the_server_costs_a_device_the_certificate_that_works)
{
    struct Lie
    {
        const char* words;
        std::function<base::Bytes(const base::Bytes&)> make;
    };

    const auto granted = [this](const Grant& grant) {
        return [this, grant](const base::Bytes& request) {
            return authority.grant(request, grant);
        };
    };
    const Lie lies[]{
        {"has ended", granted(grantOf(-3, -1))},
        {"older", granted(grantOf(-1, 9))},
        {"older", granted(grantOf(-91, 90))},
        {"kept already",
         [this](const auto&) {
             return own;
         }},
        {"not valid before", granted(grantOf(1, 90))},
        {"is of CN=meter-2", granted(grantOf(-1, 90, "CN=meter-2"))},
        {"other alternative names", granted(grantOf(-1, 90, {}, "meter-2.example"))},
        {"for another key",
         [this](const auto&) {
             return Identity({}, &authority).certificate();
         }},
        {"no X.509 certificate",
         [](const auto&) {
             return base::toBytes("garbage");
         }},
        {"1 to 16384 octets",
         [](const auto&) {
             return base::Bytes();
         }},
        {"1 to 16384 octets",
         [](const auto&) {
             return base::Bytes(60000, 0x30);
         }},
        {"no X.509 certificate",
         [this](const auto& request) {
             auto bag = Identity::bag({authority.grant(request)});
             bag.resize(bag.size() / 2);
             return bag;
         }},
    };

    for (const auto& lie : lies) {
        answer(lie.make);
        until([&] { return warnings.size() == asked; });
        BOOST_TEST(warnings.back().find(lie.words) != std::string::npos, warnings.back());
        BOOST_TEST((kept() == std::vector<base::Bytes>{own}), lie.words);
        scheduler.advance(agent::CertificateRenewal::lookPeriod);
    }
    BOOST_TEST(renewed == 0);
    answer([this](const base::Bytes& request) { return authority.grant(request); });
    until([&] { return renewed == 1; });

    BOOST_TEST((kept().front() != own));
}

BOOST_AUTO_TEST_SUITE_END()
