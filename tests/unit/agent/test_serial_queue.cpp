// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "agent/serial_queue.hpp"

using namespace causeway;
using agent::SerialQueue;

BOOST_AUTO_TEST_SUITE(serial_queue)

BOOST_AUTO_TEST_CASE(the_next_job_waits_until_the_first_has_finished)
{
    SerialQueue queue;
    base::Task finish;
    bool hasBegun = false;

    queue.run([&](base::Task finished) { finish = std::move(finished); });
    queue.run([&](const base::Task&) { hasBegun = true; });
    const bool hadBegun = hasBegun;
    finish();

    BOOST_TEST(!hadBegun);
    BOOST_TEST(hasBegun);
}

BOOST_AUTO_TEST_CASE(a_job_that_throws_has_finished)
{
    SerialQueue queue;
    bool hasBegun = false;

    BOOST_CHECK_THROW(queue.run([](const base::Task&) { throw std::logic_error("on purpose"); }),
                      std::logic_error);
    queue.run([&](const base::Task&) { hasBegun = true; });

    BOOST_TEST(hasBegun);
}

BOOST_AUTO_TEST_CASE(a_job_whose_later_half_is_lost_has_finished)
{
    SerialQueue queue;
    base::Task laterHalf;
    bool hasBegun = false;

    queue.run([&](base::Task finished) {
        laterHalf = [finished = std::move(finished)] {
        };
    });
    queue.run([&](const base::Task&) { hasBegun = true; });
    laterHalf = nullptr;

    BOOST_TEST(hasBegun);
}

BOOST_AUTO_TEST_CASE(a_queue_that_goes_begins_nothing_more)
{
    base::Task finish;
    bool hasBegun = false;
    {
        SerialQueue queue;
        queue.run([&](base::Task finished) { finish = std::move(finished); });
        queue.run([&](const base::Task&) { hasBegun = true; });
    }

    finish();

    BOOST_TEST(!hasBegun);
}

BOOST_AUTO_TEST_SUITE_END()
