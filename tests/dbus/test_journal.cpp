// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "agent/base/log.hpp"
#include "dbus/deed.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using causeway::tests::RunningGateway;

namespace {

/// What the service's thread writes, for the test's to read.
class Journal
{
public:
    struct Entry
    {
        log::Level level;
        std::string text;
        std::map<std::string, std::string> fields;
    };

    Journal()
    {
        log::setSink([this](log::Level level, const std::string& text, const auto& fields) {
            const std::lock_guard lock(mutex_);
            Entry& entry = entries_.emplace_back(Entry{level, text, {}});
            for (const log::Field& field : fields)
                entry.fields[std::string(field.name)] = field.value;
        });
    }

    ~Journal()
    {
        log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    }

    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// The only one about this; fails the test when there are none or several.
    Entry of(const std::string& operation)
    {
        const std::lock_guard lock(mutex_);
        std::vector<Entry> found;
        std::ranges::copy_if(entries_, std::back_inserter(found), [&](const Entry& entry) {
            const auto field = entry.fields.find("OPERATION");
            return field != entry.fields.end() && field->second == operation;
        });
        BOOST_REQUIRE_MESSAGE(found.size() == 1U, operation << ": " << found.size());
        return found.front();
    }

    bool has(const std::string& word)
    {
        const std::lock_guard lock(mutex_);
        return std::ranges::any_of(entries_,
                                   [&](const Entry& entry) { return entry.fields.contains(word); });
    }

private:
    std::mutex mutex_;
    std::vector<Entry> entries_;
};

struct Fixture
{
    Journal journal; // before the service's thread, and longer than it
    RunningGateway gateway;
    const std::string uid = std::to_string(::geteuid());

    void must(const std::vector<std::string>& arguments) const
    {
        const auto finished = gateway.ctl(arguments);
        BOOST_REQUIRE_MESSAGE(finished.exitCode == 0, finished.errors);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_of_operators, Fixture)

BOOST_AUTO_TEST_CASE(has_who_changed_a_line_and_the_old_and_new_value)
{
    must({"line", "change", "rtu-0", "--baud-rate", "19200"});

    auto entry = journal.of("Line.Change");
    BOOST_TEST((entry.level == log::Level::Notice));
    BOOST_TEST(entry.fields["LINE"] == "rtu-0");
    BOOST_TEST(entry.fields["OPERATOR_UID"] == uid);
    BOOST_TEST(entry.fields["OPERATOR"].ends_with("(uid " + uid + ")"));
    BOOST_TEST(entry.fields["CALLER"].starts_with(":"));
    BOOST_TEST(entry.fields["OLD"] == "baudRate 9600");
    BOOST_TEST(entry.fields["NEW"] == "baudRate 19200");
    BOOST_TEST(entry.fields["ERROR"].empty());
}

BOOST_AUTO_TEST_CASE(has_devices_that_are_disabled_and_servers_that_are_changed)
{
    must({"device", "disable", "meter-1"});
    must({"server", "change", "main", "--lifetime", "300"});

    BOOST_TEST(journal.of("Device.Disable").fields["DEVICE"] == "meter-1");
    BOOST_TEST(journal.of("Device.Disable").fields["NEW"] == "enabled false");
    BOOST_TEST(journal.of("Server.Change").fields["SERVER"] == "main");
    BOOST_TEST(journal.of("Server.Change").fields["OLD"] == "lifetime 86400");
}

BOOST_AUTO_TEST_CASE(has_what_was_added_under_its_name)
{
    must({"line", "add", "plc", "--host", "192.0.2.7"});

    BOOST_TEST(journal.of("Gateway.AddLine").fields["LINE"] == "plc");
    BOOST_TEST(journal.of("Gateway.AddLine").fields["NEW"] == "host 192.0.2.7, kind tcp");
}

BOOST_AUTO_TEST_CASE(has_that_a_key_was_handed_out_and_that_the_store_was_sealed_anew)
{
    (void)gateway.ctl({"credential", "export", "meter-1", "main"});
    (void)gateway.ctl({"keystore", "seal", "--pcr", "0", "--pcr", "7"});

    BOOST_TEST(journal.of("Device.ExportCredential").fields["NEW"] == "for main");
    BOOST_TEST(journal.of("KeyStore.Seal").fields["NEW"] == "platform registers [0, 7]");
}

BOOST_AUTO_TEST_CASE(has_what_a_resource_held_before_an_operator_wrote_it)
{
    must({"write", "meter-1", "/3305/0/5800", "7"});

    auto entry = journal.of("Device.WriteResource");
    BOOST_TEST(entry.fields["OLD"] == "/3305/0/5800 230.5");
    BOOST_TEST(entry.fields["NEW"].starts_with("/3305/0/5800 7"));
}

BOOST_AUTO_TEST_CASE(has_what_registers_held_before_an_operator_wrote_them)
{
    gateway.inside([](auto& world) { world.gateway.registers = {{16, 5}, {17, 6}}; });

    must({"line", "write", "rtu-0", "1", "holding", "16", "7", "8"});

    auto entry = journal.of("Line.WriteRegisters");
    BOOST_TEST(entry.fields["OLD"] == "unit 1 holding 16: 5 6");
    BOOST_TEST(entry.fields["NEW"] == "unit 1 holding 16: 7 8");
}

BOOST_AUTO_TEST_CASE(has_why_nothing_came_of_it)
{
    gateway.inside([](auto& world) {
        world.gateway.nextError = base::Error{base::ErrorKind::Refused, "the disk is full"};
    });

    (void)gateway.ctl({"line", "change", "rtu-0", "--parity", "odd"});

    BOOST_TEST(journal.of("Line.Change").fields["ERROR"] == "the disk is full");
    BOOST_TEST(journal.of("Line.Change").text.ends_with(", which failed: the disk is full"));
}

BOOST_AUTO_TEST_CASE(is_not_filled_by_who_only_looks)
{
    must({"read", "meter-1", "/3305/0/5800"});

    BOOST_TEST(!journal.has("OPERATION"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deed)

BOOST_AUTO_TEST_CASE(cuts_long_texts_between_characters)
{
    const std::string text = std::string(199, 'x') + "ä and more";

    BOOST_TEST(dbus::brief("short") == "short");
    BOOST_TEST(dbus::brief(text) == std::string(199, 'x') + "… (210 octets)");
    BOOST_TEST(dbus::textOf(sdbus::Variant(text)) == dbus::brief(text));
}

BOOST_AUTO_TEST_CASE(tells_only_what_differs)
{
    using sdbus::Variant;
    const dbus::Dictionary before{{"a", Variant(std::uint32_t{1})}, {"b", Variant(true)}};
    const dbus::Dictionary after{{"b", Variant(true)},
                                 {"c", Variant(std::vector<std::string>{"x", "y"})},
                                 {"d", Variant(std::vector<std::uint8_t>{1, 2, 3})}};

    const auto [was, is] = dbus::differences(before, after);

    BOOST_TEST(was == "a 1, c none, d none");
    BOOST_TEST(is == "a none, c [x, y], d 3 octets");
}

BOOST_AUTO_TEST_SUITE_END()
