// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/firmware/package_pull.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_package_fetcher.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;
using base::Retry;
using lwm2m::PackagePull;

namespace {

struct PullFixture : PackagePull::Owner
{
    void begin(const std::string& version = {})
    {
        Owner& owner = *this;
        pull.emplace(PackagePull::Plan{"coap://h/fw", version}, station, fetcher, scheduler, owner);
        settle();
    }

    void onPullVersion(const std::string& version) override { versions.push_back(version); }

    void onPullEnded(const base::Expected<void>& result) override { ended = result; }

    void settle() { scheduler.advance(0s); }

    void give(std::uint64_t offset,
              std::string_view octets,
              bool isLast = false,
              const std::string& version = "v1")
    {
        fetcher.give(offset, octets, isLast, version);
        settle();
    }

    void breakOff()
    {
        fetcher.fail(ErrorKind::Unreachable, Retry::Later);
        settle();
    }

    [[nodiscard]] std::optional<ErrorKind> failure() const
    {
        return ended && !*ended ? std::optional(ended->error().kind) : std::nullopt;
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeFirmwareStation station{scheduler};
    fakes::FakePackageFetcher fetcher;
    std::vector<std::string> versions;
    std::optional<base::Expected<void>> ended;
    std::optional<PackagePull> pull;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(package_pull, PullFixture)

BOOST_AUTO_TEST_CASE(brings_a_package_piece_by_piece)
{
    begin();
    give(0, "new ");
    BOOST_TEST(fetcher.wanted == 1);
    give(4, "firmware", true);

    BOOST_TEST(ended.value().has_value());
    BOOST_TEST((station.package == base::toBytes("new firmware")));
    BOOST_TEST(!fetcher.isFetching());
    BOOST_TEST(!scheduler.hasTimers());
    BOOST_TEST((versions == std::vector<std::string>{"v1"}));
}

BOOST_AUTO_TEST_CASE(wants_more_when_a_piece_is_on_disk)
{
    begin();
    fetcher.give(0, "new ");

    BOOST_TEST(fetcher.wanted == 0);
    BOOST_TEST(versions.empty());
}

BOOST_AUTO_TEST_CASE(goes_on_where_it_broke)
{
    begin();
    give(0, "new ");
    breakOff();
    BOOST_TEST(!fetcher.isFetching());

    scheduler.advance(2s);

    BOOST_TEST(fetcher.plans.back().offset == 4U);
    BOOST_TEST(fetcher.plans.back().version == "v1");
    give(4, "firmware", true);
    BOOST_TEST((station.package == base::toBytes("new firmware")));
}

BOOST_AUTO_TEST_CASE(begins_anew_when_nothing_tells_packages_apart)
{
    begin();
    give(0, "new ", false, "");
    breakOff();

    scheduler.advance(2s);

    BOOST_TEST(fetcher.plans.back().offset == 0U);
}

BOOST_AUTO_TEST_CASE(drops_what_it_has_of_another_package)
{
    begin();
    give(0, "old ");
    give(4, "stuff");

    give(0, "new one", true, "v2");

    BOOST_TEST((station.package == base::toBytes("new one")));
    BOOST_TEST(versions.back() == "v2");
}

BOOST_AUTO_TEST_CASE(goes_on_in_another_life)
{
    station.package = base::toBytes("new half of a stride");
    station.resumable = 4;

    begin("v1");

    BOOST_TEST(fetcher.plans.back().offset == 4U);
    BOOST_TEST(fetcher.plans.back().version == "v1");
    give(4, "firmware", true);
    BOOST_TEST((station.package == base::toBytes("new firmware")));
    BOOST_TEST(versions.empty());
}

BOOST_AUTO_TEST_CASE(gives_up_when_nobody_is_there)
{
    begin();
    for (const auto wait : {2s, 4s, 8s, 16s}) {
        breakOff();
        BOOST_TEST(!ended.has_value());
        scheduler.advance(wait - 1ms);
        BOOST_TEST(!fetcher.isFetching());
        scheduler.advance(1ms);
        BOOST_TEST(fetcher.isFetching());
    }

    breakOff();

    BOOST_TEST((failure() == ErrorKind::Unreachable));
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(is_patient_with_a_repository_that_goes_on_a_little_each_time)
{
    begin();
    for (std::uint64_t offset = 0; offset < 40; ++offset) {
        give(offset, "x");
        breakOff();
        scheduler.advance(2s);
    }

    BOOST_TEST(!ended.has_value());
    BOOST_TEST(fetcher.plans.back().offset == 40U);
}

BOOST_AUTO_TEST_CASE(waits_for_the_key_store_as_long_as_it_takes)
{
    begin();
    for (int i = 0; i < 100; ++i) {
        fetcher.fail(ErrorKind::Locked, Retry::Later);
        scheduler.advance(5s);
    }

    BOOST_TEST(!ended.has_value());
    BOOST_TEST(fetcher.isFetching());
}

BOOST_AUTO_TEST_CASE(is_not_patient_for_two_days)
{
    begin();
    give(0, "x");

    scheduler.advance(PackagePull::longest);

    BOOST_TEST((failure() == ErrorKind::Timeout));
    BOOST_TEST(!fetcher.isFetching());
}

BOOST_AUTO_TEST_CASE(does_not_begin_anew_for_ever)
{
    begin();
    for (int i = 0; !ended && i < 100; ++i) {
        give(0, "x", false, "");
        if (ended)
            break;
        breakOff();
        scheduler.advance(2s);
    }

    BOOST_TEST((failure() == ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_CASE(takes_no_package_that_is_too_large)
{
    begin();
    give(0, std::string(4096, 'x'));
    BOOST_TEST(!ended.has_value());
    give(4096, "y");
    BOOST_TEST((failure() == ErrorKind::LimitExceeded));

    ended.reset();
    begin();
    fetcher.give(api::PackagePiece{0, {1}, 4097, "v1", false});
    settle();

    BOOST_TEST((failure() == ErrorKind::LimitExceeded));
}

BOOST_AUTO_TEST_CASE(takes_no_package_that_is_none)
{
    begin();
    give(0, "", true);
    BOOST_TEST((failure() == ErrorKind::Corrupt));

    ended.reset();
    begin();
    give(0, "new ");
    give(5, "firmware");
    BOOST_TEST((failure() == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_at_once_when_it_will_not_change)
{
    begin();

    fetcher.fail(ErrorKind::NotFound);
    settle();

    BOOST_TEST((failure() == ErrorKind::NotFound));
    BOOST_TEST(fetcher.plans.size() == 1U);
}

BOOST_AUTO_TEST_CASE(says_that_the_disk_is_full)
{
    begin();
    station.disk = base::fail(ErrorKind::LimitExceeded, "the gateway's disk is full");

    give(0, "new ");

    BOOST_TEST((failure() == ErrorKind::LimitExceeded));
    BOOST_TEST(!fetcher.isFetching());
}

BOOST_AUTO_TEST_CASE(ends_without_a_word_when_it_goes)
{
    begin();
    fetcher.give(0, "new ");

    pull.reset();
    settle();

    BOOST_TEST(!fetcher.isFetching());
    BOOST_TEST(!ended.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
