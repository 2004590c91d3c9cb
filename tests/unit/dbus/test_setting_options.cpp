// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/settings_dict.hpp"
#include "dbus/wire.hpp"

using namespace causeway::dbus;
using namespace causeway::dbus::ctl;

namespace {

template <typename Keys>
void checkComplete(const Keys& keys, Kind kind)
{
    const auto options = settingOptions(kind);
    BOOST_TEST(options.size() == keys.size());
    for (const auto& key : keys)
        BOOST_TEST(std::ranges::count(options, key.name, &SettingOption::key) == 1,
                   "no option for " << key.name);
}

/// "bits per second (9600)" tells 9600; nothing when no default is told.
std::optional<std::string> toldDefault(std::string_view help)
{
    const auto opening = help.rfind('(');
    if (opening == std::string_view::npos || !help.ends_with(')'))
        return std::nullopt;
    return std::string(help.substr(opening + 1, help.size() - opening - 2));
}

std::string inWords(const sdbus::Variant& value)
{
    if (signatureOf(value) == "b")
        return value.get<bool>() ? "yes" : "no";
    if (const auto number = integerOf(value))
        return std::to_string(*number);
    return value.get<std::string>();
}

template <typename Settings>
void checkDefaults(Kind kind)
{
    const auto defaults = toDictionary(Settings());
    for (const auto& option : settingOptions(kind)) {
        const auto told = toldDefault(option.help);
        if (told)
            BOOST_TEST(inWords(defaults.at(option.key)) == *told, option.key);
    }
}

Dictionary parse(Kind kind, std::vector<std::string> arguments)
{
    CLI::App app;
    const SettingOptions options(app, kind);
    std::ranges::reverse(arguments); // as CLI11 wants its vector
    app.parse(arguments);
    return options.given();
}

} // namespace

BOOST_AUTO_TEST_SUITE(setting_options)

BOOST_AUTO_TEST_CASE(every_key_has_an_option)
{
    checkComplete(lineKeys(), Kind::Line);
    checkComplete(serverKeys(), Kind::Server);
    checkComplete(deviceKeys(), Kind::Device);
}

BOOST_AUTO_TEST_CASE(the_default_that_help_tells_is_the_one_in_force)
{
    checkDefaults<causeway::api::LineSettings>(Kind::Line);
    checkDefaults<causeway::api::ServerSettings>(Kind::Server);
    checkDefaults<causeway::api::DeviceSettings>(Kind::Device);
}

BOOST_AUTO_TEST_CASE(only_what_was_given_is_sent)
{
    const auto settings = parse(Kind::Device, {"--unit", "7", "--server", "a", "--server", "b"});

    BOOST_TEST(settings.size() == 2U);
    BOOST_TEST(settings.at("unitId").get<std::int64_t>() == 7);
    BOOST_TEST(settings.at("servers").get<std::vector<std::string>>().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_boolean_has_an_opposite)
{
    BOOST_TEST(parse(Kind::Server, {"--queue-mode"}).at("queueMode").get<bool>());
    BOOST_TEST(!parse(Kind::Server, {"--no-queue-mode"}).at("queueMode").get<bool>());
    BOOST_TEST(!parse(Kind::Device, {"--disabled"}).at("enabled").get<bool>());
}

BOOST_AUTO_TEST_CASE(none_takes_a_setting_away)
{
    const auto settings = parse(Kind::Device, {"--poll-period", "none"});

    BOOST_TEST(settings.at("pollPeriod").get<std::string>().empty());
}

BOOST_AUTO_TEST_CASE(what_should_be_a_number_and_is_none_is_refused)
{
    BOOST_CHECK_THROW(parse(Kind::Line, {"--baud-rate", "fast"}), Failure);
}

BOOST_AUTO_TEST_SUITE_END()
