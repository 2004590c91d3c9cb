// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/agent/field_fixture.hpp"

using namespace causeway;
using tests::FieldFixture;

BOOST_FIXTURE_TEST_SUITE(field_side, FieldFixture)

BOOST_AUTO_TEST_CASE(knows_nothing_before_the_first_sample)
{
    BOOST_TEST(!field.isAvailable().has_value());
    BOOST_TEST((field.value(relay0).error().kind == base::ErrorKind::Unreachable));
    BOOST_TEST((field.value({3306, 0, 5750})->value == model::Value(std::string("K1"))));
}

BOOST_AUTO_TEST_CASE(keeps_the_newest_sample_and_says_once_that_the_device_is_there)
{
    bridge->tell(relay0);
    bridge->values[relay0] = true;
    bridge->tell(relay0);

    BOOST_TEST((field.value(relay0)->value == model::Value(true)));
    BOOST_TEST(told.size() == 2U);
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_CASE(never_gives_the_value_of_a_lost_device_as_a_fresh_one)
{
    bridge->tell(relay0);
    bridge->tell(relay1);

    bridge->listener->onAvailability(false, "no answer from unit 1 for 5 s");

    BOOST_TEST(field.value(relay0).error().message == "no answer from unit 1 for 5 s");
    BOOST_TEST(field.newest(relay0) != nullptr);
    bridge->tell(relay0);
    BOOST_TEST(field.value(relay0).has_value());
    BOOST_TEST(!field.value(relay1).has_value());
    BOOST_TEST(field.lastError() == "no answer from unit 1 for 5 s");
}

BOOST_AUTO_TEST_CASE(never_gives_the_value_from_before_a_loss_when_the_return_is_told_first)
{
    bridge->tell(relay0);
    bridge->tell(relay1);
    bridge->listener->onAvailability(false, "it is not heard any more");

    bridge->listener->onAvailability(true, {});
    bridge->tell(relay0);

    BOOST_TEST(field.value(relay0).has_value());
    BOOST_TEST(!field.value(relay1).has_value());
}

BOOST_AUTO_TEST_CASE(a_line_that_goes_and_comes_is_no_news_of_its_devices)
{
    bridge->tell(relay0);
    const bool first = field.hasOwnNews();

    bridge->listener->onLineDown("the line is down: pulled");
    const bool down = field.hasOwnNews();
    bridge->tell(relay0);
    const bool back = field.hasOwnNews();

    BOOST_TEST(first);
    BOOST_TEST(!down);
    BOOST_TEST(!back);
    BOOST_TEST(changes == 3);
    BOOST_TEST(field.lastError() == "the line is down: pulled");
}

BOOST_AUTO_TEST_CASE(a_device_that_stays_silent_when_its_line_is_back_is_news)
{
    bridge->tell(relay0);
    bridge->listener->onLineDown("the line is down: pulled");

    bridge->listener->onAvailability(false, "3 polls failed");
    const bool silent = field.hasOwnNews();
    bridge->tell(relay0);

    BOOST_TEST(silent);
    BOOST_TEST(field.hasOwnNews());
}

BOOST_AUTO_TEST_CASE(has_the_newest_reason_of_a_device_that_is_gone_which_is_no_news)
{
    bridge->listener->onStillGone("3 polls failed");
    const bool first = field.hasOwnNews();

    bridge->listener->onStillGone("4 polls failed");
    const bool second = field.hasOwnNews();
    bridge->listener->onAvailability(false, "it is another device");

    BOOST_TEST(first);
    BOOST_TEST(!second);
    BOOST_TEST(field.hasOwnNews());
    BOOST_TEST(changes == 3);
    BOOST_TEST(field.lastError() == "it is another device");
}

BOOST_AUTO_TEST_CASE(never_gives_an_old_value_when_the_device_has_none)
{
    bridge->tell(relay0);

    bridge->tellMissing(relay0, "the device marks the value as not available");
    bridge->tellMissing(relay0, "the device marks the value as not available");

    BOOST_TEST(field.value(relay0).error().message ==
               "the device marks the value as not available");
    BOOST_TEST(field.newest(relay0) != nullptr);
    BOOST_TEST(missing.size() == 1U);
    bridge->tell(relay0);
    BOOST_TEST(field.value(relay0).has_value());
    BOOST_TEST(!field.isMissing(relay0));
}

BOOST_AUTO_TEST_CASE(says_that_the_device_is_gone_and_not_what_it_said_before)
{
    bridge->tellMissing(relay0, "the device marks the value as not available");

    bridge->listener->onAvailability(false, "silence");
    BOOST_TEST(field.value(relay0).error().message == "silence");
    bridge->listener->onAvailability(true, {});

    BOOST_TEST(field.value(relay0).error().message == "no value has been read from the device yet");
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_wrote_before_it_confirms)
{
    bool isConfirmed = false;

    field.write(relay0, true, [&](const base::Expected<void>& written) {
        isConfirmed = written.has_value() && field.newest(relay0) != nullptr;
    });
    scheduler.runPosted();

    BOOST_TEST(isConfirmed);
    BOOST_TEST(bridge->reads == 1);
    BOOST_TEST((field.newest(relay0)->value == model::Value(true)));
}

BOOST_AUTO_TEST_CASE(a_refused_write_changes_nothing_and_says_why)
{
    std::string heard;
    bridge->failure = base::Error{base::ErrorKind::Refused, "illegal data value (exception 3)"};

    field.write(relay0, true, [&](const base::Expected<void>& written) {
        heard = written.error().message;
    });
    scheduler.runPosted();

    BOOST_TEST(heard == "illegal data value (exception 3)");
    BOOST_TEST(bridge->writes.empty());
}

BOOST_AUTO_TEST_CASE(without_a_bridge_everything_fails_with_the_reason)
{
    std::string heard;
    field.setBridge(nullptr, "there is no line \"rtu-9\"");

    field.write(relay0, true, [&](const base::Expected<void>& written) {
        heard = written.error().message;
    });

    BOOST_TEST(heard == "there is no line \"rtu-9\"");
    BOOST_TEST((field.isAvailable() == false));
}

BOOST_AUTO_TEST_SUITE_END()
