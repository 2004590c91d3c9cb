// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/test/unit_test.hpp>

#include "store/database_file.hpp"
#include "store/sqlite.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using base::ErrorKind;

namespace {

const base::Bytes key = base::toBytes("sixteen octets!!");

struct Fixture
{
    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        return {settings, std::make_unique<fakes::ClearSealer>(sealer)};
    }

    static base::Expected<void>
    keep(tests::WaitingStore& store, const std::string& device, base::ByteView octets)
    {
        return tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepFieldKey(device, base::Secret(octets), std::move(done));
        });
    }

    static base::Expected<base::Secret> fetch(tests::WaitingStore& store, const std::string& device)
    {
        return tests::await<base::Secret>(
            store.loop(), [&](auto done) { store.store().fetchFieldKey(device, std::move(done)); });
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(FieldKeyTest, Fixture)

BOOST_AUTO_TEST_CASE(a_devices_own_key_is_there_after_a_restart)
{
    {
        auto store = open();
        store.furnish({"meter-1", "relay-1"});
        BOOST_REQUIRE(keep(store, "meter-1", key));
    }

    auto store = open();

    BOOST_TEST(fetch(store, "meter-1").value().equals(key));
    BOOST_TEST(fetch(store, "relay-1").value().empty());
}

BOOST_AUTO_TEST_CASE(an_empty_key_or_the_devices_end_removes_it)
{
    auto store = open();
    store.furnish({"meter-1", "relay-1"});
    BOOST_REQUIRE(keep(store, "meter-1", key));
    BOOST_REQUIRE(keep(store, "relay-1", key));

    BOOST_REQUIRE(keep(store, "meter-1", {}));
    BOOST_REQUIRE(store.removeDevice("relay-1"));
    store.addDevice("relay-1");

    BOOST_TEST(fetch(store, "meter-1").value().empty());
    BOOST_TEST(fetch(store, "relay-1").value().empty());
}

BOOST_AUTO_TEST_CASE(a_device_that_is_not_there_gets_no_key)
{
    auto store = open();
    store.furnish({"meter-1"});

    BOOST_CHECK(keep(store, "nobody", key).error().kind == ErrorKind::NotFound);
}

BOOST_AUTO_TEST_CASE(a_locked_store_refuses_a_key_only_to_who_has_one)
{
    {
        auto store = open();
        store.furnish({"meter-1", "relay-1"});
        BOOST_REQUIRE(keep(store, "meter-1", key));
    }
    sealer.isThere = false;

    auto store = open();

    BOOST_CHECK(fetch(store, "meter-1").error().kind == ErrorKind::Locked);
    BOOST_TEST(fetch(store, "relay-1").value().empty());
}

BOOST_AUTO_TEST_CASE(a_key_opens_in_its_own_row_only)
{
    {
        auto store = open();
        store.furnish({"meter-1", "relay-1"});
        BOOST_REQUIRE(keep(store, "meter-1", key));
    }
    store::openDatabase(directory.path())
        ->execute("UPDATE field_key SET device = 'relay-1' WHERE device = 'meter-1'");

    auto store = open();

    BOOST_CHECK(fetch(store, "relay-1").error().kind == ErrorKind::Corrupt);
}

BOOST_AUTO_TEST_CASE(a_devices_own_key_survives_a_rotation_and_no_erasure)
{
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(keep(store, "meter-1", key));

    BOOST_REQUIRE(store.rotate());
    BOOST_TEST(fetch(store, "meter-1").value().equals(key));

    BOOST_REQUIRE(store.erase());
    const auto erased = fetch(store, "meter-1");
    BOOST_TEST((!erased || erased->empty()));
}

BOOST_AUTO_TEST_CASE(no_file_shows_a_devices_own_key)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(keep(store, "meter-1", key));
    }

    for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string content(std::istreambuf_iterator<char>(stream), {});
        BOOST_TEST(content.find(base::asText(key)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
