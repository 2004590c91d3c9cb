// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fakes/pki.hpp"
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

    /// The same account, but with a key pair.
    static api::DeliveredAccount certified(api::KeyPair keyPair)
    {
        auto delivered = account(101, 0);
        delivered.account.settings.securityMode = keyPair.certificates.empty()
                                                      ? api::SecurityMode::RawPublicKey
                                                      : api::SecurityMode::Certificate;
        delivered.credential = std::move(keyPair);
        return delivered;
    }

    /// meter-1's account of that name.
    static api::KeyPair fetchPair(tests::WaitingStore& store, const std::string& server)
    {
        auto fetched = tests::await<api::Credential>(store.loop(), [&](auto done) {
            store.store().fetch({"meter-1", server}, std::move(done));
        });
        return std::get<api::KeyPair>(std::move(fetched.value()));
    }

    /// Why the result is refused.
    static std::string
    refusalOf(tests::WaitingStore& store, const std::string& device, api::BootstrapResult result)
    {
        const auto kept = keep(store, device, std::move(result));
        return kept ? "kept" : kept.error().message;
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

BOOST_AUTO_TEST_CASE(r47_a_smartcard_comes_and_goes_beside_the_operators_key)
{
    auto store = open();
    auto card = result(account(101, 2));
    card.from = api::Provisioner::Smartcard;
    card.state = {{"smartcard", "mark"}};
    BOOST_REQUIRE(keep(store, "meter-1", std::move(card)));
    BOOST_TEST(store.fetch(factory).has_value());
    BOOST_TEST(store.fetch(delivered).has_value());
    api::BootstrapResult gone;
    gone.from = api::Provisioner::Smartcard;
    gone.state = {{"smartcard", ""}};

    BOOST_REQUIRE(keep(store, "meter-1", std::move(gone)));

    BOOST_TEST((store.fetch(delivered).error().kind == ErrorKind::NotFound));
    BOOST_TEST(store.fetch(factory)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(store.load()->bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(r47_a_smartcard_that_goes_leaves_no_key_for_an_account_to_the_same_server)
{
    auto store = open();
    BOOST_REQUIRE(store.remove(factory));
    auto card = account(101, 2);
    const auto operators = store.load()->servers.front();
    card.account.settings.uri = operators.uri;
    card.account.settings.shortServerId = operators.shortServerId;
    auto cards = result(std::move(card));
    cards.from = api::Provisioner::Smartcard;
    BOOST_REQUIRE(keep(store, "meter-1", std::move(cards)));
    api::BootstrapResult gone;
    gone.from = api::Provisioner::Smartcard;

    BOOST_REQUIRE(keep(store, "meter-1", std::move(gone)));

    BOOST_TEST((store.fetch(factory).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(one_bad_key_leaves_everything_as_it_was)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(untouched(), account(101, 2))));
    auto weak = account(103, 4);
    std::get<api::PskCredential>(*weak.credential).key = base::Secret(base::Bytes(16, 'a'));
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
    std::get<api::PskCredential>(*sameKey.credential).identity = base::toBytes("new-2");
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

BOOST_AUTO_TEST_CASE(a_key_pair_is_kept_with_its_certificate)
{
    auto store = open();
    const fakes::Identity device;

    BOOST_REQUIRE(keep(store, "meter-1", result(certified(device.keyPair(true)))));

    const auto pair = fetchPair(store, "meter-1:101");
    BOOST_TEST(pair.publicKey == device.publicKey(), boost::test_tools::per_element());
    BOOST_TEST(pair.privateKey.equals(device.privateKey()));
    BOOST_REQUIRE(pair.certificates.size() == 1U);
    BOOST_TEST(pair.certificates.front() == device.certificate(), boost::test_tools::per_element());
    const auto mode = store.load()->bootstrapped.at("meter-1").front().settings.securityMode;
    BOOST_TEST((mode == api::SecurityMode::Certificate));
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_refused_whose_parts_do_not_belong_together)
{
    auto store = open();
    const fakes::Identity device;
    const fakes::Identity other;
    auto foreignKey = device.keyPair(false);
    foreignKey.publicKey = other.publicKey();
    auto foreignCertificate = device.keyPair(true);
    foreignCertificate.certificates = {other.certificate()};
    auto noKey = device.keyPair(false);
    noKey.privateKey = base::Secret(base::Bytes(64, 1));

    const auto refusal = [&](api::KeyPair keyPair) {
        return refusalOf(store, "meter-1", result(certified(std::move(keyPair))));
    };
    BOOST_TEST(refusal(std::move(foreignKey)) == "the public key is not that of the private key");
    BOOST_TEST(refusal(std::move(foreignCertificate)) ==
               "the certificate of CN=localhost is for another private key");
    BOOST_TEST(refusal(std::move(noKey)) != "kept");
    BOOST_TEST(store.load()->bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(r41_a_key_pair_of_the_server_itself_is_refused)
{
    auto store = open();
    const fakes::Identity device;
    auto raw = certified(device.keyPair(false));
    raw.account.settings.identity.publicKey = device.publicKey();
    auto byCertificate = certified(device.keyPair(true));
    byCertificate.account.settings.identity.publicKey = device.certificate();

    const auto sentence = "this is the key pair of the server meter-1:101 itself; the device needs "
                          "its own";
    BOOST_TEST(refusalOf(store, "meter-1", result(std::move(raw))) == sentence);
    BOOST_TEST(refusalOf(store, "meter-1", result(std::move(byCertificate))) == sentence);
    BOOST_TEST(store.load()->bootstrapped.empty());
}

BOOST_AUTO_TEST_CASE(a_key_pair_of_another_device_is_refused)
{
    auto store = open();
    const fakes::Identity device;
    BOOST_REQUIRE(keep(store, "meter-1", result(certified(device.keyPair(false)))));
    auto same = certified(device.keyPair(true));
    same.account.settings.name = "meter-2:101";

    BOOST_TEST(refusalOf(store, "meter-2", result(std::move(same))) ==
               "meter-1 uses this key for meter-1:101 already; each account needs its own");
}

BOOST_AUTO_TEST_CASE(a_key_pair_goes_on_with_its_account_and_no_other_kind_does)
{
    auto store = open();
    const fakes::Identity device;
    BOOST_REQUIRE(keep(store, "meter-1", result(certified(device.keyPair(true)))));
    auto moved = account(102, 0);
    moved.credential.reset();
    moved.origin = "meter-1:101";
    BOOST_TEST(refusalOf(store, "meter-1", result(std::move(moved))) ==
               "meter-1:102 has no credential of its security mode that could go on");

    auto renamed = certified({});
    renamed.account.settings.name = "meter-1:102";
    renamed.account.settings.securityMode = api::SecurityMode::Certificate;
    renamed.credential.reset();
    renamed.origin = "meter-1:101";
    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(renamed))));

    const auto pair = fetchPair(store, "meter-1:102");
    BOOST_TEST(pair.privateKey.equals(device.privateKey()));
    BOOST_TEST(pair.certificates.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_that_was_enrolled_stays_as_long_as_its_server_does)
{
    auto store = open();
    auto enrolled = account(101, 0);
    enrolled.account.settings.securityMode = api::SecurityMode::Enrolment;
    enrolled.credential.reset();
    auto again = account(101, 0);
    again.account.settings = enrolled.account.settings;
    again.credential.reset();
    auto other = account(101, 0);
    other.account.settings = enrolled.account.settings;
    other.account.settings.uri = "coaps://other.example";
    other.credential.reset();
    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(enrolled))));
    BOOST_CHECK(store.fetch(delivered).error().kind == ErrorKind::NotFound);
    const auto made = tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
        store.store().generateKeyPair(delivered, api::KeyResidence::Store, std::move(done));
    });
    BOOST_REQUIRE(made);

    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(again))));
    BOOST_CHECK(fetchPair(store, delivered.server).publicKey == made->publicKey);
    const auto accounts = store.load()->bootstrapped.at("meter-1");
    BOOST_CHECK(accounts.front().settings.securityMode == api::SecurityMode::Enrolment);

    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(other))));
    BOOST_CHECK(store.fetch(delivered).error().kind == ErrorKind::NotFound);
}

BOOST_AUTO_TEST_CASE(an_account_that_had_no_security_needs_a_key_for_it)
{
    auto store = open();
    auto plain = account(101, 2);
    plain.account.settings.uri = "coap://new.example";
    plain.account.settings.securityMode = api::SecurityMode::NoSec;
    plain.credential.reset();
    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(plain))));
    auto secured = account(101, 2);
    secured.origin = "meter-1:101";
    secured.credential.reset();

    BOOST_TEST(refusalOf(store, "meter-1", result(std::move(secured))) ==
               "meter-1:101 has no credential of its security mode that could go on");
}

BOOST_AUTO_TEST_CASE(an_operators_account_gets_its_key_back_when_the_operator_ends_it)
{
    auto store = open();
    auto taken = account(1, 0);
    taken.account.settings.uri = "coaps://server.example";
    taken.origin = "leshan";
    taken.credential.reset();
    BOOST_REQUIRE(keep(store, "meter-1", result(std::move(taken))));
    BOOST_REQUIRE((store.fetch(factory).error().kind == ErrorKind::NotFound));
    api::DeviceSettings settings = store.load()->devices.front();

    settings.servers.clear();
    BOOST_REQUIRE(store.putDevice(settings));

    BOOST_TEST(store.fetch(factory)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST((store.fetch({"meter-1", "meter-1:1"}).error().kind == ErrorKind::NotFound));
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

BOOST_AUTO_TEST_CASE(a_factory_reset_goes_back_to_the_operators_accounts_and_keys)
{
    {
        auto store = open();
        auto all = result(account(101, 2), untouched());
        all.state = {{"access/3/0", "101"}};
        BOOST_REQUIRE(keep(store, "meter-1", std::move(all)));
        auto factoryReset = result();
        factoryReset.state = {{"access/3/0", ""}};
        BOOST_REQUIRE(keep(store, "meter-1", std::move(factoryReset)));
    }
    auto store = open();

    const auto loaded = store.load();

    BOOST_REQUIRE(loaded);
    BOOST_TEST(loaded->bootstrapped.empty());
    BOOST_TEST(!loaded->clientStates.contains("meter-1"));
    BOOST_TEST(store.fetch(factory)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(!store.fetch(delivered).has_value());
}

BOOST_AUTO_TEST_CASE(a_factory_reset_that_leads_nowhere_is_refused_and_changes_nothing)
{
    auto store = open();
    BOOST_REQUIRE(keep(store, "meter-1", result(account(101, 2)))); // the operator's key is gone

    BOOST_TEST(refusalOf(store, "meter-1", result()) ==
               "meter-1 has no credential left for any account that the operator gave");

    BOOST_TEST(store.load()->bootstrapped.contains("meter-1"));
    BOOST_TEST(store.fetch(delivered)->key.equals(tests::goodKey(2).view()));
}

BOOST_AUTO_TEST_SUITE_END()
