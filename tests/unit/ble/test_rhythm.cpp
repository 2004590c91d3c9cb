// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/rhythm.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using bridges::ble::Rhythm;

BOOST_AUTO_TEST_SUITE(rhythm)

namespace {

void hear(Rhythm& rhythm, base::TimePoint& now, base::Duration gap, int times)
{
    for (int i = 0; i < times; ++i) {
        now += gap;
        rhythm.hear(now);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(waits_long_for_a_device_it_does_not_know)
{
    Rhythm rhythm;
    base::TimePoint now{};

    hear(rhythm, now, 1s, 8);

    BOOST_TEST(!rhythm.interval().has_value());
    BOOST_TEST((rhythm.patience() == 15min));
}

BOOST_AUTO_TEST_CASE(learns_how_often_a_device_is_heard)
{
    Rhythm rhythm;
    base::TimePoint now{};

    hear(rhythm, now, 10s, 9);
    BOOST_TEST((rhythm.patience() == 40s));

    hear(rhythm, now, 1s, 32); // two frames a burst
    BOOST_TEST((rhythm.patience() == 20s));
}

BOOST_AUTO_TEST_CASE(a_burst_is_no_rhythm)
{
    Rhythm rhythm;
    base::TimePoint now{};

    for (int burst = 0; burst < 9; ++burst) {
        hear(rhythm, now, 5min, 1);
        hear(rhythm, now, 150ms, 11);
    }

    BOOST_TEST((rhythm.patience() > 20min));
    BOOST_TEST((rhythm.patience() < 21min));
}

BOOST_AUTO_TEST_CASE(a_first_pause_that_was_longer_than_the_patience_is_learnt)
{
    Rhythm rhythm;
    base::TimePoint now{};

    hear(rhythm, now, 1h, 2);
    BOOST_TEST((rhythm.patience() == 4h));

    hear(rhythm, now, 3h, 1);
    BOOST_TEST((rhythm.patience() == 6h));
}

/// Talks for a minute, is silent for nine.
BOOST_AUTO_TEST_CASE(a_pause_that_comes_again_is_the_devices_own)
{
    Rhythm rhythm;
    base::TimePoint now{};
    hear(rhythm, now, 1s, 60);

    hear(rhythm, now, 9min, 1);
    hear(rhythm, now, 1s, 60);
    BOOST_TEST((rhythm.patience() == 20s));

    for (int i = 0; i < 5; ++i) {
        hear(rhythm, now, 9min, 1);
        hear(rhythm, now, 1s, 60);
        BOOST_TEST((rhythm.patience() >= 36min));
        BOOST_TEST((rhythm.patience() < 37min));
    }
}

BOOST_AUTO_TEST_CASE(a_pause_that_does_not_come_again_is_forgotten)
{
    Rhythm rhythm;
    base::TimePoint now{};
    hear(rhythm, now, 1s, 60);
    for (int i = 0; i < 2; ++i) {
        hear(rhythm, now, 9min, 1);
        hear(rhythm, now, 1s, 60);
    }

    hear(rhythm, now, 1s, 60 * 40);

    BOOST_TEST((rhythm.patience() == 20s));
}

/// Somebody carried it away.
BOOST_AUTO_TEST_CASE(a_device_that_was_away_is_as_quickly_missed_as_before)
{
    Rhythm rhythm;
    base::TimePoint now{};
    hear(rhythm, now, 10s, 9);

    hear(rhythm, now, 2h, 1);
    BOOST_TEST((rhythm.patience() == 40s));

    hear(rhythm, now, 24h, 1);
    BOOST_TEST((rhythm.patience() == 40s));
}

BOOST_AUTO_TEST_CASE(does_not_take_our_own_silence_for_the_devices)
{
    Rhythm rhythm;
    base::TimePoint now{};
    hear(rhythm, now, 10s, 9);

    rhythm.interrupt();
    hear(rhythm, now, 1h, 1);

    BOOST_TEST((rhythm.patience() == 40s));
}

BOOST_AUTO_TEST_SUITE_END()
