// SPDX-License-Identifier: Apache-2.0
#include <latch>
#include <memory>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/worker.hpp"

using namespace causeway::base;

BOOST_AUTO_TEST_SUITE(worker)

BOOST_AUTO_TEST_CASE(runs_tasks_in_order_and_finishes_them_before_it_goes)
{
    std::vector<int> ran;
    {
        Worker worker("test");
        for (int i = 0; i < 100; ++i)
            worker.post([&ran, i] { ran.push_back(i); });
    }

    BOOST_TEST(ran.size() == 100U);
    BOOST_TEST(std::is_sorted(ran.begin(), ran.end()));
}

BOOST_AUTO_TEST_CASE(a_task_that_throws_does_not_keep_the_next_from_running)
{
    bool hasRun = false;
    {
        Worker worker("test");
        worker.post([] { throw std::runtime_error("on purpose"); });
        worker.post([&] { hasRun = true; });
    }

    BOOST_TEST(hasRun);
}

BOOST_AUTO_TEST_CASE(a_guarded_call_does_nothing_after_its_owner)
{
    int calls = 0;
    UniqueFunction<void(int)> guarded;
    {
        const Lifetime lifetime;
        guarded = lifetime.guard([&](int add) { calls += add; });
        guarded(1);
    }
    guarded(10);

    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_pool_runs_as_many_tasks_at_a_time_as_it_has_threads)
{
    std::latch together(3);
    WorkerPool pool("test", 3);

    for (int i = 0; i < 3; ++i)
        pool.post([&] { together.arrive_and_wait(); });
    together.wait(); // for ever, if one of them waited for another to end
}

BOOST_AUTO_TEST_CASE(a_pool_that_goes_drops_what_has_not_begun)
{
    std::latch begun(1);
    std::latch dropped(1);
    bool hasRun = false;
    {
        WorkerPool pool("test", 1);
        pool.post([&] {
            begun.count_down();
            dropped.wait();
        });
        begun.wait();
        // Gone with its task: only then does the first one end.
        std::shared_ptr<void> owned(&hasRun, [&](void*) { dropped.count_down(); });
        pool.post([&hasRun, owned = std::move(owned)] { hasRun = true; });
    }

    BOOST_TEST(!hasRun);
}

BOOST_AUTO_TEST_SUITE_END()
