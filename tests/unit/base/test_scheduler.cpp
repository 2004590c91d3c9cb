// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/door.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway::base;
using namespace std::chrono_literals;
using causeway::fakes::FakeScheduler;

BOOST_AUTO_TEST_SUITE(scheduler)

BOOST_AUTO_TEST_CASE(a_timer_runs_once_when_its_time_has_come)
{
    FakeScheduler scheduler;
    int runs = 0;
    Timer timer(scheduler, [&] { ++runs; });

    timer.start(10s);
    scheduler.advance(9999ms);
    BOOST_TEST(runs == 0);
    scheduler.advance(1ms);
    BOOST_TEST(runs == 1);
    scheduler.advance(1h);

    BOOST_TEST(runs == 1);
    BOOST_TEST(!timer.isRunning());
}

BOOST_AUTO_TEST_CASE(a_timer_can_restart_itself)
{
    FakeScheduler scheduler;
    int runs = 0;
    Timer* self = nullptr;
    Timer timer(scheduler, [&] {
        if (++runs < 3)
            self->start(1s);
    });
    self = &timer;

    timer.start(1s);
    scheduler.advance(1min);

    BOOST_TEST(runs == 3);
}

BOOST_AUTO_TEST_CASE(a_timer_may_be_destroyed_by_its_own_task)
{
    FakeScheduler scheduler;
    std::unique_ptr<Timer> timer;
    auto witness = std::make_shared<int>(0);
    timer = std::make_unique<Timer>(scheduler, [&timer, witness] {
        timer.reset();
        ++*witness;
    });

    timer->start(1s);
    scheduler.advance(2s);

    BOOST_TEST(*witness == 1);
    BOOST_TEST(witness.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(many_timers_fire_in_order_whatever_was_stopped_between)
{
    FakeScheduler scheduler;
    std::mt19937 random(7); // NOLINT: the same sequence each run is the point
    std::vector<TimePoint> fired;
    std::vector<std::unique_ptr<Timer>> timers;
    for (int i = 0; i < 500; ++i)
        timers.push_back(
            std::make_unique<Timer>(scheduler, [&] { fired.push_back(scheduler.now()); }));

    for (const auto& timer : timers)
        timer->start(std::chrono::milliseconds(random() % 10000));
    for (std::size_t i = 0; i < timers.size(); i += 3)
        timers[i]->stop();
    scheduler.advance(10s);

    BOOST_TEST(fired.size() == 500U - 167U);
    BOOST_TEST(std::is_sorted(fired.begin(), fired.end()));
    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_timer_whose_task_throws_tries_again_after_a_rest)
{
    FakeScheduler scheduler;
    int tries = 0;
    Timer timer(scheduler, [&] {
        if (++tries == 1)
            throw std::runtime_error("on purpose");
    });

    timer.start(1s);
    BOOST_CHECK_THROW(scheduler.advance(1s), std::runtime_error);
    scheduler.advance(restAfterFault);

    BOOST_TEST(tries == 2);
    BOOST_TEST(!timer.isRunning());
}

BOOST_AUTO_TEST_CASE(a_timer_may_be_destroyed_by_a_task_that_throws)
{
    FakeScheduler scheduler;
    std::optional<Timer> timer;
    timer.emplace(scheduler, [&] {
        timer.reset();
        throw std::runtime_error("on purpose");
    });

    timer->start(1s);
    BOOST_CHECK_THROW(scheduler.advance(1s), std::runtime_error);

    BOOST_TEST(!scheduler.hasTimers());
}

BOOST_AUTO_TEST_SUITE_END()
