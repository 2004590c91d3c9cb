// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/poll_plan.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::TimePoint;

BOOST_AUTO_TEST_SUITE(poll_plan)

namespace {

Point pair(std::uint16_t address, PollClass pollClass = PollClass::Fast)
{
    Point point;
    point.address = address;
    point.encoding.type = RawType::F32;
    point.encoding.words = 2;
    point.pollClass = pollClass;
    return point;
}

PollPlan planOf(PollClass pollClass, double phase = 0.0)
{
    return {{{RegisterTable::InputRegister, 0, 2, pollClass, {0}}}, UnitLimits{}, phase};
}

constexpr TimePoint start{1000s};

} // namespace

BOOST_AUTO_TEST_CASE(reads_the_registers_of_an_sdm120_in_three_requests)
{
    std::vector<Point> points;
    for (const std::uint16_t address :
         {0x158, 0x00, 0x06, 0x0C, 0x12, 0x18, 0x1E, 0x46, 0x48, 0x4A, 0x4C, 0x4E, 0x156})
        points.push_back(pair(address));

    const auto spans = mergeSpans(points, UnitLimits{});

    BOOST_REQUIRE(spans.size() == 3U);
    BOOST_TEST(spans[0].address == 0);
    BOOST_TEST(spans[0].count == 0x20);
    BOOST_TEST(spans[1].address == 0x46);
    BOOST_TEST(spans[1].count == 10);
    BOOST_TEST(spans[2].address == 0x156);
    BOOST_TEST(spans[2].count == 4);
    BOOST_TEST(spans[2].points == (std::vector<std::size_t>{12, 0}));
}

BOOST_AUTO_TEST_CASE(asks_for_no_more_than_the_device_bears)
{
    UnitLimits limits;
    limits.mostRegisters = 4;
    const std::vector<Point> points{pair(0), pair(2), pair(4), pair(6)};

    const auto spans = mergeSpans(points, limits);

    BOOST_REQUIRE(spans.size() == 2U);
    BOOST_TEST(spans[0].count == 4);
    BOOST_TEST(spans[1].address == 4);
}

BOOST_AUTO_TEST_CASE(reads_through_small_gaps_only)
{
    UnitLimits limits;
    limits.mostGap = 3;

    BOOST_TEST(mergeSpans(std::vector{pair(0), pair(5)}, limits).size() == 1U);
    BOOST_TEST(mergeSpans(std::vector{pair(0), pair(6)}, limits).size() == 2U);
}

BOOST_AUTO_TEST_CASE(keeps_tables_and_poll_classes_apart)
{
    Point holding = pair(2);
    holding.table = RegisterTable::HoldingRegister;
    const std::vector<Point> points{
        pair(0), holding, pair(2, PollClass::Slow), pair(4, PollClass::OnDemand)};

    BOOST_TEST(mergeSpans(points, UnitLimits{}).size() == 3U);
}

BOOST_AUTO_TEST_CASE(reads_alone_what_a_device_does_not_give_with_others)
{
    std::vector<Point> points{pair(0), pair(2), pair(4), pair(6)};
    points[1].isAlone = true;

    const auto spans = mergeSpans(points, UnitLimits{});

    BOOST_REQUIRE(spans.size() == 3U);
    BOOST_TEST(spans[1].address == 2);
    BOOST_TEST(spans[1].count == 2);
    BOOST_TEST(spans[2].count == 4);
}

BOOST_AUTO_TEST_CASE(reads_a_register_once_for_two_resources)
{
    const auto spans = mergeSpans(std::vector{pair(0), pair(0)}, UnitLimits{});

    BOOST_REQUIRE(spans.size() == 1U);
    BOOST_TEST(spans[0].count == 2);
    BOOST_TEST(spans[0].points.size() == 2U);
}

BOOST_AUTO_TEST_CASE(is_due_at_its_phase_and_then_every_period)
{
    PollPlan plan = planOf(PollClass::Fast, 0.25);
    plan.start(start);

    BOOST_TEST((plan.nextDue() == start + 250ms));
    BOOST_TEST(plan.takeDue(start + 249ms).empty());
    BOOST_TEST(plan.takeDue(start + 260ms).size() == 1U);
    BOOST_TEST((plan.nextDue() == start + 1250ms));
}

BOOST_AUTO_TEST_CASE(skips_and_counts_a_poll_that_overtakes_itself)
{
    PollPlan plan = planOf(PollClass::Fast);
    plan.start(start);
    BOOST_TEST(plan.takeDue(start).size() == 1U);

    const auto again = plan.takeDue(start + 1s);
    plan.finish(0, true, start + 1500ms);
    const auto next = plan.takeDue(start + 2s);

    BOOST_TEST(again.empty());
    BOOST_TEST(plan.overruns() == 1U);
    BOOST_TEST(next.size() == 1U);
}

BOOST_AUTO_TEST_CASE(leaves_a_full_line_no_idle_time)
{
    PollPlan plan = planOf(PollClass::Fast);
    plan.start(start);
    BOOST_TEST(plan.takeDue(start).size() == 1U);
    BOOST_TEST(plan.takeDue(start + 1s).empty());

    plan.finish(0, true, start + 1500ms);

    BOOST_TEST((plan.nextDue() == start + 1500ms));
}

BOOST_AUTO_TEST_CASE(does_not_make_up_for_lost_time)
{
    PollPlan plan = planOf(PollClass::Fast);
    plan.start(start);

    const auto due = plan.takeDue(start + 10500ms);
    plan.finish(0, true, start + 10500ms);

    BOOST_TEST(due.size() == 1U);
    BOOST_TEST((plan.nextDue() == start + 11s));
    BOOST_TEST(plan.overruns() == 10U);
}

BOOST_AUTO_TEST_CASE(asks_once_until_it_has_the_answer)
{
    PollPlan plan = planOf(PollClass::Once);
    plan.start(start);
    BOOST_TEST(plan.takeDue(start).size() == 1U);

    plan.finish(0, false, start + 1s);
    const TimePoint afterFailure = plan.nextDue();
    BOOST_TEST(plan.takeDue(start + 61s).size() == 1U);
    plan.finish(0, true, start + 61s);

    BOOST_TEST((afterFailure == start + 61s));
    BOOST_TEST((plan.nextDue() == TimePoint::max()));
}

BOOST_AUTO_TEST_CASE(reads_once_more_what_is_hastened_and_keeps_the_rhythm)
{
    PollPlan plan = planOf(PollClass::Slow);
    plan.start(start);
    const auto first = plan.takeDue(start);
    plan.finish(first.at(0), true, start);

    plan.hasten(std::vector<std::size_t>{0}, start + 10s);
    const auto extra = plan.takeDue(start + 10s);
    plan.finish(extra.at(0), true, start + 10s);
    const auto grid = plan.nextDue();

    BOOST_TEST((grid == start + 60s));
    BOOST_TEST(plan.takeDue(start + 59s).empty());
    BOOST_TEST(plan.takeDue(start + 60s).size() == 1U);
}

BOOST_AUTO_TEST_CASE(hastens_nothing_else_and_never_waits_longer)
{
    PollPlan plan = planOf(PollClass::Slow, 0.5);
    plan.start(start);

    plan.hasten(std::vector<std::size_t>{7}, start + 100ms);
    plan.hasten(std::vector<std::size_t>{0}, start + 400ms);

    BOOST_TEST((plan.nextDue() == start + 500ms));
}

BOOST_AUTO_TEST_CASE(hastens_again_what_is_asked_once)
{
    PollPlan plan = planOf(PollClass::Once);
    plan.start(start);
    plan.finish(plan.takeDue(start).at(0), true, start);

    plan.hasten(std::vector<std::size_t>{0}, start + 90s);
    plan.finish(plan.takeDue(start + 90s).at(0), true, start + 90s);
    plan.hasten(std::vector<std::size_t>{0}, start + 95s);

    BOOST_TEST((plan.nextDue() == start + 100s));
}

BOOST_AUTO_TEST_CASE(reads_a_value_and_its_scale_in_one_request)
{
    Point power = pair(14);
    power.exponentAddress = 40;

    const auto spans = mergeSpans(std::vector<Point>{power}, UnitLimits{});

    BOOST_REQUIRE(spans.size() == 1U);
    BOOST_TEST(spans[0].address == 14);
    BOOST_TEST(spans[0].count == 27);
}

BOOST_AUTO_TEST_CASE(splits_a_request_at_its_widest_gap)
{
    const std::vector<Point> points{pair(0), pair(2), pair(10), pair(12)};
    const auto spans = mergeSpans(points, UnitLimits{});

    const auto parts = splitSpan(spans.at(0), points);

    BOOST_REQUIRE(parts.has_value());
    BOOST_TEST(parts->first.count == 4);
    BOOST_TEST(parts->second.address == 10);
    BOOST_TEST(parts->second.points == (std::vector<std::size_t>{2, 3}));
}

BOOST_AUTO_TEST_CASE(splits_neighbours_in_the_middle_and_one_register_not_at_all)
{
    const std::vector<Point> points{pair(0), pair(2), pair(4), pair(6), pair(6)};
    const auto spans = mergeSpans(points, UnitLimits{});

    const auto parts = splitSpan(spans.at(0), points);
    const auto none =
        splitSpan({RegisterTable::InputRegister, 6, 2, PollClass::Fast, {3, 4}}, points);

    BOOST_REQUIRE(parts.has_value());
    BOOST_TEST(parts->second.address == 4);
    BOOST_TEST(!none.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
