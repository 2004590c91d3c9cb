// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "store/database_file.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using api::KeyStoreState;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

struct Fixture
{
    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path() / "store";
        settings.retryPeriod = retryPeriod;
        std::filesystem::create_directory(settings.directory);
        return {settings, std::make_unique<fakes::ClearSealer>(sealer)};
    }

    /// With one credential and a recovery key; counting.
    void furnish()
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        recoveryKey.emplace(store.makeRecoveryKey().value());
        waitForCounter(store, 1);
    }

    void waitForCounter(tests::WaitingStore& store, std::uint64_t counter) const
    {
        tests::runUntil(store.loop(), [&] { return sealer.counter >= counter; });
        (void)store.describe(meter); // what follows the counter is done before this
        (void)store.describe(meter);
    }

    /// Waits until the counter has followed.
    void change(std::uint32_t seed)
    {
        auto store = open();
        const auto next = sealer.counter + 1;
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(seed)));
        waitForCounter(store, next);
    }

    [[nodiscard]] std::filesystem::path file() const
    {
        return directory.path() / "store" / store::databaseName;
    }

    void copyAway() const { std::filesystem::copy_file(file(), directory.path() / "copy"); }

    void putCopyBack() const
    {
        std::filesystem::remove(file().string() + "-wal");
        std::filesystem::copy_file(
            directory.path() / "copy", file(), std::filesystem::copy_options::overwrite_existing);
    }

    std::string lockedBecause()
    {
        auto store = open();
        const auto status = store.settled();
        BOOST_CHECK(status.state == KeyStoreState::Locked);
        BOOST_TEST(store.fetch(meter).has_value() == false);
        return status.reason;
    }

    bool opens(std::uint32_t seed)
    {
        auto store = open();
        const auto fetched = store.fetch(meter);
        return fetched && fetched->key.equals(tests::goodKey(seed).view());
    }

    tests::TemporaryDirectory directory;
    std::chrono::seconds retryPeriod = std::chrono::hours(1);
    fakes::ClearSealer::Switch sealer;
    std::optional<base::Secret> recoveryKey;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(OldCopiesTest, Fixture)

BOOST_AUTO_TEST_CASE(opens_as_ever_while_nobody_puts_anything_back)
{
    furnish();
    change(2);
    change(3);

    BOOST_TEST(opens(3));
    BOOST_TEST(opens(3));
}

BOOST_AUTO_TEST_CASE(says_whether_older_copies_are_told)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        BOOST_TEST(!store.describeKey()->detectsOlderCopies);
        BOOST_REQUIRE(store.makeRecoveryKey());
        waitForCounter(store, 1);
        BOOST_TEST(store.describeKey()->detectsOlderCopies);
        sealer.isCounting = false;
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
        BOOST_TEST(!store.describeKey()->detectsOlderCopies);
    }
    sealer.isCounting = true;
    auto store = open();
    waitForCounter(store, 2);

    BOOST_TEST(store.describeKey()->detectsOlderCopies);
}

BOOST_AUTO_TEST_CASE(refuses_an_older_copy_and_says_so)
{
    furnish();
    copyAway();
    change(2);

    putCopyBack();

    BOOST_TEST(lockedBecause() ==
               "this is an older copy of the database: the TPM's counter is ahead of it");
}

BOOST_AUTO_TEST_CASE(refuses_a_copy_from_before_a_device_was_removed)
{
    furnish();
    copyAway();
    {
        auto store = open();
        (void)store.settled();
        const auto next = sealer.counter + 1;
        BOOST_REQUIRE(store.removeDevice("meter-1"));
        waitForCounter(store, next);
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(refuses_a_copy_from_before_a_server_was_changed)
{
    furnish();
    copyAway();
    {
        auto store = open();
        (void)store.settled();
        const auto next = sealer.counter + 1;
        auto server = tests::serverNamed("leshan");
        server.uri = "coaps://elsewhere.example";
        BOOST_REQUIRE(store.putServer(server));
        waitForCounter(store, next);
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(goes_on_with_an_older_copy_by_the_recovery_key)
{
    furnish();
    copyAway();
    change(2);
    putCopyBack();
    {
        auto store = open();
        (void)store.settled();
        const auto counter = sealer.counter.load();
        BOOST_REQUIRE(store.recover(*recoveryKey));
        waitForCounter(store, counter + 1);
    }

    BOOST_TEST(opens(1));
    change(4);
    BOOST_TEST(opens(4));
}

BOOST_AUTO_TEST_CASE(takes_a_database_that_is_ahead_because_power_went_before_the_counter)
{
    furnish();
    {
        sealer.isCounting = false;
        auto store = open();
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(3)));
    }
    sealer.isCounting = true;
    {
        auto store = open();
        BOOST_TEST(store.fetch(meter).has_value());
        waitForCounter(store, 2);
    }

    BOOST_TEST(opens(3));
}

BOOST_AUTO_TEST_CASE(refuses_a_counter_that_is_gone_and_an_age_that_is_forged)
{
    furnish();
    store::openDatabase(file().parent_path())->execute("UPDATE age SET counter = counter + 5");
    BOOST_TEST(lockedBecause() == "the age that the database claims is forged");
    store::openDatabase(file().parent_path())->execute("UPDATE age SET counter = counter - 5");
    sealer.counter = 0;

    BOOST_TEST(lockedBecause() == "the TPM's counter that goes with the database is gone");
}

BOOST_AUTO_TEST_CASE(counts_through_a_rotation)
{
    furnish();
    {
        auto store = open();
        (void)store.settled();
        const auto counter = sealer.counter.load();
        BOOST_REQUIRE(store.rotate());
        waitForCounter(store, counter + 1);
    }
    copyAway();
    BOOST_TEST(opens(1));
    change(2);
    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(does_not_count_before_there_is_a_recovery_key)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
    }
    copyAway();
    {
        auto store = open();
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
    }

    putCopyBack();

    BOOST_TEST(opens(1));
    BOOST_TEST(sealer.counter == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_a_copy_from_before_everything_was_destroyed)
{
    furnish();
    copyAway();
    {
        auto store = open();
        (void)store.settled();
        const auto counter = sealer.counter.load();
        BOOST_REQUIRE(store.erase());
        waitForCounter(store, counter + 1);
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(counts_anew_after_everything_was_destroyed)
{
    furnish();
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.erase());
        store.waitFor(KeyStoreState::Sealed);
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
    }

    BOOST_TEST(opens(2));
}

BOOST_AUTO_TEST_CASE(refuses_an_older_copy_whose_age_was_removed)
{
    furnish();
    copyAway();
    change(2);
    putCopyBack();
    store::openDatabase(file().parent_path())->execute("DELETE FROM age");

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
    BOOST_TEST(sealer.counter == 2U);
}

BOOST_AUTO_TEST_CASE(refuses_a_copy_from_before_it_began_to_count)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
    }
    copyAway();
    {
        auto store = open();
        BOOST_REQUIRE(store.makeRecoveryKey());
        waitForCounter(store, 1);
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_power_cut_while_it_begins_to_count)
{
    sealer.isCounting = false;
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        BOOST_REQUIRE(store.makeRecoveryKey());
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
    }
    BOOST_TEST(opens(2));
    // The counter was made, above all that the TPM ever counted, and the power went.
    sealer.counter = 57;
    sealer.isCounting = true;

    BOOST_TEST(opens(2));
    {
        auto store = open();
        tests::runUntil(store.loop(), [&] {
            BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(3)));
            return sealer.counter == 58U;
        });
    }
    BOOST_TEST(opens(3));
}

BOOST_AUTO_TEST_CASE(counts_from_the_first_key_on_where_the_tpm_has_counted)
{
    sealer.counter = 5;
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        waitForCounter(store, 6);
    }
    copyAway();
    change(2);

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(counts_on_when_it_is_sealed_after_a_recovery_without_the_sealer)
{
    furnish();
    copyAway();
    change(2);
    putCopyBack();
    sealer.isThere = false;
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.recover(*recoveryKey));
        BOOST_CHECK(store.settled().state == KeyStoreState::Recovered);
    }
    sealer.isThere = true;
    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
    {
        sealer.isThere = false;
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.recover(*recoveryKey));
        sealer.isThere = true;
        BOOST_REQUIRE(store.seal());
        waitForCounter(store, 3);
    }

    BOOST_TEST(opens(1));
}

BOOST_AUTO_TEST_CASE(advances_the_counter_once_when_the_answer_was_lost)
{
    furnish();
    retryPeriod = std::chrono::seconds(0);
    {
        auto store = open();
        (void)store.settled();
        sealer.losesAnswer = true;
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
        tests::runUntil(store.loop(), [&] { return !sealer.losesAnswer; });
        BOOST_REQUIRE(store.describe(meter));
        BOOST_REQUIRE(store.describe(meter));
    }
    BOOST_TEST(sealer.counter == 2U);

    BOOST_TEST(opens(2));
}

BOOST_AUTO_TEST_CASE(tries_again_to_advance_a_counter_that_stood_still)
{
    retryPeriod = std::chrono::seconds(0);
    sealer.isCounting = false;
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
    BOOST_REQUIRE(store.makeRecoveryKey());

    sealer.isCounting = true;

    tests::runUntil(store.loop(), [&] { return sealer.counter == 1U; });
}

BOOST_AUTO_TEST_CASE(outdates_all_copies_before_it_destroys_anything)
{
    furnish();
    copyAway();
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.erase());
        BOOST_TEST(sealer.counter == 2U);
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(outdates_a_copy_that_was_ahead_of_the_counter)
{
    furnish();
    sealer.isCounting = false;
    {
        auto store = open();
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(2)));
    }
    copyAway();
    sealer.isCounting = true;
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.erase());
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_CASE(destroys_without_the_sealer_and_says_that_copies_remain)
{
    furnish();
    copyAway();
    {
        sealer.isThere = false;
        auto store = open();
        (void)store.settled();
        const auto erased = store.erase();
        BOOST_REQUIRE(!erased);
        BOOST_TEST(erased.error().message.find("older copies of it can still be opened") !=
                   std::string::npos);
        BOOST_TEST(store.describeKey()->keyNumber == 0);
        sealer.isThere = true;
        BOOST_TEST(store.erase().has_value());
    }

    putCopyBack();

    BOOST_TEST(lockedBecause().starts_with("this is an older copy"));
}

BOOST_AUTO_TEST_SUITE_END()
