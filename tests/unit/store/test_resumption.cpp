// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "store/database_file.hpp"
#include "store/sqlite.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};
const base::Bytes state = base::toBytes("what a session may resume from");

/// Empty when there is none.
base::Secret find(tests::WaitingStore& store, const api::CredentialId& id)
{
    std::optional<base::Secret> found;
    store.store().findResumption(id, [&](base::Secret kept) { found = std::move(kept); });
    tests::runUntil(store.loop(), [&] { return found.has_value(); });
    return std::move(*found);
}

struct Fixture
{
    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        return {settings, std::make_unique<fakes::ClearSealer>(sealer)};
    }

    /// A store that went, with what it kept: both devices have a key, the meter a state.
    void keepOne()
    {
        auto store = open();
        store.furnish({"meter-1", "relay-1"});
        BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(1)));
        BOOST_REQUIRE(store.keep(relay, "relay-1-id", tests::goodKey(2)));
        store.store().keepResumption(meter, store.fetch(meter)->mark, base::Secret(state));
    }

    void change(const std::string& sql) { store::openDatabase(directory.path())->execute(sql); }

    base::Secret found(const api::CredentialId& id)
    {
        auto store = open();
        return find(store, id);
    }

    [[nodiscard]] base::Bytes wrapped() const
    {
        base::Bytes found;
        const auto database = store::openDatabase(directory.path());
        store::Statement(*database, "SELECT wrapped_state FROM resumption")
            .each([&](const auto& row) { found = row.octets(0); });
        return found;
    }

    bool isKept(const api::CredentialId& id) { return found(id).equals(state); }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ResumptionTest, Fixture)

BOOST_AUTO_TEST_CASE(r07_is_there_after_a_restart)
{
    keepOne();

    BOOST_TEST(isKept(meter));
    BOOST_TEST(!isKept(relay));
}

BOOST_AUTO_TEST_CASE(r07_is_in_no_file_in_clear)
{
    keepOne();

    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        BOOST_TEST(text.find(base::asText(state)) == std::string::npos, entry.path());
    }
}

BOOST_AUTO_TEST_CASE(r09_a_spoilt_one_counts_as_none)
{
    keepOne();

    change("UPDATE resumption SET wrapped_state = CAST(substr(wrapped_state, 2) || "
           "substr(wrapped_state, 1, 1) AS BLOB)");

    BOOST_TEST(found(meter).empty());
}

BOOST_AUTO_TEST_CASE(opens_for_no_other_device)
{
    keepOne();

    change("UPDATE resumption SET device = 'relay-1'");

    BOOST_TEST(found(relay).empty());
}

BOOST_AUTO_TEST_CASE(r06_does_not_outlive_its_credential)
{
    keepOne();
    auto store = open();

    BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(3)));

    BOOST_TEST(find(store, meter).empty());
}

BOOST_AUTO_TEST_CASE(r06_goes_with_its_credential)
{
    keepOne();
    BOOST_REQUIRE(open().remove(meter));

    BOOST_TEST(store::openDatabase(directory.path())->ask("SELECT count(*) FROM resumption") ==
               "0");
}

BOOST_AUTO_TEST_CASE(r06_a_state_made_with_an_older_credential_is_not_kept)
{
    keepOne();
    {
        auto store = open();
        const auto mark = store.fetch(relay)->mark;
        BOOST_REQUIRE(store.keep(relay, "relay-1-id", tests::goodKey(3)));
        store.store().keepResumption(relay, mark, base::Secret(state));
    }

    BOOST_TEST(!isKept(relay));
}

BOOST_AUTO_TEST_CASE(r07_outlives_a_rotation_of_the_key_that_wraps_it)
{
    keepOne();
    const auto before = wrapped();
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.rotate());
        BOOST_TEST(find(store, meter).equals(state));
    }

    BOOST_TEST(isKept(meter));
    BOOST_TEST((wrapped() != before));
}

BOOST_AUTO_TEST_CASE(r07_what_came_just_before_a_rotation_outlives_it_too)
{
    keepOne();
    {
        auto store = open();
        store.store().keepResumption(relay, store.fetch(relay)->mark, base::Secret(state));
        BOOST_REQUIRE(store.rotate());
    }

    BOOST_TEST(isKept(relay));
}

BOOST_AUTO_TEST_CASE(r09_a_spoilt_one_does_not_stop_a_rotation)
{
    keepOne();
    change("UPDATE resumption SET wrapped_state = CAST(substr(wrapped_state, 2) || "
           "substr(wrapped_state, 1, 1) AS BLOB)");
    auto store = open();
    (void)store.settled();

    BOOST_TEST(store.rotate().has_value());

    BOOST_TEST(find(store, meter).empty());
    BOOST_TEST(store.fetch(meter).has_value());
}

BOOST_AUTO_TEST_CASE(r06_is_destroyed_with_all_keys)
{
    keepOne();
    {
        auto store = open();
        (void)store.settled();
        BOOST_REQUIRE(store.erase());
    }

    BOOST_TEST((wrapped().empty()));
}

BOOST_AUTO_TEST_CASE(an_empty_state_forgets)
{
    keepOne();
    open().store().keepResumption(meter, {}, {});

    BOOST_TEST(!isKept(meter));
}

BOOST_AUTO_TEST_SUITE_END()
