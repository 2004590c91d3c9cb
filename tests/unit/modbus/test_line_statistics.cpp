// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line_statistics.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::TimePoint;

BOOST_AUTO_TEST_SUITE(line_statistics)

namespace {

constexpr TimePoint start{1000s};

} // namespace

BOOST_AUTO_TEST_CASE(measures_rate_and_latency)
{
    LineStatistics statistics;
    TimePoint now = start;

    for (int i = 0; i < 40; ++i, now += 500ms) {
        statistics.onSent(now);
        statistics.onEnd(Answer{}, now, now + (i == 7 ? 90ms : 10ms));
    }

    const auto counters = statistics.counters(now);
    BOOST_TEST(counters.at("requests") == 40U);
    BOOST_TEST(counters.at("requestsPerMinute") == 120U);
    BOOST_TEST(counters.at("meanLatencyMicroseconds") == 12000U);
    BOOST_TEST(counters.at("longestLatencyMicroseconds") == 90000U);
}

BOOST_AUTO_TEST_CASE(counts_failures_by_their_kind_and_not_as_latency)
{
    LineStatistics statistics;

    for (const auto kind :
         {base::ErrorKind::Timeout, base::ErrorKind::Corrupt, base::ErrorKind::Refused}) {
        statistics.onSent(start);
        statistics.onEnd(base::fail(kind, "no"), start, start + 100ms);
    }

    const auto counters = statistics.counters(start);
    BOOST_TEST(counters.at("timeouts") == 1U);
    BOOST_TEST(counters.at("corruptAnswers") == 1U);
    BOOST_TEST(counters.at("exceptions") == 1U);
    BOOST_TEST(counters.at("answers") == 0U);
    BOOST_TEST(counters.at("meanLatencyMicroseconds") == 100000U); // the exception was an answer
}

BOOST_AUTO_TEST_CASE(forgets_the_rate_of_a_unit_that_is_asked_no_more)
{
    LineStatistics statistics;
    statistics.onSent(start);

    BOOST_TEST(statistics.counters(start + 60s).at("requestsPerMinute") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
