// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <boost/test/unit_test.hpp>

#include "agent/updates/device_repositories.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/fake_web.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::PackageProtocol;
using api::SecurityMode;
using base::ErrorKind;

namespace {

struct RepositoriesFixture : api::FetchListener
{
    void account(const std::string& name, const std::string& uri, SecurityMode mode = {})
    {
        auto& settings = accounts.emplace_back().settings;
        settings.name = name;
        settings.uri = uri;
        settings.securityMode = mode;
    }

    /// What is opened for it; nothing when it is refused.
    const api::SessionSettings* fetch(const std::string& uri)
    {
        const auto before = transport.peers.size();
        error.reset();
        FetchListener& listener = *this;
        running = repositories.fetch({uri, 0, {}}, listener);
        BOOST_TEST(!error.has_value());
        scheduler.advance(0s);
        return transport.peers.size() == before ? nullptr : &transport.peer().settings;
    }

    void onPiece(api::PackagePiece, base::Task) override {}

    void onFetchFailed(const base::Error& failure) override { error = failure; }

    [[nodiscard]] agent::DeviceRepositories make(bool allowsPlaintext, bool trustsStrangers = false)
    {
        return {"meter-1",
                {transport, scheduler, &web},
                {allowsPlaintext, trustsStrangers},
                [this]() -> const auto& {return accounts;
    }
};
} // namespace

std::vector<api::DeviceAccount> accounts;
fakes::FakeTransport transport;
fakes::FakeScheduler scheduler;
fakes::FakeWeb web;
agent::DeviceRepositories repositories = make(false);
std::unique_ptr<api::PackageFetch> running;
std::optional<base::Error> error;
}
;

} // namespace

BOOST_FIXTURE_TEST_SUITE(device_repositories, RepositoriesFixture)

BOOST_AUTO_TEST_CASE(r33_a_repository_gets_the_credential_of_the_account_with_its_host)
{
    account("other", "coaps://other.example");
    account("main", "coaps://Main.Example:5684");

    const auto* session = fetch("coaps://main.example:5700/fw");

    BOOST_REQUIRE(session != nullptr);
    BOOST_TEST(session->uri == "coaps://main.example:5700");
    BOOST_TEST((session->credential == api::CredentialId{"meter-1", "main"}));
    BOOST_TEST((session->securityMode == SecurityMode::Psk));
    BOOST_TEST(!session->isKept);
    BOOST_TEST(!session->mayResume);
}

BOOST_AUTO_TEST_CASE(r33_of_two_accounts_on_one_host_that_with_the_port_is_meant)
{
    account("first", "coaps://[2001:db8::1]:5684");
    account("second", "coaps://[2001:db8::1]:5700");

    BOOST_TEST(fetch("coaps://[2001:DB8::1]:5700/fw")->credential.server == "second");
    BOOST_TEST(transport.peer().settings.uri == "coaps://[2001:db8::1]:5700");
    BOOST_TEST(fetch("coaps://[2001:db8::1]:9999/fw")->credential.server == "first");
}

BOOST_AUTO_TEST_CASE(r33_of_two_accounts_on_one_host_that_with_the_scheme_is_meant)
{
    account("datagrams", "coaps://main.example");
    account("stream", "coaps+tcp://main.example");

    BOOST_TEST(fetch("coaps://main.example/fw")->credential.server == "datagrams");
    BOOST_TEST(fetch("coaps+tcp://main.example/fw")->credential.server == "stream");
}

BOOST_AUTO_TEST_CASE(r33_a_repository_that_no_account_is_for_is_refused)
{
    account("main", "coaps://main.example");
    account("plain", "coap://plain.example", SecurityMode::NoSec);
    account("bootstrap", "coaps://bootstrap.example");
    accounts.back().settings.isBootstrap = true;

    for (const auto* uri : {"coaps://elsewhere.example/fw",
                            "coaps://main.example.evil/fw",
                            "coaps://plain.example/fw",
                            "coaps://bootstrap.example/fw"}) {
        BOOST_TEST(fetch(uri) == nullptr, uri);
        BOOST_TEST((error.value().kind == ErrorKind::NotAuthorized), uri);
        BOOST_TEST((error->retry == base::Retry::Never), uri);
    }
}

BOOST_AUTO_TEST_CASE(r33_nothing_is_fetched_in_plaintext_unless_the_gateway_allows_it)
{
    account("main", "coaps://main.example");
    BOOST_TEST(
        (repositories.protocols() ==
         std::vector{PackageProtocol::Coaps, PackageProtocol::Https, PackageProtocol::CoapsTcp}));
    BOOST_TEST(fetch("coap://main.example/fw") == nullptr);
    BOOST_TEST((error.value().kind == ErrorKind::NotSupported));

    auto open = make(true);
    FetchListener& listener = *this;
    running = open.fetch({"coap://main.example/fw", 0, {}}, listener);

    BOOST_TEST((open.protocols() == std::vector{PackageProtocol::Coap,
                                                PackageProtocol::Coaps,
                                                PackageProtocol::Http,
                                                PackageProtocol::Https,
                                                PackageProtocol::CoapTcp,
                                                PackageProtocol::CoapsTcp}));
    BOOST_TEST((transport.peer().settings.securityMode == SecurityMode::NoSec));
    BOOST_TEST(transport.peer().settings.uri == "coap://main.example:5683");
}

BOOST_AUTO_TEST_CASE(what_is_not_spoken_is_refused)
{
    BOOST_TEST(fetch("ftp://main.example/fw") == nullptr);
    BOOST_TEST((error.value().kind == ErrorKind::NotSupported));
    BOOST_TEST(fetch("no URI at all") == nullptr);
    BOOST_TEST((error.value().kind == ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_refusal_that_nobody_waits_for_is_not_told)
{
    FetchListener& listener = *this;
    running = repositories.fetch({"ftp://main.example/fw", 0, {}}, listener);

    running.reset();
    scheduler.advance(0s);

    BOOST_TEST(!error.has_value());
}

BOOST_AUTO_TEST_CASE(r33_https_gets_the_credential_of_the_account_with_its_host)
{
    account("main", "coaps://main.example", SecurityMode::Certificate);
    accounts.back().settings.identity.publicKey = {1, 2, 3};
    BOOST_TEST(fetch("https://main.example/fw") == nullptr);
    BOOST_TEST_REQUIRE(web.plans.size() == 1);

    const auto stream = web.plans[0].access({true, "main.example", 443});

    BOOST_TEST(web.plans[0].package.uri == "https://main.example/fw");
    BOOST_TEST_REQUIRE(stream.has_value());
    BOOST_TEST((stream->credential == api::CredentialId{"meter-1", "main"}));
    BOOST_TEST((stream->securityMode == SecurityMode::Certificate));
    BOOST_TEST((stream->server == accounts.back().settings.identity));
    BOOST_TEST(stream->host == "main.example");
    BOOST_TEST(stream->port == 443);
}

BOOST_AUTO_TEST_CASE(r33_https_is_refused_where_no_account_and_no_operator_leads)
{
    account("main", "coaps://main.example");
    account("bootstrap", "coaps://bootstrap.example");
    accounts.back().settings.isBootstrap = true;
    fetch("https://main.example/fw");
    const auto& access = web.plans.at(0).access;

    for (const auto* host : {"elsewhere.example", "bootstrap.example"})
        BOOST_TEST((access({true, host, 443}).error().kind == ErrorKind::NotAuthorized), host);
    BOOST_TEST((access({false, "main.example", 80}).error().kind == ErrorKind::NotAuthorized));
}

BOOST_AUTO_TEST_CASE(r33_strangers_are_asked_only_without_a_credential_and_by_permission)
{
    account("main", "coaps://main.example");
    auto open = make(false, true);
    FetchListener& listener = *this;
    running = open.fetch({"https://elsewhere.example/fw", 0, {}}, listener);
    const auto& access = web.plans.at(0).access;

    const auto stranger = access({true, "elsewhere.example", 443});
    BOOST_TEST_REQUIRE(stranger.has_value());
    BOOST_TEST((stranger->securityMode == SecurityMode::Certificate));
    BOOST_TEST(!stranger->credential.has_value());
    BOOST_TEST((access({true, "main.example", 443}).value().securityMode == SecurityMode::Psk));
}

BOOST_AUTO_TEST_CASE(r33_http_is_spoken_where_the_gateway_allows_plaintext)
{
    BOOST_TEST(fetch("http://main.example/fw") == nullptr);
    BOOST_TEST((error.value().kind == ErrorKind::NotSupported));
    BOOST_TEST(web.plans.empty());

    auto open = make(true);
    FetchListener& listener = *this;
    running = open.fetch({"http://main.example/fw", 0, {}}, listener);

    const auto stream = web.plans.at(0).access({false, "main.example", 80});
    BOOST_TEST((stream.value().securityMode == SecurityMode::NoSec));
    BOOST_TEST(!stream->credential.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
