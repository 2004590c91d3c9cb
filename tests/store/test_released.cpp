// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/test/unit_test.hpp>

#include "store/database_file.hpp"
#include "tests/store/released_content.hpp"

using namespace causeway;

namespace {

/// Every release whose schema differs from the one before.
constexpr std::array<const char*, 1> releases{"0.1.0"};

void checkContent(const std::filesystem::path& directory)
{
    tests::WaitingStore store(tests::releasedSettings(directory));
    const auto loaded = store.load();
    BOOST_REQUIRE(loaded);
    BOOST_REQUIRE(loaded->lines.size() == 1U);
    BOOST_CHECK(loaded->lines[0] == tests::releasedLine());
    BOOST_REQUIRE(loaded->servers.size() == 1U);
    BOOST_CHECK(loaded->servers[0] == tests::releasedServer());
    BOOST_REQUIRE(loaded->devices.size() == 1U);
    BOOST_CHECK(loaded->devices[0] == tests::releasedDevice());
    BOOST_CHECK(loaded->clientStates.at("meter-1") == tests::releasedState);
    const auto fetched = store.fetch(tests::releasedCredential);
    BOOST_REQUIRE_MESSAGE(fetched, fetched.error().message);
    BOOST_TEST(fetched->key.equals(tests::goodKey(tests::releasedKeySeed).view()));
    BOOST_TEST(base::asText(fetched->identity) == "meter-1-identity");
    BOOST_CHECK(store.store().keyStoreStatus().state == api::KeyStoreState::Software);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ReleasedDatabaseTest)

BOOST_AUTO_TEST_CASE(opens_the_database_of_every_release)
{
    for (const char* const release : releases) {
        const tests::TemporaryDirectory directory;
        const std::string stem = std::string(TEST_DATA "/store-") + release;
        std::filesystem::copy(stem + ".db", directory.path() / store::databaseName);
        std::filesystem::copy(stem + ".kek", directory.path() / "kek");

        BOOST_TEST_CONTEXT(release)
        {
            checkContent(directory.path());
        }
    }
}

BOOST_AUTO_TEST_CASE(writes_today_what_it_reads_today)
{
    const tests::TemporaryDirectory directory;
    tests::writeFile(directory.path() / "kek", std::string(base::asText(tests::goodKey(1).view())));

    tests::fillReleasedDatabase(directory.path());

    checkContent(directory.path());
}

BOOST_AUTO_TEST_SUITE_END()
