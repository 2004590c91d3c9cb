// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/settings.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway::agent;
using causeway::fakes::TemporaryDirectory;

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(defaults_hold_without_any_file)
{
    const TemporaryDirectory directory;

    const auto settings = readSettings(directory.path() / "causeway.conf", true);

    BOOST_REQUIRE(settings.has_value());
    BOOST_TEST(settings->stateDirectory == "/var/lib/causeway");
    BOOST_TEST(!settings->allowsNoSec);
}

BOOST_AUTO_TEST_CASE(a_named_file_must_exist)
{
    const TemporaryDirectory directory;

    BOOST_TEST(!readSettings(directory.path() / "causeway.conf", false).has_value());
}

BOOST_AUTO_TEST_CASE(drop_ins_win_in_the_order_of_their_names)
{
    const TemporaryDirectory directory;
    const auto file =
        directory.write("causeway.conf", "# site\n[Gateway]\nStartSpread=1min\nLogLevel=debug\n");
    directory.write("causeway.conf.d/20-b.conf", "[Gateway]\nStartSpread=3s\n");
    directory.write("causeway.conf.d/10-a.conf",
                    "[Gateway]\nStartSpread=500ms\n[Network]\nAllowNoSec=yes\n");

    const auto settings = readSettings(file, false);

    BOOST_REQUIRE(settings.has_value());
    BOOST_TEST(settings->startSpread.count() == 3000);
    BOOST_TEST(settings->allowsNoSec);
    BOOST_TEST((settings->logLevel == causeway::log::Level::Debug));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_file_and_line)
{
    const std::pair<const char*, const char*> rows[] = {
        {"[Gateway]\n\nStartSpred=1s\n", ":3: there is no setting StartSpred in section [Gateway]"},
        {"[Network]\nAllowNoSec=maybe\n", ":2: AllowNoSec: \"maybe\" is neither yes nor no"},
        {"[Gateway]\nStartSpread=fast\n",
         ":2: StartSpread: \"fast\" is no time span such as 500ms, 30s or 5min"},
        {"[Gateway]\nStateDirectory=var\n", ":2: StateDirectory: \"var\" is no absolute path"},
        {"[Client]\nAlternatePath=3\n",
         ":2: AlternatePath: \"3\" is no alternate path: one word of letters, digits, '-' and '_', "
         "and no number"},
        {"[Client]\nRegisterAttributes=gw=a b\n",
         ":2: RegisterAttributes: \"b\" is no attribute of Register such as gw=site-7"},
        {"[Client]\nRegisterAttributes=gw=a lt=5\n",
         ":2: RegisterAttributes: \"lt=5\" is an attribute that the standard has"},
        {"[KeyStore]\nRetryPeriod=0\n", ":2: RetryPeriod: \"0\" is less than a second"},
        {"[Network]\nSessionLimit=999ms\n", ":2: SessionLimit: \"999ms\" is less than a second"},
        {"[Security]\nEstServer=coap://est\n",
         ":2: EstServer=coap://est: coaps://host[:port][/path] is expected"},
        {"[Smartcard]\nDevice=a b\n",
         ":2: Device: \"a b\" is no device name: it takes letters, digits, '-', '_' and '.', at "
         "most 64, and begins with a letter or digit"},
        {"[Smartcard]\nPinAttempt=a:b\n",
         ":2: PinAttempt: \"a:b\" is no word of letters, digits, '-', '_' and '.', at most 64"},
        {"[Gateway]\n# none\n\n[Foo]\n", ":4: there is no section [Foo]"},
        {"[Gateway]\nnonsense\n", ":2: neither [Section] nor Key=Value"},
    };
    for (const auto& [text, message] : rows) {
        const TemporaryDirectory directory;
        const auto file = directory.write("causeway.conf", text);

        const auto settings = readSettings(file, false);

        BOOST_REQUIRE(!settings.has_value());
        BOOST_TEST(settings.error().message == file.string() + message);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_authority_is_a_mistake_for_the_check_alone)
{
    const std::pair<const char*, const char*> rows[] = {
        {"[Security]\nEstAuthority=/nonexistent\n",
         ":2: EstAuthority: /nonexistent: cannot be read: No such file or directory"},
        {"[Security]\nEstServer=coaps://est\nEstAuthority=/nonexistent\n",
         ":3: EstAuthority: /nonexistent: cannot be read: No such file or directory"},
    };
    for (const auto& [text, message] : rows) {
        const TemporaryDirectory directory;
        const auto file = directory.write("causeway.conf", text);

        const auto checked = checkSettings(file, false);

        BOOST_REQUIRE(!checked.has_value());
        BOOST_TEST(checked.error().message == file.string() + message);
        BOOST_TEST(readSettings(file, false).has_value());
    }
}

BOOST_AUTO_TEST_CASE(nobody_needs_an_authority_that_is_asked_for_nothing)
{
    const TemporaryDirectory directory;
    const auto file =
        directory.write("causeway.conf", "[Security]\nEstServer=\n[Smartcard]\nDevice=\n[Bus]\n");

    BOOST_TEST(checkSettings(file, false).has_value());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_told_and_not_cut)
{
    const TemporaryDirectory directory;
    const auto file = directory.write("causeway.conf",
                                      "[Gateway]\nStateDirectory=/" + std::string(300, 'a') + "\n");

    const auto settings = readSettings(file, false);

    BOOST_REQUIRE(!settings.has_value());
    BOOST_TEST(settings.error().message ==
               file.string() + ":2: the line is longer than 199 octets");
}

BOOST_AUTO_TEST_SUITE_END()
