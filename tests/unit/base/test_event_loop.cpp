// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "agent/base/event_loop.hpp"

using namespace causeway::base;
using namespace std::chrono_literals;

namespace {

std::array<UniqueFd, 2> socketPair()
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE(
        ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_loop)

BOOST_AUTO_TEST_CASE(a_posted_task_from_another_thread_wakes_the_loop)
{
    EventLoop loop;
    std::thread::id ranOn;

    std::thread other([&] {
        loop.post([&] {
            ranOn = std::this_thread::get_id();
            loop.stop();
        });
    });
    loop.run();
    other.join();

    BOOST_TEST((ranOn == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_ready_descriptor_is_told)
{
    EventLoop loop;
    auto ends = socketPair();
    std::uint32_t seen = 0;
    const auto watch =
        loop.watch(ends[0].get(), EPOLLIN, [&](std::uint32_t events) { seen = events; });

    BOOST_REQUIRE(::send(ends[1].get(), "x", 1, 0) == 1);
    loop.runOnce(1s);

    BOOST_TEST((seen & EPOLLIN) != 0U);
}

BOOST_AUTO_TEST_CASE(a_watch_that_goes_during_a_round_is_not_called_any_more)
{
    EventLoop loop;
    auto first = socketPair();
    auto second = socketPair();
    int calls = 0;
    std::optional<Watch> firstWatch;
    std::optional<Watch> secondWatch;
    const auto endBoth = [&](std::uint32_t) {
        ++calls;
        firstWatch.reset();
        secondWatch.reset();
    };
    firstWatch = loop.watch(first[0].get(), EPOLLIN, endBoth);
    secondWatch = loop.watch(second[0].get(), EPOLLIN, endBoth);

    BOOST_REQUIRE(::send(first[1].get(), "x", 1, 0) == 1);
    BOOST_REQUIRE(::send(second[1].get(), "x", 1, 0) == 1);
    loop.runOnce(1s);
    loop.runOnce(0s);

    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_timer_ends_the_wait)
{
    EventLoop loop;
    bool hasRun = false;
    Timer timer(loop, [&] { hasRun = true; });

    timer.start(1ms);
    while (!hasRun)
        loop.runOnce(10s);

    BOOST_TEST(!timer.isRunning());
}

BOOST_AUTO_TEST_CASE(a_timer_that_starts_itself_again_at_once_waits_for_the_next_round)
{
    EventLoop loop;
    int fired = 0;
    Timer timer(loop, [&] {
        ++fired;
        timer.start(0s);
    });
    timer.start(0s);

    loop.runOnce(0s);
    BOOST_TEST(fired == 1);
    loop.runOnce(10s);

    BOOST_TEST(fired == 2);
}

BOOST_AUTO_TEST_CASE(a_before_wait_runs_once_a_round_until_it_goes)
{
    EventLoop loop;
    int rounds = 0;
    std::optional<BeforeWait> hook(std::in_place, loop, [&] { ++rounds; });

    loop.runOnce(0s);
    loop.runOnce(0s);
    hook.reset();
    loop.runOnce(0s);

    BOOST_TEST(rounds == 2);
}

BOOST_AUTO_TEST_CASE(a_loop_that_has_run_all_posted_tasks_rests)
{
    EventLoop loop;
    constexpr int each = 20'000;
    int ran = 0;
    const auto postAll = [&] {
        for (int i = 0; i < each; ++i)
            loop.post([&] { ++ran; });
    };
    std::thread first(postAll);
    std::thread second(postAll);
    while (ran < 2 * each)
        loop.runOnce(1s);
    first.join();
    second.join();

    // None of those who posted has left a wake-up behind.
    int rounds = 0;
    Timer end(loop, [] {});
    end.start(20ms);
    for (; end.isRunning(); ++rounds)
        loop.runOnce(1s);

    BOOST_TEST(rounds <= 3);
}

BOOST_AUTO_TEST_CASE(what_a_posted_task_throws_ends_it_alone)
{
    EventLoop loop;
    bool hasRun = false;

    loop.post([] { throw std::runtime_error("on purpose"); });
    loop.post([&] { hasRun = true; });
    loop.runOnce(0s);

    BOOST_TEST(hasRun);
}

BOOST_AUTO_TEST_CASE(what_a_timer_throws_keeps_no_other_timer_from_running)
{
    EventLoop loop;
    bool hasRun = false;
    Timer broken(loop, [] { throw std::runtime_error("on purpose"); });
    Timer other(loop, [&] { hasRun = true; });

    broken.start(0s);
    other.start(0s);
    loop.runOnce(0s);

    BOOST_TEST(hasRun);
    BOOST_TEST(broken.isRunning());
}

BOOST_AUTO_TEST_CASE(a_descriptor_whose_callback_throws_rests_and_the_others_go_on)
{
    EventLoop loop;
    auto first = socketPair();
    auto second = socketPair();
    int thrown = 0;
    int served = 0;
    auto broken = loop.watch(first[0].get(), EPOLLIN, [&](std::uint32_t) {
        ++thrown;
        throw std::runtime_error("on purpose");
    });
    const auto other = loop.watch(second[0].get(), EPOLLIN, [&](std::uint32_t) { ++served; });

    BOOST_REQUIRE(::send(first[1].get(), "x", 1, 0) == 1);
    BOOST_REQUIRE(::send(second[1].get(), "x", 1, 0) == 1);
    for (int round = 0; round < 3; ++round) {
        broken.setEvents(EPOLLIN | EPOLLOUT); // for when it has rested
        loop.runOnce(0s);
    }

    BOOST_TEST(thrown == 1);
    BOOST_TEST(served == 3);
}

BOOST_AUTO_TEST_CASE(a_watch_may_go_in_a_callback_that_throws_and_while_it_rests)
{
    EventLoop loop;
    auto ends = socketPair();
    std::optional<Watch> watch;
    watch = loop.watch(ends[0].get(), EPOLLIN, [&](std::uint32_t) {
        watch.reset();
        throw std::runtime_error("on purpose");
    });
    const auto resting = loop.watch(
        ends[1].get(), EPOLLOUT, [&](std::uint32_t) { throw std::runtime_error("on purpose"); });

    BOOST_REQUIRE(::send(ends[1].get(), "x", 1, 0) == 1);
    loop.runOnce(0s);

    BOOST_TEST(!watch.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
