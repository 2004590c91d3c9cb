// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "store/database_file.hpp"
#include "store/recovery_key.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using api::KeyStoreState;
using base::ErrorKind;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};

struct Fixture
{
    [[nodiscard]] store::StoreSettings settings() const
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        settings.retryPeriod = std::chrono::hours(1);
        return settings;
    }

    tests::WaitingStore open()
    {
        return {settings(), std::make_unique<fakes::ClearSealer>(sealer)};
    }

    /// With a generated key for the meter and one from outside for the relay.
    void furnish()
    {
        auto store = open();
        store.furnish({"meter-1", "relay-1"});
        BOOST_REQUIRE(store.generate(meter, "meter"));
        BOOST_REQUIRE(store.keep(relay, "relay", tests::goodKey(1)));
    }

    base::Secret makeRecoveryKey()
    {
        auto store = open();
        auto key = store.makeRecoveryKey();
        BOOST_REQUIRE(key);
        return std::move(*key);
    }

    /// Of a table's column, one of the wrapped ones.
    [[nodiscard]] std::string wrapped(const std::string& what) const
    {
        std::string found;
        const auto database = store::openDatabase(directory.path());
        store::Statement(*database, "SELECT " + what).each([&](const auto& row) {
            found = base::asText(row.octets(0));
        });
        return found;
    }

    [[nodiscard]] bool isInAFile(const std::string& octets) const
    {
        const std::string file = directory.path() / store::databaseName;
        return tests::readFile(file).find(octets) != std::string::npos ||
               tests::readFile(file + "-wal").find(octets) != std::string::npos;
    }

    [[nodiscard]] std::string count(const std::string& table) const
    {
        return store::openDatabase(directory.path())->ask("SELECT count(*) FROM " + table);
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

using Slots = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(KeySlotsTest, Fixture)

BOOST_AUTO_TEST_CASE(opens_by_the_recovery_key_when_nothing_else_does)
{
    furnish();
    const auto key = makeRecoveryKey();
    sealer.isThere = false;
    auto store = open();
    BOOST_CHECK(store.settled().state == KeyStoreState::Locked);

    BOOST_TEST(store.recover(key).has_value());

    BOOST_CHECK(store.settled().state == KeyStoreState::Recovered);
    BOOST_TEST(store.settled().reason == "the sealer is away; bring it back");
    BOOST_TEST(!store.settled().remedy.empty());
    BOOST_TEST(store.fetch(relay)->key.equals(tests::goodKey(1).view()));
}

BOOST_AUTO_TEST_CASE(is_sealed_again_after_recovery_when_the_sealer_is_back)
{
    furnish();
    const auto key = makeRecoveryKey();
    {
        sealer.isThere = false;
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.recover(key));
        BOOST_CHECK(store.seal().error().kind == ErrorKind::Refused);
        sealer.isThere = true;
        BOOST_REQUIRE(store.seal());
        BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
        BOOST_TEST(store.settled().reason.empty());
    }

    auto store = open();

    BOOST_TEST(store.fetch(relay).has_value());
}

BOOST_AUTO_TEST_CASE(takes_only_the_newest_recovery_key)
{
    furnish();
    const auto former = makeRecoveryKey();
    const auto newest = makeRecoveryKey();
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();

    const auto refused = store.recover(former);

    BOOST_CHECK(refused.error().kind == ErrorKind::Refused);
    BOOST_CHECK(store.settled().state == KeyStoreState::Locked);
    BOOST_CHECK(store.fetch(relay).error().kind == ErrorKind::Locked);
    BOOST_TEST(store.recover(newest).has_value());
}

BOOST_AUTO_TEST_CASE(says_when_there_is_nothing_to_recover)
{
    furnish();
    const auto key = store::recovery::toText(tests::goodKey(9)).value();
    {
        auto store = open();
        (void)store.settled();
        BOOST_TEST(store.recover(key).error().message == "the key store is open already");
    }
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();

    BOOST_TEST(store.recover(key).error().message == "no recovery key was made for this database");
}

BOOST_AUTO_TEST_CASE(lists_what_opens_it)
{
    furnish();
    auto store = open();
    (void)store.settled();
    BOOST_CHECK(store.describeKey()->slots == Slots{"clear"});

    BOOST_REQUIRE(store.makeRecoveryKey());

    BOOST_CHECK((store.describeKey()->slots == Slots{"clear", "recovery"}));
    BOOST_TEST(store.describeKey()->keyNumber == 1);
}

BOOST_AUTO_TEST_CASE(names_the_keeper_of_the_key_when_the_settings_name_another)
{
    furnish();
    (void)makeRecoveryKey();
    store::openDatabase(directory.path())
        ->execute("UPDATE key_slot SET kind = 'tpm2' WHERE kind = 'clear'");
    auto software = settings();
    software.softwareKekFile = directory.path() / "kek";

    tests::WaitingStore store(software);

    BOOST_TEST(store.settled().reason == "the database's key is kept by the TPM, but the settings "
                                         "name a software key (systemd credential)");
}

BOOST_AUTO_TEST_CASE(keeps_every_credential_through_a_rotation)
{
    furnish();
    auto store = open();
    const auto before = store.fetch(meter);
    const auto printBefore = store.describe(relay)->fingerprint;

    BOOST_REQUIRE(store.rotate());

    BOOST_TEST(store.fetch(meter)->key.equals(before->key.view()));
    BOOST_TEST(store.fetch(relay)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(store.describe(meter)->isExportable);
    BOOST_TEST(!store.describe(relay)->isExportable);
    BOOST_TEST(store.describe(relay)->fingerprint != printBefore);
    BOOST_TEST(store.describeKey()->keyNumber == 2);
    BOOST_TEST(store.keep(meter, "meter", tests::goodKey(1))
                   .error()
                   .message.starts_with("relay-1 uses this key"));
}

BOOST_AUTO_TEST_CASE(opens_after_a_rotation_and_a_restart_with_nothing_of_the_former_key_left)
{
    furnish();
    const auto former = makeRecoveryKey();
    std::optional<base::Secret> next;
    {
        auto store = open();
        (void)store.settled();
        next.emplace(store.rotate().value());
    }
    BOOST_TEST(count("kek") == "1");
    BOOST_TEST(count("key_slot") == "2");
    {
        auto store = open();
        BOOST_TEST(store.fetch(relay)->key.equals(tests::goodKey(1).view()));
    }
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();

    BOOST_CHECK(store.recover(former).error().kind == ErrorKind::Refused);
    BOOST_TEST(store.recover(*next).has_value());
}

BOOST_AUTO_TEST_CASE(changes_nothing_when_one_record_cannot_be_wrapped_anew)
{
    furnish();
    store::openDatabase(directory.path())
        ->execute("UPDATE credential SET version = 7 WHERE device = 'meter-1'");
    auto store = open();
    (void)store.settled();

    const auto refused = store.rotate();

    BOOST_CHECK(refused.error().kind == ErrorKind::Corrupt);
    BOOST_TEST(refused.error().message.find("meter-1") != std::string::npos);
    BOOST_TEST(store.describeKey()->keyNumber == 1);
    BOOST_TEST(store.fetch(relay).has_value());
}

BOOST_AUTO_TEST_CASE(gives_no_slot_of_the_former_key_to_the_next_when_both_come_at_once)
{
    furnish();
    {
        auto store = open();
        (void)store.settled();
        std::optional<base::Expected<base::Secret>> rotated;
        std::optional<base::Expected<void>> sealed;
        store.store().rotate([&](auto result) { rotated.emplace(std::move(result)); });
        store.store().seal({}, [&](auto result) { sealed.emplace(std::move(result)); });
        tests::runUntil(store.loop(), [&] { return rotated && sealed; });
        BOOST_TEST(rotated->has_value());
        BOOST_REQUIRE(!*sealed);
        BOOST_CHECK(sealed->error().kind == ErrorKind::Cancelled);
    }

    auto store = open();

    BOOST_TEST(store.fetch(relay).has_value());
}

BOOST_AUTO_TEST_CASE(rotates_only_while_open)
{
    furnish();
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();

    BOOST_CHECK(store.rotate().error().kind == ErrorKind::Locked);
    BOOST_CHECK(store.makeRecoveryKey().error().kind == ErrorKind::Locked);
    BOOST_CHECK(store.seal().error().kind == ErrorKind::Locked);
}

BOOST_AUTO_TEST_CASE(destroys_all_keys_and_begins_anew)
{
    furnish();
    const auto recoveryKey = makeRecoveryKey();
    {
        auto store = open();
        (void)store.settled();

        BOOST_REQUIRE(store.erase());
        store.waitFor(KeyStoreState::Sealed);

        BOOST_CHECK(store.fetch(meter).error().kind == ErrorKind::NotFound);
        BOOST_TEST(store.load()->devices.size() == 2U);
        BOOST_TEST(store.describeKey()->keyNumber == 2);
        BOOST_TEST(store.keep(meter, "meter", tests::goodKey(1)).has_value());
    }
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();
    BOOST_CHECK(store.recover(recoveryKey).error().kind == ErrorKind::NotFound);
}

BOOST_AUTO_TEST_CASE(leaves_no_wrapped_key_in_any_file_when_it_destroys_them)
{
    furnish();
    const auto key = wrapped("wrapped_key FROM credential");
    const auto slot = wrapped("blob FROM key_slot");
    BOOST_REQUIRE(isInAFile(key));
    BOOST_REQUIRE(isInAFile(slot));
    auto store = open();
    (void)store.settled();

    BOOST_REQUIRE(store.erase());

    BOOST_TEST(!isInAFile(key));
    BOOST_TEST(!isInAFile(slot));
}

BOOST_AUTO_TEST_CASE(leaves_no_wrapped_key_in_any_file_when_a_device_is_removed)
{
    furnish();
    const auto key = wrapped("wrapped_key FROM credential WHERE device = 'meter-1'");
    const auto other = wrapped("wrapped_key FROM credential WHERE device = 'relay-1'");
    auto store = open();
    (void)store.settled();

    BOOST_REQUIRE(store.removeDevice("meter-1"));

    BOOST_TEST(!isInAFile(key));
    BOOST_TEST(isInAFile(other));
}

BOOST_AUTO_TEST_CASE(leaves_no_wrapped_key_in_any_file_when_a_server_is_removed)
{
    furnish();
    const auto key = wrapped("wrapped_key FROM credential");
    auto store = open();
    (void)store.settled();
    auto inventory = store.load();
    for (auto& device : inventory->devices) {
        device.servers.clear();
        BOOST_REQUIRE(store.putDevice(device));
    }

    BOOST_REQUIRE(tests::await<void>(
        store.loop(), [&](auto done) { store.store().removeServer("leshan", std::move(done)); }));

    BOOST_TEST(!isInAFile(key));
}

BOOST_AUTO_TEST_CASE(can_be_destroyed_while_locked)
{
    furnish();
    sealer.isThere = false;
    auto store = open();
    (void)store.settled();

    BOOST_TEST(store.erase().has_value());
    sealer.isThere = true;

    BOOST_TEST(store.describeKey()->keyNumber == 0);
}

BOOST_AUTO_TEST_CASE(a_database_that_has_lost_its_sealed_key_says_so_and_gets_no_new_one)
{
    furnish();
    store::openDatabase(directory.path())->execute("DELETE FROM key_slot");
    sealer.sealed = 0;
    auto store = open();

    const auto status = store.settled();

    BOOST_CHECK(status.state == KeyStoreState::Locked);
    BOOST_TEST(status.reason == "the database has lost its sealed key");
    BOOST_TEST(status.remedy == "restore the database from a copy");
    BOOST_TEST(sealer.sealed == 0);
}

BOOST_AUTO_TEST_SUITE_END()
