// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "dbus/settings_dict.hpp"

using namespace causeway;
using namespace causeway::dbus;
using base::ErrorKind;

namespace {

std::string textOf(const std::string& file)
{
    std::ifstream stream(std::string(DBUS_DIRECTORY) + "/" + file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

template <typename Keys>
void checkDocumented(const Keys& keys, const std::string& file)
{
    const auto xml = textOf(file);
    for (const auto& key : keys)
        BOOST_TEST(xml.find(std::string(key.name) + " (" + std::string(key.type) + ")") !=
                       std::string::npos,
                   file << " does not describe " << key.name << " (" << key.type << ")");
}

api::ServerSettings unusualServer()
{
    api::ServerSettings settings;
    settings.uri = "coaps://[::1]:5684";
    settings.securityMode = api::SecurityMode::NoSec;
    settings.shortServerId = 7;
    settings.lifetime = std::chrono::seconds(60);
    settings.defaultPmin = std::chrono::seconds(1);
    settings.queueMode = true;
    settings.awakeTime = std::chrono::seconds(45);
    settings.retryCount = 9;
    settings.registrationOrder = 0;
    settings.initialDelay = std::chrono::seconds(30);
    settings.blocksOnFailure = true;
    return settings;
}

} // namespace

BOOST_AUTO_TEST_SUITE(settings_dict)

BOOST_AUTO_TEST_CASE(the_xml_describes_every_key_with_its_type)
{
    checkDocumented(lineKeys(), "org.causeway.Gateway1.Line.xml");
    checkDocumented(serverKeys(), "org.causeway.Gateway1.Server.xml");
    checkDocumented(deviceKeys(), "org.causeway.Gateway1.Device.xml");
}

BOOST_AUTO_TEST_CASE(settings_survive_the_way_there_and_back)
{
    const auto settings = unusualServer();

    const auto back = changed(api::ServerSettings{}, toDictionary(settings));

    BOOST_REQUIRE(back.has_value());
    BOOST_TEST((*back == settings));
}

BOOST_AUTO_TEST_CASE(a_change_keeps_what_it_does_not_name)
{
    const auto now = unusualServer();

    const auto then = changed(now, {{"lifetime", sdbus::Variant(std::uint32_t{300})}});

    BOOST_REQUIRE(then.has_value());
    BOOST_TEST((then->lifetime == std::chrono::seconds(300)));
    BOOST_TEST(then->uri == now.uri);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_with_the_keys_there_are)
{
    const auto result = changed(api::LineSettings{}, {{"baud", sdbus::Variant(true)}});

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST((result.error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST(result.error().message.find("\"baud\"") != std::string::npos);
    BOOST_TEST(result.error().message.find("baudRate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_refused_with_key_and_expected_type)
{
    const auto result =
        changed(api::LineSettings{}, {{"baudRate", sdbus::Variant(std::string("fast"))}});

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().message ==
               "baudRate: expected an integer from 0 to 4294967295 (u), got D-Bus type \"s\"");
}

BOOST_AUTO_TEST_CASE(integers_of_every_width_are_taken_when_they_fit)
{
    const std::vector<sdbus::Variant> nines{sdbus::Variant(std::uint8_t{9}),
                                            sdbus::Variant(std::int16_t{9}),
                                            sdbus::Variant(std::uint16_t{9}),
                                            sdbus::Variant(std::int32_t{9}),
                                            sdbus::Variant(std::uint32_t{9}),
                                            sdbus::Variant(std::int64_t{9}),
                                            sdbus::Variant(std::uint64_t{9})};

    for (const auto& nine : nines) {
        const auto result = changed(api::DeviceSettings{}, {{"unitId", nine}});
        BOOST_REQUIRE(result.has_value());
        BOOST_TEST(result->unitId == 9);
    }
}

BOOST_AUTO_TEST_CASE(integers_that_do_not_fit_are_refused)
{
    for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{256}, INT64_MAX}) {
        const auto result = changed(api::DeviceSettings{}, {{"unitId", sdbus::Variant(number)}});
        BOOST_TEST(!result.has_value());
    }
    const auto huge = changed(api::DeviceSettings{}, {{"unitId", sdbus::Variant(UINT64_MAX)}});
    BOOST_TEST(!huge.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_string_takes_an_optional_setting_away)
{
    const auto result = changed(unusualServer(), {{"defaultPmin", sdbus::Variant(std::string())}});

    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(!result->defaultPmin.has_value());
    BOOST_TEST(!toDictionary(*result).contains("defaultPmin"));
}

BOOST_AUTO_TEST_CASE(an_unknown_word_is_refused_with_the_words_there_are)
{
    const auto result =
        changed(api::LineSettings{}, {{"parity", sdbus::Variant(std::string("mark"))}});

    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().message ==
               "parity: expected one of \"none\", \"even\", \"odd\", got \"mark\"");
}

BOOST_AUTO_TEST_CASE(more_than_any_settings_have_is_refused)
{
    Dictionary huge;
    for (int i = 0; i < 1000; ++i)
        huge.emplace("key" + std::to_string(i), sdbus::Variant(true));
    const Dictionary longText{{"host", sdbus::Variant(std::string(100000, 'x'))}};
    const Dictionary longList{{"servers", sdbus::Variant(std::vector<std::string>(1000, "main"))}};

    const auto tooMany = changed(api::LineSettings{}, huge);
    const auto tooLong = changed(api::LineSettings{}, longText);
    const auto tooManyItems = changed(api::DeviceSettings{}, longList);

    BOOST_TEST((tooMany.error().kind == ErrorKind::LimitExceeded));
    BOOST_TEST((tooLong.error().kind == ErrorKind::LimitExceeded));
    BOOST_TEST((tooManyItems.error().kind == ErrorKind::LimitExceeded));
}

BOOST_AUTO_TEST_SUITE_END()
