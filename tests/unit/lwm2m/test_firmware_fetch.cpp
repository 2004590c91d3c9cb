// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lwm2m/firmware_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;
using model::OutcomeCode;
using tests::UpdateFixture;

BOOST_AUTO_TEST_SUITE(firmware_fetch)

BOOST_FIXTURE_TEST_CASE(fetches_a_package_from_where_a_server_says, UpdateFixture)
{
    reach("fetching");
    BOOST_TEST(fetcher.plans.back().uri == "coap://127.0.0.1/fw");
    fetcher.give(0, "new ");
    scheduler.advance(0s);
    BOOST_TEST(now() == "1 0");

    fetcher.give(4, "firmware", true);
    scheduler.advance(0s);

    BOOST_TEST(now() == "2 0");
    BOOST_TEST((station.package == base::toBytes("new firmware")));
    BOOST_TEST(update->uri() == "coap://127.0.0.1/fw");
    BOOST_TEST((execute() == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(has_what_it_fetched_checked, UpdateFixture)
{
    station.checks = true;
    writeUri("coap://127.0.0.1/fw");
    fetcher.give(0, "new", true);
    scheduler.advance(0s);
    BOOST_TEST(now() == "1 0");

    end(base::fail(ErrorKind::NotSupported, "exit status 2"));

    BOOST_TEST(now() == "0 6");
    BOOST_TEST(station.package.empty());
}

// LwM2M Core appendix E.6, Update Result.
BOOST_AUTO_TEST_CASE(says_why_a_package_cannot_be_fetched)
{
    for (const auto& [kind, then] : {std::pair(ErrorKind::LimitExceeded, "0 2"),
                                     std::pair(ErrorKind::StorageFailed, "0 2"),
                                     std::pair(ErrorKind::Unreachable, "0 4"),
                                     std::pair(ErrorKind::Timeout, "0 4"),
                                     std::pair(ErrorKind::Corrupt, "0 5"),
                                     std::pair(ErrorKind::InvalidArgument, "0 7"),
                                     std::pair(ErrorKind::NotFound, "0 7"),
                                     std::pair(ErrorKind::NotAuthorized, "0 7"),
                                     std::pair(ErrorKind::NotSupported, "0 9")}) {
        UpdateFixture f;
        f.reach("fetching");

        f.fetcher.fail(kind);
        f.scheduler.advance(0s);

        BOOST_TEST(f.now() == then);
        BOOST_TEST(f.failures.back() == "the package cannot be fetched: the test says so");
        BOOST_TEST(f.station.package.empty());
    }
}

BOOST_FIXTURE_TEST_CASE(fetches_no_more_when_it_is_reset_or_cancelled, UpdateFixture)
{
    reach("fetching");
    writeUri("");
    BOOST_TEST(!fetcher.isFetching());
    BOOST_TEST(update->uri().empty());

    reach("fetching");
    cancel();
    BOOST_TEST(!fetcher.isFetching());
}

BOOST_FIXTURE_TEST_CASE(goes_on_fetching_after_a_restart, UpdateFixture)
{
    reach("fetching");
    fetcher.give(0, "new ");
    scheduler.advance(0s);
    station.resumable = 3;
    const int discards = station.discards;

    begin(kept);
    scheduler.advance(0s);

    BOOST_TEST(now() == "1 0");
    BOOST_TEST(station.discards == discards);
    BOOST_TEST(fetcher.plans.back().uri == "coap://127.0.0.1/fw");
    BOOST_TEST(fetcher.plans.back().offset == 3U);
    BOOST_TEST(fetcher.plans.back().version == "v1");
}

BOOST_FIXTURE_TEST_CASE(takes_nothing_of_an_earlier_package_for_a_new_one, UpdateFixture)
{
    reach("fetching");
    fetcher.give(0, "new ");
    scheduler.advance(0s);
    cancel();
    scheduler.advance(0s);

    reach("fetching");

    BOOST_TEST(fetcher.plans.back().offset == 0U);
    BOOST_TEST(fetcher.plans.back().version.empty());
}

BOOST_AUTO_TEST_SUITE_END()
