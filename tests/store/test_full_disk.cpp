// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include "store/database_file.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;

namespace {

/// No file may grow beyond `octets` while it lives: the writes that fail are real.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(std::uintmax_t octets)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = octets;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }

    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
};

struct Fixture
{
    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        return {settings, std::make_unique<fakes::ClearSealer>(sealer)};
    }

    /// The newest credential's, as the file has it; the key itself is in it nowhere.
    [[nodiscard]] std::string wrappedKey() const
    {
        const auto copy = directory.path() / "look";
        std::filesystem::create_directory(copy);
        const auto name = std::string(store::databaseName);
        std::filesystem::copy_file(directory.path() / name,
                                   copy / name,
                                   std::filesystem::copy_options::overwrite_existing);
        std::string found;
        const auto database = store::openDatabase(copy);
        store::Statement(*database, "SELECT wrapped_key FROM credential")
            .each([&](const auto& row) { found = base::asText(row.octets(0)); });
        return found;
    }

    [[nodiscard]] bool isInAFile(const std::string& octets) const
    {
        const std::string file = directory.path() / store::databaseName;
        return tests::readFile(file).find(octets) != std::string::npos ||
               tests::readFile(file + "-wal").find(octets) != std::string::npos;
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

const api::CredentialId meter{"meter-1", "leshan"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(FullDiskTest, Fixture)

BOOST_AUTO_TEST_CASE(acknowledges_nothing_that_does_not_fit_and_goes_on_afterwards)
{
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));
    std::uint32_t kept = 1;
    int failures = 0;

    for (std::uint32_t step = 0; step < 24; ++step) {
        const std::uint32_t seed = 2 + step;
        {
            const FileSizeLimit limit(step * 1024UL);
            const auto result = store.keep(meter, "id-1", tests::goodKey(seed));
            if (result)
                kept = seed;
            else {
                ++failures;
                BOOST_CHECK(result.error().kind == base::ErrorKind::StorageFailed);
                BOOST_CHECK(result.error().retry == base::Retry::Later);
            }
            BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(kept).view()));
        }
        BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(500 + step)));
        kept = 500 + step;
    }

    BOOST_TEST(failures > 3);
    BOOST_TEST(failures < 24);
}

BOOST_AUTO_TEST_CASE(has_the_last_acknowledged_state_after_a_restart)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));
        const FileSizeLimit limit(0);
        BOOST_REQUIRE(!store.keep(meter, "id-1", tests::goodKey(2)));
        BOOST_REQUIRE(!store.removeDevice("meter-1"));
    }
    auto store = open();

    BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
}

BOOST_AUTO_TEST_CASE(stays_locked_rather_than_use_a_key_it_could_not_keep)
{
    store::StoreSettings settings;
    settings.directory = directory.path();
    settings.retryPeriod = std::chrono::seconds(0);
    tests::WaitingStore store(settings, std::make_unique<fakes::ClearSealer>(sealer));
    {
        const FileSizeLimit limit(0);
        BOOST_CHECK(store.settled().state == api::KeyStoreState::Locked);
    }

    store.waitFor(api::KeyStoreState::Sealed);

    store.furnish({"meter-1"});
    BOOST_TEST(store.generate(meter, "id-1").has_value());
}

BOOST_AUTO_TEST_CASE(never_says_destroyed_while_the_file_still_has_it)
{
    int kept = 0;
    for (rlim_t octets = 0; octets < 512 * 1024UL; octets += 32 * 1024UL) {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        const auto key = wrappedKey();
        std::optional<tests::WaitingStore::Nothing> erased;
        {
            const FileSizeLimit limit(octets);
            erased.emplace(store.erase());
        }
        BOOST_TEST(!(*erased && isInAFile(key)));
        kept += *erased ? 0 : 1;
        BOOST_TEST(store.erase().has_value());
        BOOST_TEST(!isInAFile(key));
        store.waitFor(api::KeyStoreState::Sealed);
    }

    BOOST_TEST(kept > 1);
}

BOOST_AUTO_TEST_CASE(gives_no_recovery_key_while_the_log_has_the_former_key)
{
    auto store = open();
    store.furnish({"meter-1"});
    int refused = 0;
    for (rlim_t octets = 0; octets < 512 * 1024UL; octets += 32 * 1024UL) {
        BOOST_REQUIRE(store.keep(meter, "meter", tests::goodKey(1)));
        const auto key = wrappedKey();
        std::optional<bool> isRotated;
        {
            const FileSizeLimit limit(octets);
            isRotated = store.rotate().has_value();
        }
        BOOST_TEST(!(*isRotated && isInAFile(key)));
        refused += *isRotated ? 0 : 1;
        BOOST_TEST(store.rotate().has_value());
        BOOST_TEST(!isInAFile(key));
    }

    BOOST_TEST(refused > 1);
}

BOOST_AUTO_TEST_SUITE_END()
