// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/store/store_fixture.hpp"

using namespace causeway;
using base::ErrorKind;

namespace {

const api::CredentialId factory{"meter-1", "leshan"};
const api::CredentialId delivered{"meter-1", "meter-1:101"};

/// A device with the operator's account and its key, whose accounts are a smartcard's.
struct CardStore
{
    CardStore()
    {
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(factory, "meter-1", tests::goodKey(1)));
    }

    static store::StoreSettings settingsIn(const tests::TemporaryDirectory& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        settings.retryPeriod = std::chrono::seconds(0);
        return settings;
    }

    static api::DeliveredAccount account(std::uint16_t shortServerId, std::uint32_t keySeed)
    {
        api::DeliveredAccount account;
        auto& settings = account.account.settings;
        settings.name = "meter-1:" + std::to_string(shortServerId);
        settings.uri = "coaps://new.example";
        settings.shortServerId = shortServerId;
        account.isOwn = true;
        account.credential = api::PskCredential{
            base::toBytes("card-" + std::to_string(shortServerId)), tests::goodKey(keySeed)};
        return account;
    }

    /// Of the server that the operator has given, too.
    static api::DeliveredAccount operatorsServer()
    {
        auto same = account(1, 4);
        same.account.settings.uri = "coaps://server.example";
        return same;
    }

    base::Expected<void> keep(api::BootstrapResult result)
    {
        return tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepBootstrap("meter-1", std::move(result), std::move(done));
        });
    }

    void insert(api::DeliveredAccount account)
    {
        api::BootstrapResult card;
        card.from = api::Provisioner::Smartcard;
        card.state = {{api::cardMarkKey, "salt:digest:0102"}};
        card.accounts.push_back(std::move(account));
        BOOST_REQUIRE(keep(std::move(card)));
    }

    void remove()
    {
        api::BootstrapResult nothing;
        nothing.from = api::Provisioner::Smartcard;
        nothing.state = {{api::cardMarkKey, ""}};
        BOOST_REQUIRE(keep(std::move(nothing)));
    }

    bool hasOperatorsKey(std::uint32_t seed = 1)
    {
        const auto found = store.fetch(factory);
        return found && found->key.equals(tests::goodKey(seed).view());
    }

    std::string mark()
    {
        const auto states = store.load()->clientStates;
        const auto state = states.find("meter-1");
        if (state == states.end() || !state->second.contains(api::cardMarkKey))
            return {};
        return state->second.at(api::cardMarkKey);
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    tests::WaitingStore store{settingsIn(directory), std::make_unique<fakes::ClearSealer>(sealer)};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(card_accounts, CardStore)

BOOST_AUTO_TEST_CASE(of_a_bootstrap_server_leave_the_operators_key_in_peace)
{
    auto bootstrap = account(0, 3);
    bootstrap.account.settings.isBootstrap = true;
    api::BootstrapResult delivery;
    delivery.accounts.emplace_back();
    delivery.accounts.front().account = bootstrap.account;
    delivery.accounts.front().origin = bootstrap.account.settings.name;
    delivery.accounts.front().isOwn = true;
    delivery.accounts.push_back(account(101, 2));
    insert(std::move(bootstrap));

    BOOST_REQUIRE(keep(std::move(delivery)));
    BOOST_TEST(hasOperatorsKey());
    remove();

    BOOST_TEST(hasOperatorsKey());
    BOOST_TEST(store.load()->bootstrapped.empty());
    BOOST_TEST((store.fetch(delivered).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(in_the_place_of_a_bootstrap_servers_leave_the_operators_key)
{
    api::BootstrapResult delivery;
    auto& moved = delivery.accounts.emplace_back();
    moved.account = operatorsServer().account;
    moved.origin = factory.server;
    moved.isOwn = true;
    BOOST_REQUIRE(keep(std::move(delivery)));
    BOOST_REQUIRE(!hasOperatorsKey());

    insert(account(101, 2));
    remove();

    BOOST_TEST(store.load()->bootstrapped.empty());
    BOOST_TEST(hasOperatorsKey());
}

BOOST_AUTO_TEST_CASE(of_the_operators_server_do_not_give_it_their_key)
{
    BOOST_REQUIRE(store.remove(factory));
    insert(operatorsServer());
    auto settings = store.load()->devices.front();
    settings.servers.clear();

    BOOST_REQUIRE(store.putDevice(settings));

    BOOST_TEST((store.fetch(factory).error().kind == ErrorKind::NotFound));
    BOOST_TEST((store.fetch({"meter-1", "meter-1:1"}).error().kind == ErrorKind::NotFound));
    BOOST_TEST(mark() == "");
    insert(operatorsServer());
}

BOOST_AUTO_TEST_CASE(of_the_operators_server_end_with_a_factory_reset)
{
    BOOST_REQUIRE(store.remove(factory));
    insert(operatorsServer());

    BOOST_TEST(!keep({}).has_value()); // it leads nowhere without the card

    BOOST_TEST((store.fetch(factory).error().kind == ErrorKind::NotFound));
    remove();
    BOOST_TEST((store.fetch({"meter-1", "meter-1:1"}).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_SUITE_END()
