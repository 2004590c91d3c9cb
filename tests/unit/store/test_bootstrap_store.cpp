// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/store/store_fixture.hpp"

using namespace causeway;
using base::ErrorKind;

namespace {

struct Fixture
{
    Fixture()
    {
        auto store = open();
        store.furnish({"meter-1", "meter-2"});
        BOOST_REQUIRE(store.keep({"meter-1", "leshan"}, "meter-1", tests::goodKey(1)));
    }

    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        settings.retryPeriod = std::chrono::seconds(0);
        return {settings, std::make_unique<fakes::ClearSealer>(sealer)};
    }

    /// An account of meter-1 as a Bootstrap-Server delivers it.
    static api::DeliveredAccount account(std::uint16_t shortServerId, std::uint32_t keySeed)
    {
        api::DeliveredAccount delivered;
        auto& settings = delivered.account.settings;
        settings.name = "meter-1:" + std::to_string(shortServerId);
        settings.uri = "coaps://new.example";
        settings.shortServerId = shortServerId;
        settings.lifetime = std::chrono::seconds(77);
        delivered.account.securityInstance = 3;
        delivered.account.serverInstance = 5;
        delivered.isOwn = true;
        delivered.credential = api::PskCredential{base::toBytes("new-1"), tests::goodKey(keySeed)};
        return delivered;
    }

    /// The operator's account, left alone.
    static api::DeliveredAccount untouched()
    {
        api::DeliveredAccount delivered;
        delivered.account.settings.name = "leshan";
        delivered.origin = "leshan";
        return delivered;
    }

    template <typename... Accounts>
    static api::BootstrapResult result(Accounts... accounts)
    {
        api::BootstrapResult all;
        (all.accounts.push_back(std::move(accounts)), ...);
        return all;
    }

    static base::Expected<void>
    keep(tests::WaitingStore& store, const std::string& device, api::BootstrapResult result)
    {
        return tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepBootstrap(device, std::move(result), std::move(done));
        });
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

const api::CredentialId factory{"meter-1", "leshan"};
const api::CredentialId delivered{"meter-1", "meter-1:101"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(BootstrapStoreTest, Fixture)

BOOST_AUTO_TEST_CASE(accounts_keys_and_state_are_there_after_a_restart)
{
    {
        auto store = open();
        auto all = result(account(101, 2));
        all.state = {{"access/3/0", "101"}};
        BOOST_REQUIRE(keep(store, "meter-1", std::move(all)));
    }
    auto store = open();

    const auto loaded = store.load();

    BOOST_REQUIRE(loaded);
    BOOST_REQUIRE(loaded->bootstrapped.at("meter-1").size() == 1U);
    const auto& found = loaded->bootstrapped.at("meter-1").front();
    BOOST_CHECK(found.settings == account(101, 2).account.settings);
    BOOST_TEST(found.securityInstance == 3);
    BOOST_TEST(found.serverInstance == 5);
    BOOST_TEST(loaded->clientStates.at("meter-1").at("access/3/0") == "101");
    BOOST_TEST(loaded->servers.size() == 1U); // no operator's
    BOOST_TEST(store.fetch(delivered)->key.equals(tests::goodKey(2).view()));
}

BOOST_AUTO_TEST_CASE(a_deleted_account_takes_its_key_along_and_one_left_alone_does_not)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(untouched(), account(101, 2))));
    BOOST_TEST(store.fetch(factory).has_value());

    BOOST_REQUIRE(keep(store, "meter-1", result(account(102, 3))));

    BOOST_TEST((store.fetch(factory).error().kind == ErrorKind::NotFound));
    BOOST_TEST((store.fetch(delivered).error().kind == ErrorKind::NotFound));
    BOOST_TEST(store.fetch({"meter-1", "meter-1:102"}).has_value());
}

BOOST_AUTO_TEST_CASE(one_bad_key_leaves_everything_as_it_was)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(untouched(), account(101, 2))));
    auto weak = account(103, 4);
    weak.credential->key = base::Secret(base::Bytes(16, 'a'));
    auto all = result(account(102, 3), std::move(weak));
    all.state = {{"access/3/0", "102"}};

    const auto kept = keep(store, "meter-1", std::move(all));

    BOOST_REQUIRE(!kept);
    BOOST_TEST((kept.error().kind == ErrorKind::InvalidArgument));
    const auto loaded = store.load();
    BOOST_TEST(loaded->bootstrapped.at("meter-1").size() == 2U);
    BOOST_TEST(loaded->clientStates.count("meter-1") == 0U);
    BOOST_TEST(store.fetch(factory)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(store.fetch(delivered)->key.equals(tests::goodKey(2).view()));
    BOOST_TEST((store.fetch({"meter-1", "meter-1:102"}).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_key_or_identity_of_another_device_is_refused)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(account(101, 2))));
    auto sameKey = account(101, 2);
    sameKey.account.settings.name = "meter-2:101";
    sameKey.credential->identity = base::toBytes("new-2");
    auto sameIdentity = account(101, 9);
    sameIdentity.account.settings.name = "meter-2:101";

    BOOST_TEST(!keep(store, "meter-2", result(std::move(sameKey))));
    BOOST_TEST(!keep(store, "meter-2", result(std::move(sameIdentity))));

    BOOST_TEST(store.load()->bootstrapped.count("meter-2") == 0U);
}

BOOST_AUTO_TEST_CASE(the_bootstrap_servers_own_key_is_no_key_for_a_server)
{
    auto store = open();

    BOOST_TEST(!keep(store, "meter-1", result(untouched(), account(101, 1))));
}

BOOST_AUTO_TEST_CASE(an_account_that_changes_its_name_takes_its_key_along)
{
    auto store = open();
    auto changed = account(101, 0);
    changed.credential.reset();
    changed.origin = "leshan";

    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(changed))));

    BOOST_TEST(store.fetch(delivered)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST((store.fetch(factory).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(an_operator_who_changes_the_servers_ends_it)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(account(101, 2))));
    api::DeviceSettings settings = store.load()->devices.front();
    settings.isEnabled = false;
    BOOST_REQUIRE(store.putDevice(settings));
    BOOST_TEST(store.load()->bootstrapped.size() == 1U);

    settings.servers.clear();
    BOOST_REQUIRE(store.putDevice(settings));

    BOOST_TEST(store.load()->bootstrapped.empty());
    BOOST_TEST((store.fetch(delivered).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_detached_device_leaves_nothing)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(untouched(), account(101, 2))));

    BOOST_REQUIRE(store.removeDevice("meter-1"));

    BOOST_TEST(store.load()->bootstrapped.empty());
    BOOST_TEST((store.fetch(delivered).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_locked_key_store_keeps_nothing_and_loses_nothing)
{
    sealer.isThere = false;
    {
        auto locked = open();
        BOOST_TEST(
            (keep(locked, "meter-1", result(account(101, 2))).error().kind == ErrorKind::Locked));
        BOOST_TEST(locked.load()->bootstrapped.empty());
    }
    sealer.isThere = true;
    auto store = open();

    BOOST_TEST(store.fetch(factory)->key.equals(tests::goodKey(1).view()));
}

BOOST_AUTO_TEST_CASE(a_device_that_is_not_there_is_refused)
{
    auto store = open();

    BOOST_TEST(
        (keep(store, "meter-9", result(account(101, 2))).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_SUITE_END()
