// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/abilities.hpp"
#include "bridges/ble/bluez_requests.hpp"

using namespace causeway;
using base::ErrorKind;
using base::Retry;

BOOST_AUTO_TEST_SUITE(bluez_requests)

namespace {

base::Error meaningOf(const char* name, const char* text)
{
    return bridges::ble::errorOf(sdbus::Error(bus::ErrorName(name), text));
}

constexpr const char* failed = "org.bluez.Error.Failed";

} // namespace

BOOST_AUTO_TEST_CASE(a_connection_that_fails_is_an_unreachable_device_in_plain_words)
{
    const auto error = meaningOf(failed, "le-connection-abort-by-local");

    BOOST_TEST((error.kind == ErrorKind::Unreachable));
    BOOST_TEST(error.message.find("out of reach") != std::string::npos);
    BOOST_TEST(error.message.find("abort") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_what_says_so_means_that_the_adapter_has_no_room)
{
    BOOST_TEST((meaningOf(failed, "le-connection-concurrent-connection-limit").kind ==
                ErrorKind::LimitExceeded));
    BOOST_TEST((meaningOf("org.bluez.Error.InProgress", "Operation already in progress").kind ==
                ErrorKind::LimitExceeded));
    BOOST_TEST((meaningOf(failed, "le-connection-canceled").kind == ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_CASE(what_the_device_answers_no_to_is_refused)
{
    BOOST_TEST(
        (meaningOf(failed, "Operation failed with ATT error: 0x80").kind == ErrorKind::Refused));
    BOOST_TEST((meaningOf("org.bluez.Error.NotPermitted", "no").retry == Retry::Never));
}

BOOST_AUTO_TEST_CASE(who_takes_commands_only_is_told_by_its_flags)
{
    using bridges::ble::abilitiesIn;

    BOOST_TEST(abilitiesIn({"write-without-response"}).onlyTakesCommands);
    BOOST_TEST(!abilitiesIn({"write-without-response", "write"}).onlyTakesCommands);
    BOOST_TEST(!abilitiesIn({"write-without-response", "encrypt-write"}).onlyTakesCommands);
    BOOST_TEST(!abilitiesIn({}).onlyTakesCommands);
    BOOST_TEST(abilitiesIn({"notify", "encrypt-authenticated-read"}).canRead);
    BOOST_TEST(!abilitiesIn({"notify", "indicate"}).canRead);
    BOOST_TEST(abilitiesIn({"read", "indicate"}).canNotify);
    BOOST_TEST(abilitiesIn({"encrypt-notify"}).canNotify);
    BOOST_TEST(!abilitiesIn({"read", "write"}).canNotify);
}

BOOST_AUTO_TEST_CASE(notifications_that_another_program_has_come_back_when_it_lets_them_go)
{
    const auto error = meaningOf("org.bluez.Error.NotPermitted", "Notify acquired");

    BOOST_TEST((error.kind == ErrorKind::LimitExceeded));
    BOOST_TEST((error.retry == Retry::Later));
    BOOST_TEST(error.message.find("another program") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
