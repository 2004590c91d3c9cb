// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/serial_queue.hpp"
#include "agent/watchdog.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(watchdog)

BOOST_AUTO_TEST_CASE(is_alive_while_every_loop_comes_round)
{
    fakes::FakeScheduler main;
    fakes::FakeScheduler field;
    int alive = 0;
    agent::Watchdog watchdog(main, 10s, [&] { ++alive; });
    watchdog.watch(field);

    for (int i = 0; i < 4; ++i) {
        main.advance(5s);
        field.runPosted();
    }

    BOOST_TEST(alive >= 4);
}

BOOST_AUTO_TEST_CASE(falls_silent_when_a_loop_stands_still_and_speaks_again_when_it_runs)
{
    fakes::FakeScheduler main;
    fakes::FakeScheduler field;
    int alive = 0;
    agent::Watchdog watchdog(main, 10s, [&] { ++alive; });
    watchdog.watch(field);
    main.advance(1s);
    const int before = alive;

    main.advance(1min);
    BOOST_TEST(alive == before);
    field.runPosted();
    main.advance(10s);

    BOOST_TEST(alive > before);
}

BOOST_AUTO_TEST_CASE(jobs_of_a_serial_queue_run_one_after_the_other)
{
    agent::SerialQueue queue;
    std::vector<int> order;
    base::Task finishFirst;

    queue.run([&](base::Task finished) {
        order.push_back(1);
        finishFirst = std::move(finished);
    });
    queue.run([&](base::Task finished) {
        order.push_back(2);
        finished();
    });
    BOOST_TEST(order.size() == 1U);
    finishFirst();

    BOOST_TEST((order == std::vector<int>{1, 2}));
}

BOOST_AUTO_TEST_SUITE_END()
