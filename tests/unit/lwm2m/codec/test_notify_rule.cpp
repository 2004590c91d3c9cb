// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <ostream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/notify_rule.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using model::NotificationAttributes;
using model::Value;

namespace {

NotificationAttributes
conditions(std::optional<double> gt, std::optional<double> lt, std::optional<double> st)
{
    NotificationAttributes attributes;
    attributes.gt = gt;
    attributes.lt = lt;
    attributes.st = st;
    return attributes;
}

NotificationAttributes periods(std::optional<std::chrono::seconds> pmin,
                               std::optional<std::chrono::seconds> pmax)
{
    NotificationAttributes attributes;
    attributes.pmin = pmin;
    attributes.pmax = pmax;
    return attributes;
}

base::TimePoint at(std::chrono::seconds time)
{
    return base::TimePoint(time);
}

struct StepCase
{
    const char* source;
    NotificationAttributes attributes;
    double told;
    double newest;
    bool isEvent;
};

std::ostream& operator<<(std::ostream& out, const StepCase& step)
{
    return out << step.source << ": " << step.told << " -> " << step.newest;
}

// clang-format off
const StepCase steps[] = {
    {"LwM2M Transport 1.2 example, gt=45 st=10", conditions(45, {}, 10), 45, 50, true},
    {"LwM2M Transport 1.2 example, gt=45 st=10", conditions(45, {}, 10), 38, 49, true},
    {"LwM2M Transport 1.2 example, lt=20 gt=85 st=10", conditions(85, 20, 10), 75, 90, true},
    {"LwM2M Transport 1.2 example, lt=20 gt=85 st=10", conditions(85, 20, 10), 50, 10, true},
    {"LwM2M Transport 1.2 example, lt=20 gt=85 st=10", conditions(85, 20, 10), 87, 99, true},
    {"staying above gt", conditions(45, {}, {}), 46, 90, false},
    {"staying below lt", conditions({}, 20, {}), 19, 3, false},
    {"falling through gt counts too", conditions(45, {}, {}), 50, 40, true},
    {"rising through lt counts too", conditions({}, 20, {}), 10, 30, true},
    {"equal to gt is not above", conditions(45, {}, {}), 40, 45, false},
    {"leaving gt upwards", conditions(45, {}, {}), 45, 45.1, true},
    {"equal to lt is not below", conditions({}, 20, {}), 25, 20, false},
    {"leaving lt downwards", conditions({}, 20, {}), 20, 19.9, true},
    {"a step of exactly st", conditions({}, {}, 0.5), 20, 20.5, true},
    {"a step down of st", conditions({}, {}, 0.5), 20, 19.5, true},
    {"a step of 0.1, which no double is", conditions({}, {}, 0.1), 1.1, 1.2, true},
    {"less than a step", conditions({}, {}, 0.5), 20, 20.4, false},
    {"no conditions, no change", {}, 20, 20, false},
    {"no conditions, any change", {}, 20, 20.001, true},
};

struct DueCase
{
    const char* name;
    NotificationAttributes attributes;
    std::optional<std::chrono::seconds> eventAt;
    std::optional<std::chrono::seconds> due; // the last notification went at 100 s
};

std::ostream& operator<<(std::ostream& out, const DueCase& due)
{
    return out << due.name;
}

const DueCase dues[] = {
    {"nothing happened", {}, {}, {}},
    {"an event without periods", {}, 103s, 103s},
    {"an event inside pmin waits for it", periods(10s, {}), 103s, 110s},
    {"an event after pmin goes at once", periods(10s, {}), 115s, 115s},
    {"pmax without an event", periods({}, 60s), {}, 160s},
    {"an event before pmax", periods(10s, 60s), 120s, 120s},
    {"pmax equal to pmin is valid", periods(60s, 60s), {}, 160s},
    {"pmax below pmin is ignored", periods(60s, 30s), {}, {}},
    {"pmax below pmin leaves pmin", periods(60s, 30s), 101s, 160s},
    {"pmax of 0 is ignored", periods({}, 0s), {}, {}},
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_SUITE(notify_rule)

BOOST_DATA_TEST_CASE(judges_a_step_by_the_conditions, steps, step)
{
    BOOST_TEST(lwm2m::isEvent(step.attributes, Value(step.told), Value(step.newest)) ==
               step.isEvent);
}

BOOST_DATA_TEST_CASE(finds_when_a_notification_is_due, dues, row)
{
    std::optional<base::TimePoint> eventAt;
    if (row.eventAt)
        eventAt = at(*row.eventAt);

    const auto due = lwm2m::notifyAt(row.attributes, at(100s), eventAt);

    BOOST_REQUIRE(due.has_value() == row.due.has_value());
    BOOST_TEST((!due || *due == at(*row.due)));
}

BOOST_AUTO_TEST_CASE(tells_integers_apart_that_a_double_does_not)
{
    const auto told = Value(std::uint64_t{9223372036854775808U});

    const auto step = conditions({}, {}, 20);

    BOOST_TEST(lwm2m::isEvent(step, told, Value(std::uint64_t{9223372036854775828U})));
    BOOST_TEST(!lwm2m::isEvent(step, told, Value(std::uint64_t{9223372036854775827U})));
    BOOST_TEST(lwm2m::isEvent(step, Value(std::uint64_t{9223372036854775828U}), told));
}

BOOST_AUTO_TEST_CASE(edge_asks_for_one_direction_only)
{
    NotificationAttributes rising;
    rising.edge = true;
    NotificationAttributes falling;
    falling.edge = false;

    BOOST_TEST(lwm2m::isEvent(rising, Value(false), Value(true)));
    BOOST_TEST(!lwm2m::isEvent(rising, Value(true), Value(false)));
    BOOST_TEST(lwm2m::isEvent(falling, Value(true), Value(false)));
    BOOST_TEST(!lwm2m::isEvent(falling, Value(true), Value(true)));
}

BOOST_AUTO_TEST_CASE(conditions_never_fire_for_values_without_a_number)
{
    BOOST_TEST(
        !lwm2m::isEvent(conditions(1, {}, {}), Value(std::string("a")), Value(std::string("b"))));
}

BOOST_AUTO_TEST_CASE(one_event_among_several_values_is_enough)
{
    const std::vector<lwm2m::Record> told{{{3, 0, 7, 0}, Value(1.0), {}},
                                          {{3, 0, 7, 1}, Value(1.0), {}}};
    auto newest = told;
    newest[1].value = Value(9.0);

    BOOST_TEST(lwm2m::isEvent(conditions(5, {}, {}), told, newest));
    BOOST_TEST(!lwm2m::isEvent(conditions(10, {}, {}), told, newest));
}

BOOST_AUTO_TEST_CASE(a_resource_instance_that_comes_or_goes_is_an_event)
{
    const std::vector<lwm2m::Record> one{{{3, 0, 7, 0}, Value(1.0), {}}};
    const std::vector<lwm2m::Record> two{{{3, 0, 7, 0}, Value(1.0), {}},
                                         {{3, 0, 7, 1}, Value(1.0), {}}};

    BOOST_TEST(lwm2m::isEvent(conditions(5, {}, {}), one, two));
    BOOST_TEST(lwm2m::isEvent({}, two, one));
}

BOOST_AUTO_TEST_CASE(the_time_something_was_taken_is_no_event)
{
    const std::vector<lwm2m::Record> told{{{3, 0, 9}, Value(std::int64_t{5}), base::WallTime(1s)}};
    const std::vector<lwm2m::Record> newest{
        {{3, 0, 9}, Value(std::int64_t{5}), base::WallTime(2s)}};

    BOOST_TEST(!lwm2m::isEvent({}, told, newest));
}

BOOST_AUTO_TEST_CASE(the_longest_periods_do_not_overflow)
{
    const std::chrono::seconds longest(std::numeric_limits<std::uint32_t>::max());

    const auto due = lwm2m::notifyAt(periods(longest, longest), at(100s), {});

    BOOST_TEST((due == at(longest + 100s)));
}

BOOST_AUTO_TEST_CASE(evaluation_waits_for_epmin)
{
    NotificationAttributes attributes;
    attributes.epmin = 5s;

    BOOST_TEST((lwm2m::evaluateAt(attributes, at(100s), at(101s)) == at(105s)));
    BOOST_TEST((lwm2m::evaluateAt(attributes, at(100s), at(120s)) == at(120s)));
    BOOST_TEST((lwm2m::evaluateAt({}, at(100s), at(101s)) == at(101s)));
}

BOOST_AUTO_TEST_SUITE_END()
