// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

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

BOOST_AUTO_TEST_SUITE_END()
