// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

#include "store/credential_table.hpp"
#include "store/database_file.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using api::CredentialEntry;
using api::CredentialId;
using base::ErrorKind;

namespace {

struct Fixture
{
    Fixture() { store.furnish({"meter-1", "meter-2", "meter-3"}); }

    [[nodiscard]] static store::StoreSettings settingsFor(const std::filesystem::path& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory;
        settings.retryPeriod = std::chrono::seconds(0);
        return settings;
    }

    static CredentialEntry
    entry(const std::string& device, std::uint32_t line, base::Secret key = {})
    {
        return {{device, "leshan"}, {base::toBytes(device + "-id"), std::move(key)}, line};
    }

    /// Of entries whose keys are the good ones of their lines' numbers, with this in the place of
    /// the second.
    std::string complaintAbout(CredentialEntry second)
    {
        std::vector<CredentialEntry> entries;
        entries.push_back(entry("meter-1", 2, tests::goodKey(2)));
        entries.push_back(std::move(second));
        entries.push_back(entry("meter-3", 4, tests::goodKey(4)));
        const auto stored = store.storeAll(std::move(entries));
        BOOST_REQUIRE(!stored);
        BOOST_CHECK(store.describe({"meter-1", "leshan"}).error().kind == ErrorKind::NotFound);
        BOOST_CHECK(store.describe({"meter-3", "leshan"}).error().kind == ErrorKind::NotFound);
        return stored.error().message;
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    tests::WaitingStore store{settingsFor(directory.path()),
                              std::make_unique<fakes::ClearSealer>(sealer)};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CredentialListsTest, Fixture)

BOOST_AUTO_TEST_CASE(stores_a_whole_list)
{
    std::vector<CredentialEntry> entries;
    entries.push_back(entry("meter-1", 2, tests::goodKey(2)));
    entries.push_back(entry("meter-2", 3, tests::goodKey(3)));

    const auto stored = store.storeAll(std::move(entries));

    BOOST_REQUIRE(stored);
    BOOST_TEST(*stored == 2U);
    BOOST_TEST(store.fetch({"meter-2", "leshan"})->key.equals(tests::goodKey(3).view()));
    BOOST_TEST(!store.describe({"meter-2", "leshan"})->isExportable);
}

BOOST_AUTO_TEST_CASE(stores_nothing_of_a_list_with_one_wrong_line_and_says_which)
{
    BOOST_TEST(complaintAbout(entry("meter-2", 3, base::Secret(8))) ==
               "line 3: the key has 8 octets; it must have 16 to 64");
    BOOST_TEST(complaintAbout(entry("meter-9", 3, tests::goodKey(3))) ==
               "line 3: there is no device meter-9");
    BOOST_TEST(complaintAbout(entry("meter-1", 3, tests::goodKey(3))) ==
               "line 3: meter-1 stands in line 2 already");
}

BOOST_AUTO_TEST_CASE(r38_refuses_one_key_for_two_devices_of_a_list)
{
    BOOST_TEST(complaintAbout(entry("meter-2", 3, tests::goodKey(2))) ==
               "line 3: meter-1 uses this key for leshan already; each account needs its own");
}

BOOST_AUTO_TEST_CASE(keys_and_identities_change_places_within_one_list)
{
    BOOST_REQUIRE(store.keep({"meter-1", "leshan"}, "id-1", tests::goodKey(1)));
    BOOST_REQUIRE(store.keep({"meter-2", "leshan"}, "id-2", tests::goodKey(2)));
    std::vector<CredentialEntry> entries;
    entries.push_back({{"meter-1", "leshan"}, {base::toBytes("id-2"), tests::goodKey(2)}, 2});
    entries.push_back({{"meter-2", "leshan"}, {base::toBytes("id-1"), tests::goodKey(1)}, 3});

    BOOST_REQUIRE(store.storeAll(std::move(entries)));

    BOOST_TEST(store.fetch({"meter-1", "leshan"})->key.equals(tests::goodKey(2).view()));
    BOOST_TEST(store.fetch({"meter-2", "leshan"})->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(store.describe({"meter-1", "leshan"})->identity == "id-2");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_refused_leaves_the_keys_where_they_were)
{
    BOOST_REQUIRE(store.keep({"meter-1", "leshan"}, "id-1", tests::goodKey(1)));
    BOOST_REQUIRE(store.keep({"meter-2", "leshan"}, "id-2", tests::goodKey(2)));
    std::vector<CredentialEntry> entries;
    entries.push_back(entry("meter-1", 2, tests::goodKey(2)));

    BOOST_TEST(store.storeAll(std::move(entries)).error().message ==
               "line 2: meter-2 uses this key for leshan already; each account needs its own");

    BOOST_TEST(store.fetch({"meter-1", "leshan"})->key.equals(tests::goodKey(1).view()));
}

BOOST_AUTO_TEST_CASE(names_every_wrong_line_up_to_a_screen_of_them)
{
    std::vector<CredentialEntry> entries;
    for (std::uint32_t line = 2; line < 40; ++line)
        entries.push_back(entry(fmt::format("nobody-{}", line), line, tests::goodKey(line)));

    const auto message = store.storeAll(std::move(entries)).error().message;

    BOOST_TEST(message.starts_with("line 2: there is no device nobody-2; line 3: "));
    BOOST_TEST(message.ends_with("line 21: there is no device nobody-21; and 18 more"));
}

BOOST_AUTO_TEST_CASE(makes_keys_only_for_those_that_have_none)
{
    BOOST_REQUIRE(store.keep({"meter-2", "leshan"}, "kept", tests::goodKey(1)));
    std::vector<CredentialEntry> wanted;
    for (const auto* const device : {"meter-1", "meter-2", "meter-3"})
        wanted.push_back(entry(device, 0));

    const auto made = store.generateMissing(std::move(wanted));

    BOOST_REQUIRE(made);
    const std::vector<CredentialId> expected{{"meter-1", "leshan"}, {"meter-3", "leshan"}};
    BOOST_CHECK(*made == expected);
    BOOST_TEST(store.describe({"meter-2", "leshan"})->identity == "kept");
    BOOST_TEST(store.describe({"meter-3", "leshan"})->isExportable);
}

BOOST_AUTO_TEST_CASE(r39_exports_all_generated_keys_once_and_none_from_outside)
{
    BOOST_REQUIRE(store.keep({"meter-2", "leshan"}, "kept", tests::goodKey(1)));
    std::vector<CredentialEntry> wanted;
    wanted.push_back(entry("meter-1", 0));
    wanted.push_back(entry("meter-3", 0));
    BOOST_REQUIRE(store.generateMissing(std::move(wanted)));

    const auto exported = store.exportAll("leshan");
    const auto again = store.exportAll("leshan");

    BOOST_REQUIRE(exported);
    BOOST_REQUIRE(exported->size() == 2U);
    BOOST_CHECK((exported->at(1).id == CredentialId{"meter-3", "leshan"}));
    BOOST_TEST(
        store.fetch({"meter-3", "leshan"})->key.equals(exported->at(1).credential.key.view()));
    BOOST_CHECK(again.error().kind == ErrorKind::NotFound);
    BOOST_CHECK(store.exportOnce({"meter-1", "leshan"}).error().kind == ErrorKind::Refused);
}

BOOST_AUTO_TEST_CASE(exports_no_key_of_a_device_that_is_at_other_servers_now)
{
    std::vector<CredentialEntry> wanted;
    wanted.push_back(entry("meter-1", 0));
    BOOST_REQUIRE(store.generateMissing(std::move(wanted)));
    auto settings = store.load()->devices.front();
    BOOST_REQUIRE(settings.name == "meter-1");
    const auto servers = std::exchange(settings.servers, {});
    BOOST_REQUIRE(store.putDevice(settings));

    const auto without = store.exportAll("leshan");
    settings.servers = servers;
    BOOST_REQUIRE(store.putDevice(settings));

    BOOST_CHECK(without.error().kind == ErrorKind::NotFound);
    BOOST_TEST(store.exportAll("leshan")->size() == 1U); // it kept its one time
}

BOOST_AUTO_TEST_CASE(waits_with_lists_while_locked)
{
    sealer.isThere = false;
    tests::TemporaryDirectory other;
    tests::WaitingStore locked(settingsFor(other.path()),
                               std::make_unique<fakes::ClearSealer>(sealer));
    locked.furnish({"meter-1"});
    std::vector<CredentialEntry> entries;
    entries.push_back(entry("meter-1", 2, tests::goodKey(2)));

    BOOST_CHECK(locked.storeAll(std::move(entries)).error().kind == ErrorKind::Locked);
    BOOST_CHECK(locked.exportAll("leshan").error().kind == ErrorKind::Locked);
}

// Two accounts of one device are told apart like two devices: a bootstrap server and the server it
// leads to (R41).
BOOST_AUTO_TEST_CASE(r38_r41_refuses_one_key_for_two_accounts_of_one_device_at_every_entrance)
{
    api::ServerSettings bootstrap;
    bootstrap.name = "bootstrap";
    bootstrap.uri = "coaps://bootstrap.example";
    BOOST_REQUIRE(store.putServer(bootstrap));
    BOOST_REQUIRE(store.keep({"meter-1", "bootstrap"}, "id", tests::goodKey(1)));
    std::vector<CredentialEntry> entries;
    entries.push_back(entry("meter-1", 2, tests::goodKey(1)));

    const auto alone = store.keep({"meter-1", "leshan"}, "id", tests::goodKey(1));
    const auto listed = store.storeAll(std::move(entries));

    const std::string reason =
        "meter-1 uses this key for bootstrap already; each account needs its own";
    BOOST_TEST(alone.error().message == reason);
    BOOST_TEST(listed.error().message == "line 2: " + reason);
}

BOOST_AUTO_TEST_CASE(r38_refuses_in_the_database_what_the_code_let_pass)
{
    tests::TemporaryDirectory other;
    const auto database = store::openDatabase(other.path());
    database->execute(
        "INSERT INTO kek (state) VALUES ('active');"
        "INSERT INTO server VALUES ('leshan', 'coaps://a', 0, 1, 1, NULL, NULL, 1, "
        "1, 0, '1.1', 0, 0, 1, 1, 1, 1, '', x'', 0, 3, '', 0, 0, 0, 1, NULL, 93, 0, NULL, 0, 0);"
        "INSERT INTO device (name, endpoint_name, profile, unit_id, is_enabled, "
        "allows_server_writes) "
        "VALUES ('a', '', '', 1, 1, 0), ('b', '', '', 1, 1, 0)");
    store::CredentialTable table(*database);
    const auto row = [](const char* identity) {
        return store::CredentialRow{
            1, 1, base::toBytes(identity), base::toBytes("wrapped"), base::Bytes(32, 7), false};
    };
    table.put({"a", "leshan"}, row("id-a"));

    BOOST_CHECK_EXCEPTION(table.put({"b", "leshan"}, row("id-b")),
                          store::SqliteError,
                          [](const auto& error) { return error.code() == SQLITE_CONSTRAINT; });
}

BOOST_AUTO_TEST_SUITE_END()
