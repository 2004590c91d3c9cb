// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/fiber.hpp"

using causeway::base::Fiber;

BOOST_AUTO_TEST_SUITE(FiberTest)

BOOST_AUTO_TEST_CASE(stands_still_in_the_middle_and_goes_on)
{
    std::string told;
    Fiber* self = nullptr;
    Fiber fiber([&] {
        told += "a";
        self->suspend();
        told += "b";
    });
    self = &fiber;

    BOOST_TEST(told.empty());
    fiber.resume();
    BOOST_TEST(told == "a");
    BOOST_TEST(!fiber.hasEnded());

    fiber.resume();
    BOOST_TEST(told == "ab");
    BOOST_TEST(fiber.hasEnded());
}

BOOST_AUTO_TEST_CASE(many_stand_still_at_once_each_with_what_is_on_its_stack)
{
    constexpr int count = 100;
    std::vector<std::unique_ptr<Fiber>> fibers(count);
    std::vector<int> sums(count, 0);
    for (int i = 0; i < count; ++i)
        fibers[i] = std::make_unique<Fiber>([&, i] {
            int sum = i;
            for (int step = 0; step < 3; ++step) {
                fibers[i]->suspend();
                sum += i;
            }
            sums[i] = sum;
        });

    for (int round = 0; round < 4; ++round) {
        for (auto& fiber : fibers)
            fiber->resume();
    }

    for (int i = 0; i < count; ++i)
        BOOST_TEST(sums[i] == 4 * i);
}

BOOST_AUTO_TEST_CASE(what_its_body_throws_goes_no_further_and_ends_it)
{
    Fiber* self = nullptr;
    Fiber fiber([&] {
        self->suspend();
        throw std::runtime_error("a fault");
    });
    self = &fiber;

    fiber.resume();
    BOOST_CHECK_NO_THROW(fiber.resume());

    BOOST_TEST(fiber.hasEnded());
}

BOOST_AUTO_TEST_CASE(
    an_exception_may_be_thrown_and_caught_inside_while_another_is_on_its_way_outside)
{
    Fiber* self = nullptr;
    bool wasCaught = false;
    Fiber fiber([&] {
        self->suspend();
        try {
            throw std::runtime_error("inside");
        } catch (const std::exception&) {
            wasCaught = true;
        }
    });
    self = &fiber;
    fiber.resume();

    try {
        throw std::logic_error("outside");
    } catch (const std::exception& error) {
        fiber.resume();
        BOOST_TEST(error.what() == std::string("outside"));
    }

    BOOST_TEST(wasCaught);
}

BOOST_AUTO_TEST_CASE(one_that_never_began_just_goes)
{
    bool hasRun = false;
    {
        const Fiber fiber([&] { hasRun = true; });
    }
    BOOST_TEST(!hasRun);
}

BOOST_AUTO_TEST_SUITE_END()
