// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/circuit_breaker.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(circuit_breaker)

namespace {

constexpr base::TimePoint start{1000s};

CircuitBreaker opened()
{
    CircuitBreaker breaker{LineTuning{}};
    for (int i = 0; i < 3; ++i)
        breaker.onTimeout(start);
    return breaker;
}

} // namespace

BOOST_AUTO_TEST_CASE(opens_after_three_timeouts_in_a_row)
{
    CircuitBreaker breaker{LineTuning{}};

    breaker.onTimeout(start);
    breaker.onTimeout(start);
    breaker.onAnswer();
    breaker.onTimeout(start);
    breaker.onTimeout(start);
    const bool wasOpen = breaker.isOpen();
    breaker.onTimeout(start);

    BOOST_TEST(!wasOpen);
    BOOST_TEST(breaker.isOpen());
    BOOST_TEST(!breaker.allows(start + 14s, false));
    BOOST_TEST(breaker.allows(start + 15s, false));
}

BOOST_AUTO_TEST_CASE(probes_at_growing_intervals_with_an_end)
{
    CircuitBreaker breaker = opened();

    breaker.onTimeout(start + 15s);
    const bool isEarly = breaker.allows(start + 44s, false);
    const bool isDue = breaker.allows(start + 45s, false);
    for (int i = 0; i < 10; ++i)
        breaker.onTimeout(start + 100s);

    BOOST_TEST(!isEarly);
    BOOST_TEST(isDue);
    BOOST_TEST(!breaker.allows(start + 219s, false));
    BOOST_TEST(breaker.allows(start + 220s, false));
}

BOOST_AUTO_TEST_CASE(lets_somebody_who_waits_probe_earlier)
{
    CircuitBreaker breaker = opened();

    BOOST_TEST(!breaker.allows(start + 4s, true));
    BOOST_TEST(breaker.allows(start + 5s, true));
}

BOOST_AUTO_TEST_CASE(closes_with_the_first_answer)
{
    CircuitBreaker breaker = opened();

    breaker.onAnswer();

    BOOST_TEST(!breaker.isOpen());
    BOOST_TEST(breaker.allows(start, false));
}

BOOST_AUTO_TEST_SUITE_END()
