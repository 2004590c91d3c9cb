// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/client.hpp"
#include "dbus/errors.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using namespace causeway::dbus;
using causeway::tests::RunningGateway;
using ctl::DeviceProxy;

namespace {

struct Fixture : RunningGateway
{
    Fixture() { client.useBus(address()); }

    ctl::Client client;
};

template <typename Call>
base::ErrorKind kindOfError(Call call)
{
    try {
        call();
    } catch (const sdbus::Error& error) {
        return fromBusError(error).kind;
    }
    BOOST_FAIL("no error came");
    return base::ErrorKind::Internal;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(device_on_the_bus, Fixture)

BOOST_AUTO_TEST_CASE(tells_its_settings_states_and_registrations)
{
    auto properties = client.properties(Kind::Device, "meter-1");

    BOOST_TEST(properties.at("FieldState").get<std::string>() == "available");
    const auto registrations = properties.at("Registrations").get<std::vector<Dictionary>>();
    BOOST_REQUIRE(registrations.size() == 1U);
    BOOST_TEST(registrations[0].at("state").get<std::string>() == "registered");
    BOOST_TEST(registrations[0].at("cipherSuite").get<std::string>() ==
               "TLS_PSK_WITH_AES_128_CCM_8");
    BOOST_TEST(!registrations[0].contains("lastErrorAt"));
}

BOOST_AUTO_TEST_CASE(attaching_answers_with_an_object_that_is_there)
{
    const auto path =
        client.gateway().AttachDevice("relay", {{"unitId", sdbus::Variant(std::uint8_t{4})}});

    const auto properties = client.properties(Kind::Device, "relay");
    BOOST_TEST(path == "/org/causeway/Gateway1/device/relay");
    BOOST_TEST(properties.at("Settings").get<Dictionary>().at("unitId").get<std::uint8_t>() == 4);
}

// Often, because a daemon that answers too early is seen only by a caller that is quick.
BOOST_AUTO_TEST_CASE(a_detached_device_is_gone_at_once)
{
    client.withDevice("meter-1", [](DeviceProxy& device) { device.Detach(); });
    BOOST_TEST(client.objects(Kind::Device).empty());

    int seen = 0;
    for (int i = 0; i < 200; ++i) {
        client.gateway().AttachDevice("relay", {{"unitId", sdbus::Variant(std::uint8_t{4})}});
        client.withDevice("relay", [](DeviceProxy& device) { device.Detach(); });
        seen += client.objects(Kind::Device).empty() ? 0 : 1;
    }
    BOOST_TEST(seen == 0);
}

BOOST_AUTO_TEST_CASE(a_change_keeps_the_other_settings)
{
    client.withDevice("meter-1", [](DeviceProxy& device) {
        device.Change({{"pollPeriod", sdbus::Variant(std::int32_t{250})}});
    });

    const auto settings =
        inside([](auto& world) { return world.gateway.devices["meter-1"].settings; });
    BOOST_TEST((settings.pollPeriod == std::chrono::milliseconds(250)));
    BOOST_TEST(settings.profile == "eastron-sdm120");
}

BOOST_AUTO_TEST_CASE(disabling_and_enabling_change_one_setting)
{
    client.withDevice("meter-1", [](DeviceProxy& device) { device.Disable(); });
    const bool after =
        inside([](auto& world) { return world.gateway.devices["meter-1"].settings.isEnabled; });
    client.withDevice("meter-1", [](DeviceProxy& device) { device.Enable(); });
    const bool again =
        inside([](auto& world) { return world.gateway.devices["meter-1"].settings.isEnabled; });

    BOOST_TEST(!after);
    BOOST_TEST(again);
}

BOOST_AUTO_TEST_CASE(a_value_is_read_with_type_time_and_quality)
{
    client.withDevice("meter-1", [](DeviceProxy& device) {
        const auto [value, type, takenAt, quality] = device.ReadResource("/3305/0/5800");

        BOOST_TEST(value.template get<double>() == 230.5);
        BOOST_TEST(type == "Float");
        BOOST_TEST(takenAt == 1767225600000000U);
        BOOST_TEST(quality == "accepted");
    });
}

BOOST_AUTO_TEST_CASE(a_value_is_written_in_the_type_it_came)
{
    client.withDevice("meter-1", [](DeviceProxy& device) {
        device.WriteResource("/3308/0/5900", sdbus::Variant(22.0));
    });

    const auto value = inside([](auto& world) {
        return world.gateway.samples.at({"meter-1", model::Path{3308, 0, 5900}}).value;
    });
    BOOST_TEST((value == model::Value(22.0)));
}

BOOST_AUTO_TEST_CASE(paths_and_values_that_cannot_be_right_are_refused)
{
    client.withDevice("meter-1", [](DeviceProxy& device) {
        const auto badPath = kindOfError([&] { device.ReadResource("3305"); });
        const auto notMapped = kindOfError([&] { device.ReadResource("/1/2/3"); });
        const auto badType = kindOfError(
            [&] { device.WriteResource("/1/2/3", sdbus::Variant(std::vector<std::string>{"a"})); });
        const auto tooLong = kindOfError(
            [&] { device.WriteResource("/1/2/3", sdbus::Variant(std::string(100000, 'x'))); });

        BOOST_TEST((badPath == base::ErrorKind::InvalidArgument));
        BOOST_TEST((notMapped == base::ErrorKind::NotFound));
        BOOST_TEST((badType == base::ErrorKind::InvalidArgument));
        BOOST_TEST((tooLong == base::ErrorKind::LimitExceeded));
    });
}

BOOST_AUTO_TEST_CASE(a_huge_dictionary_is_refused)
{
    Dictionary huge;
    for (int i = 0; i < 10000; ++i)
        huge.emplace("key" + std::to_string(i), sdbus::Variant(std::string(100, 'x')));

    const auto kind = kindOfError([&] { client.gateway().AttachDevice("big", huge); });

    BOOST_TEST((kind == base::ErrorKind::LimitExceeded));
}

BOOST_AUTO_TEST_CASE(what_the_gateway_refuses_keeps_its_kind_and_sentence)
{
    inside([](auto& world) {
        world.gateway.nextError = base::Error{base::ErrorKind::StorageFailed, "the disk is full"};
    });

    try {
        client.gateway().AddLine("rtu-9", {});
        BOOST_FAIL("no error came");
    } catch (const sdbus::Error& error) {
        BOOST_TEST(error.getName() == "org.causeway.Gateway1.Error.StorageFailed");
        BOOST_TEST(error.getMessage() == "the disk is full");
    }
}

BOOST_AUTO_TEST_CASE(two_thousand_devices_are_listed_in_one_answer)
{
    inside([](auto& world) {
        for (int i = 0; i < 2000; ++i) {
            const auto name = "device-" + std::to_string(i);
            auto status = world.gateway.devices["meter-1"];
            status.settings.name = name;
            world.gateway.devices[name] = status;
            world.gateway.listener->onDeviceAdded(name);
        }
    });

    BOOST_TEST(client.objects(Kind::Device).size() == 2001U);
}

BOOST_AUTO_TEST_SUITE_END()
