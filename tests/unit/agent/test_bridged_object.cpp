// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/agent/field_fixture.hpp"

using namespace causeway;
using model::Id;

namespace {

model::ObjectDefinition actuation()
{
    using model::ResourceType;
    return {3306,
            "Actuation",
            "1.1",
            true,
            false,
            {{5518, "Timestamp", {.read = true}, false, false, ResourceType::Time, {}, {}},
             {5750,
              "Application Type",
              {.read = true, .write = true},
              false,
              false,
              ResourceType::String,
              {},
              {}},
             {5850,
              "On/Off",
              {.read = true, .write = true},
              false,
              true,
              ResourceType::Boolean,
              {},
              {}},
             {6042,
              "Measurement Quality Indicator",
              {.read = true},
              false,
              false,
              ResourceType::Integer,
              {},
              {}}}};
}

struct ObjectFixture : tests::FieldFixture
{
    std::int64_t quality(Id instance) const
    {
        return std::get<std::int64_t>(object.read({3306, instance, 6042})->value);
    }

    model::Outcome write(const model::Path& path, bool value) { return writeAll({{path, value}}); }

    model::Outcome writeAll(std::vector<lwm2m::ResourceWrite> values)
    {
        model::Outcome heard{model::OutcomeCode::NotImplemented, "nothing was answered"};
        object.write(0,
                     std::move(values),
                     lwm2m::WriteMode::PartialUpdate,
                     [&](model::Outcome outcome) { heard = std::move(outcome); });
        scheduler.runPosted();
        return heard;
    }

    model::ObjectDefinition definition = actuation();
    agent::BridgedObject object{definition, field, true};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(bridged_object, ObjectFixture)

BOOST_AUTO_TEST_CASE(shows_what_is_mapped_and_what_follows_from_it)
{
    BOOST_TEST((object.instances() == std::vector<Id>{0, 1}));
    BOOST_TEST((object.resources(0) == std::vector<Id>{5518, 5750, 5850, 6042}));
    BOOST_TEST((object.resources(1) == std::vector<Id>{5518, 5850, 6042}));
}

BOOST_AUTO_TEST_CASE(servers_write_only_where_profile_and_operator_agree)
{
    const agent::BridgedObject forbidden(definition, field, false);

    BOOST_TEST(object.operations(0, 5850).write);
    BOOST_TEST(!object.operations(1, 5850).write);
    BOOST_TEST(!object.operations(0, 5750).write);
    BOOST_TEST(!forbidden.operations(0, 5850).write);
    BOOST_TEST(forbidden.operations(0, 5850).read);
}

BOOST_AUTO_TEST_CASE(quality_tells_unheard_accepted_suspicious_and_lost)
{
    BOOST_TEST(quality(0) == 0);
    bridge->tell(relay0);
    BOOST_TEST(quality(0) == 4);
    bridge->tell(relay0, model::Quality::Suspicious);
    BOOST_TEST(quality(0) == 3);

    bridge->listener->onAvailability(false, "silence");

    BOOST_TEST(quality(0) == 1);
}

BOOST_AUTO_TEST_CASE(quality_tells_that_the_device_itself_has_no_value)
{
    bridge->tellMissing(relay0, "not available");
    BOOST_TEST(quality(0) == 1);
    BOOST_TEST(quality(1) == 0);
    BOOST_TEST(!object.read({3306, 0, 5518}).has_value());
    bridge->tell(relay0);
    BOOST_TEST(quality(0) == 4);
    scheduler.advance(std::chrono::seconds(7));

    bridge->tellMissing(relay0, "not available");

    BOOST_TEST(quality(0) == 1);
    BOOST_TEST((object.read({3306, 0, 5518})->value == model::Value(model::Time{1767225600})));
}

BOOST_AUTO_TEST_CASE(timestamp_is_when_the_newest_value_was_taken)
{
    BOOST_TEST(!object.read({3306, 0, 5518}).has_value());
    scheduler.advance(std::chrono::seconds(7));

    bridge->tell(relay0);

    BOOST_TEST((object.read({3306, 0, 5518})->value == model::Value(model::Time{1767225607})));
}

BOOST_AUTO_TEST_CASE(a_write_reaches_the_device_once_and_is_confirmed)
{
    const auto outcome = write(relay0, true);

    BOOST_TEST((outcome.code == model::OutcomeCode::Changed));
    BOOST_TEST(bridge->writes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_when_one_of_the_values_may_not_be)
{
    bridge->forbidden = {relay1};

    const auto outcome = writeAll({{relay0, true}, {relay1, true}});

    BOOST_TEST((outcome.code == model::OutcomeCode::BadRequest));
    BOOST_TEST(outcome.diagnostic == "/3306/1/5850: the profile does not allow it");
    BOOST_TEST(bridge->writes.empty());
}

BOOST_AUTO_TEST_CASE(a_failure_says_how_many_values_had_been_written)
{
    bridge->mostWrites = 1;

    const auto outcome = writeAll({{relay0, true}, {relay1, true}});

    BOOST_TEST((outcome.code == model::OutcomeCode::InternalServerError));
    BOOST_TEST(outcome.diagnostic == "no answer from unit 1; 1 of 2 values had been written");
}

BOOST_AUTO_TEST_CASE(silence_becomes_5_00_with_a_sentence)
{
    bridge->failure = base::Error{base::ErrorKind::Timeout, "no answer from unit 1"};

    const auto outcome = write(relay0, true);

    BOOST_TEST((outcome.code == model::OutcomeCode::InternalServerError));
    BOOST_TEST(outcome.diagnostic == "no answer from unit 1");
}

BOOST_AUTO_TEST_CASE(samples_of_one_instance_change_only_its_own_timestamp_and_quality)
{
    const auto derived = object.derivedFrom({relay1});

    BOOST_TEST((derived == std::vector<model::Path>{{3306, 1, 5518}, {3306, 1, 6042}}));
}

BOOST_AUTO_TEST_SUITE_END()
