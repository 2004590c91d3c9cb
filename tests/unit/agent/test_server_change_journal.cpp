// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/log.hpp"
#include "agent/server_change_journal.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using lwm2m::ServerChange;
using model::OutcomeCode;

namespace {

struct JournalFixture
{
    JournalFixture()
    {
        log::setSink([this](log::Level, const std::string& text, const auto& fields) {
            lines.push_back(text);
            newest = fields;
        });
    }

    ~JournalFixture()
    {
        log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    }

    JournalFixture(const JournalFixture&) = delete;
    JournalFixture& operator=(const JournalFixture&) = delete;

    void deny(OutcomeCode code,
              const std::string& server = "main",
              const model::Path& path = {3306, 0, 5850})
    {
        journal.tell("pump",
                     {{server, path, "unknown", "true", "it is not writable", false, code}});
    }

    std::string field(std::string_view name)
    {
        const auto found = std::ranges::find(newest, name, &log::Field::name);
        return found == newest.end() ? "" : found->value;
    }

    fakes::FakeScheduler scheduler;
    agent::ServerChangeJournal journal{scheduler};
    std::vector<std::string> lines;
    std::vector<log::Field> newest;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_change_journal, JournalFixture)

BOOST_AUTO_TEST_CASE(a_denied_write_is_told_with_who_what_and_why)
{
    deny(OutcomeCode::MethodNotAllowed);

    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0] == "pump: main wanted to change /3306/0/5850 from unknown to true: it is "
                           "not writable (4.05 Method Not Allowed)");
    BOOST_TEST(field("DEVICE") == "pump");
    BOOST_TEST(field("SERVER") == "main");
    BOOST_TEST(field("PATH") == "/3306/0/5850");
    BOOST_TEST(field("OUTCOME") == "4.05 Method Not Allowed");
    BOOST_TEST(field("UNTOLD") == "0");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_denied_again_and_again_does_not_flood_it)
{
    for (int i = 0; i < 1000; ++i)
        deny(OutcomeCode::MethodNotAllowed);
    scheduler.advance(59s);
    deny(OutcomeCode::MethodNotAllowed);
    const auto before = lines.size();
    scheduler.advance(1s);
    deny(OutcomeCode::MethodNotAllowed);

    BOOST_TEST(before == 1U);
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(field("UNTOLD") == "1000");
    BOOST_TEST(lines[1].ends_with(", the last of 1000 such requests since the last line"));
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_told_when_the_minute_is_over_though_nothing_follows)
{
    deny(OutcomeCode::MethodNotAllowed);
    deny(OutcomeCode::MethodNotAllowed);

    scheduler.advance(60s);
    const auto after = lines;
    scheduler.advance(600s);

    BOOST_REQUIRE(after.size() == 2U);
    BOOST_TEST(after[1] == after[0]);
    BOOST_TEST(lines.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_server_hides_no_other_and_one_path_no_other)
{
    deny(OutcomeCode::MethodNotAllowed);

    deny(OutcomeCode::MethodNotAllowed, "second");
    deny(OutcomeCode::MethodNotAllowed, "main", {3306, 1, 5850});

    BOOST_TEST(lines.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_server_that_tries_all_paths_does_not_flood_it)
{
    for (std::uint16_t instance = 0; instance < 1000; ++instance)
        deny(OutcomeCode::MethodNotAllowed, "main", {3306, instance, 5850});
    const auto atOnce = lines.size();

    scheduler.advance(60s);

    BOOST_TEST(atOnce == 33U);
    BOOST_TEST(lines.size() == 34U);
    BOOST_TEST(field("UNTOLD") == "967");
}

BOOST_AUTO_TEST_CASE(another_reason_is_told_at_once)
{
    deny(OutcomeCode::MethodNotAllowed);

    deny(OutcomeCode::Unauthorized);

    BOOST_TEST(lines.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_the_device_was_asked_is_told_each_time)
{
    for (int i = 0; i < 3; ++i)
        journal.tell("pump", {{"main", {3306, 0, 5850}, "false", "true", {}, false}});

    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(lines[2] == "pump: main changed /3306/0/5850 from false to true");
}

BOOST_AUTO_TEST_SUITE_END()
