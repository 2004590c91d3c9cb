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

    hear(rhythm, now, 1s, 16);
    BOOST_TEST((rhythm.patience() == 20s));

    hear(rhythm, now, 1h, 1);
    BOOST_TEST((rhythm.patience() == 30min));
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
