// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/agent/gateway_fixture.hpp"

using namespace causeway;
using model::OutcomeCode;
using model::Path;
using model::Value;
using tests::GatewayFixture;

namespace {

/// A device at a Bootstrap-Server, which the test plays.
struct BootstrapSite : GatewayFixture
{
    BootstrapSite()
    {
        auto bootstrap = server("boot");
        bootstrap.isBootstrap = true;
        bootstrap.uri = "coaps://127.0.0.2";
        auto settings = device();
        settings.servers = {"boot"};
        settings.allowsServerWrites = true;
        BOOST_TEST(add(line()) == "");
        BOOST_TEST(add(bootstrap) == "");
        BOOST_TEST(attach(settings) == "");
        until([&] { return transport.peers.size() == 1; });
        transport.peer().connect();
        transport.peer().answer(OutcomeCode::Changed);
    }

    OutcomeCode ask(api::Request request)
    {
        const auto answered = transport.peers.front()->request(std::move(request));
        until([&] { return answered->has_value(); });
        return (*answered)->code;
    }

    OutcomeCode
    write(const std::string& object, const Path& path, const std::vector<lwm2m::Record>& records)
    {
        api::Request request;
        request.method = api::Method::Put;
        request.path = {object, std::to_string(path.instance())};
        request.contentFormat = lwm2m::tlvFormat;
        request.payload = lwm2m::encode(lwm2m::tlvFormat, path, records, definitions).value();
        return ask(std::move(request));
    }

    void writeAccount(const std::string& uri = "coaps://127.0.0.3", std::int64_t securityMode = 0)
    {
        const Path security{0, 1};
        const Path account{1, 0};
        const Value shortServerId(std::int64_t{101});
        BOOST_TEST((write("0",
                          security,
                          {{security.child(0), Value(uri), {}},
                           {security.child(1), Value(false), {}},
                           {security.child(2), Value(securityMode), {}},
                           {security.child(3), Value(base::toBytes("meter-1")), {}},
                           {security.child(5), Value(base::Bytes(16, 0x5A)), {}},
                           {security.child(10), shortServerId, {}}}) == OutcomeCode::Changed));
        BOOST_TEST(
            (write("1",
                   account,
                   {{account.child(0), shortServerId, {}},
                    {account.child(1), Value(std::int64_t{300}), {}},
                    {account.child(6), Value(true), {}},
                    {account.child(7), Value(std::string("U")), {}}}) == OutcomeCode::Changed));
    }

    OutcomeCode finish()
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = {"bs"};
        return ask(std::move(request));
    }

    void endSession()
    {
        transport.peers.front()->lose({base::ErrorKind::Unreachable, "closed", {}});
    }

    std::vector<std::string> accounts() const
    {
        std::vector<std::string> names;
        const auto status = gateway->device("meter-1");
        for (const auto& registration : status->registrations)
            names.push_back(registration.server);
        return names;
    }
};

const std::vector<std::string> before{"boot"};
const std::vector<std::string> after{"meter-1:101", "boot"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_bootstrap, BootstrapSite)

BOOST_AUTO_TEST_CASE(a_device_goes_to_the_server_that_was_delivered)
{
    writeAccount();
    BOOST_TEST((finish() == OutcomeCode::Changed));
    BOOST_TEST(accounts() == before, boost::test_tools::per_element());

    endSession();
    until([&] { return transport.peers.size() == 2; });

    BOOST_TEST(transport.peer().settings.uri == "coaps://127.0.0.3");
    BOOST_TEST(transport.peer().settings.credential.server == "meter-1:101");
    BOOST_TEST(accounts() == after, boost::test_tools::per_element());
    const auto status = gateway->device("meter-1")->registrations.front();
    BOOST_TEST(status.isBootstrapped);
    BOOST_TEST(status.shortServerId == 101);
}

BOOST_AUTO_TEST_CASE(a_factory_reset_goes_back_to_the_operators_account)
{
    writeAccount();
    BOOST_TEST((finish() == OutcomeCode::Changed));
    endSession();
    until([&] { return transport.peers.size() == 2; });
    auto& site = *transport.peers[1];
    site.connect();
    site.accept();
    api::Request reset;
    reset.method = api::Method::Post;
    reset.path = {"3", "0", "5"};

    const auto answered = site.request(std::move(reset));
    until([&] { return answered->has_value() && !site.asked.empty(); });
    site.answer(OutcomeCode::Deleted);
    until([&] { return transport.peers.size() == 3; });

    BOOST_TEST((answered->value().code == OutcomeCode::Changed));
    BOOST_TEST(transport.peer().settings.uri == "coaps://127.0.0.2");
    BOOST_TEST(accounts() == before, boost::test_tools::per_element());
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(the_delivered_accounts_are_there_after_a_restart)
{
    writeAccount();
    BOOST_TEST((finish() == OutcomeCode::Changed));
    gateway.reset();
    BOOST_TEST(buses.removeLine("rtu-0").has_value());

    startGateway();
    BOOST_TEST(GatewayFixture::ask([&](auto done) { gateway->load(std::move(done)); }) == "");

    until([&] { return transport.peers.size() == 2; });
    BOOST_TEST(transport.peer().settings.uri == "coaps://127.0.0.3");
}

BOOST_AUTO_TEST_CASE(what_no_operator_could_configure_is_406)
{
    for (const auto* uri :
         {"coaps://", "http://x", "coaps://a b", "coaps://h:99999", "coaps://h/x"}) {
        writeAccount(uri);
        BOOST_TEST((finish() == OutcomeCode::NotAcceptable), uri);
    }
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(plain_coap_needs_the_operators_permission)
{
    constexpr std::int64_t noSec = 3;
    writeAccount("coap://127.0.0.3", noSec);

    BOOST_TEST((finish() == OutcomeCode::NotAcceptable));
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(an_operator_who_was_first_stops_the_delivery)
{
    BOOST_TEST(add(server()) == "");
    writeAccount();
    std::optional<bool> hasChanged;
    gateway->changeDevice(device(), [&](const auto& result) { hasChanged = result.has_value(); });

    api::Request request;
    request.method = api::Method::Post;
    request.path = {"bs"};
    const auto finished = transport.peers.front()->request(std::move(request));
    until([&] { return hasChanged.has_value(); });
    loop.runOnce(std::chrono::milliseconds(10));

    BOOST_TEST(hasChanged.value());
    BOOST_TEST(accounts() == std::vector<std::string>{"main"}, boost::test_tools::per_element());
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_500_and_the_server_may_finish_again)
{
    writeAccount();
    store.failWith(base::Error{base::ErrorKind::StorageFailed, "the disk is full", {}});
    BOOST_TEST((finish() == OutcomeCode::InternalServerError));
    BOOST_TEST(accounts() == before, boost::test_tools::per_element());

    store.failWith({});

    BOOST_TEST((finish() == OutcomeCode::Changed));
}

BOOST_AUTO_TEST_CASE(an_operator_who_changes_the_servers_speaks_last)
{
    BOOST_TEST(add(server()) == "");
    writeAccount();
    BOOST_TEST((finish() == OutcomeCode::Changed));
    endSession();
    until([&] { return transport.peers.size() == 2; });

    BOOST_TEST(change(device()) == "");

    BOOST_TEST(accounts() == std::vector<std::string>{"main"}, boost::test_tools::per_element());
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(a_delivery_to_a_client_that_is_gone_changes_nothing)
{
    writeAccount();
    auto changed = gateway->server("boot")->settings;
    changed.lifetime = std::chrono::seconds(1234);
    std::optional<bool> hasChanged;
    gateway->changeServer(changed, [&](const auto& result) { hasChanged = result.has_value(); });

    api::Request request;
    request.method = api::Method::Post;
    request.path = {"bs"};
    const auto finished = transport.peers.front()->request(std::move(request));
    until([&] { return hasChanged.has_value(); });
    loop.runOnce(std::chrono::milliseconds(10));

    BOOST_TEST(hasChanged.value());
    BOOST_TEST(accounts() == before, boost::test_tools::per_element());
    BOOST_TEST(store.kept().bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(a_device_has_one_bootstrap_server_at_most)
{
    auto second = server("boot-2");
    second.isBootstrap = true;
    BOOST_TEST(add(second) == "");
    auto settings = device();
    settings.servers = {"boot", "boot-2"};

    BOOST_TEST(change(settings) == "a device has at most one Bootstrap-Server");
}

BOOST_AUTO_TEST_CASE(an_account_in_use_does_not_become_another_kind)
{
    auto plain = server("boot");

    const auto answer =
        GatewayFixture::ask([&](auto done) { gateway->changeServer(plain, std::move(done)); });

    BOOST_TEST(answer == "boot is used by meter-1: detach or change them first");
}

BOOST_AUTO_TEST_SUITE_END()
