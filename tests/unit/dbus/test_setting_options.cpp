// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/settings_dict.hpp"

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
