// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/client.hpp"
#include "tests/dbus/monitor.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using causeway::tests::RunningGateway;
using Field = api::DeviceStatus::Field;
using State = api::RegistrationStatus::State;

namespace {

struct Fixture : RunningGateway
{
    void setField(Field field, const std::string& lastError)
    {
        inside([&](World& world) {
            auto& device = world.gateway.devices.at("meter-1");
            device.field = field;
            device.lastError = lastError;
        });
    }

    void addRegistration(const std::string& server, State state, const std::string& lastError = "")
    {
        inside([&](World& world) {
            api::RegistrationStatus one;
            one.server = server;
            one.state = state;
            one.lastError = lastError;
            one.isBootstrap = state == State::Idle;
            world.gateway.devices.at("meter-1").registrations.push_back(one);
        });
    }
};

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

/// What the tables say of states and errors.
BOOST_FIXTURE_TEST_SUITE(overview, Fixture)

BOOST_AUTO_TEST_CASE(a_bootstrapped_device_is_complete_and_its_bootstrap_server_no_registration)
{
    addRegistration("boot", State::Idle);

    const auto shown = ctl({"status"});

    BOOST_TEST(contains(shown.output, "1 of 1 (1 of 1 devices complete)"), shown.output);
}

BOOST_AUTO_TEST_CASE(registrations_are_counted_one_by_one)
{
    addRegistration("second", State::Failed, "refused");

    const auto shown = ctl({"status"});

    BOOST_TEST(contains(shown.output, "1 of 2 (0 of 1 devices complete)"), shown.output);
}

BOOST_AUTO_TEST_CASE(a_cured_field_error_hides_no_error_of_a_registration)
{
    setField(Field::Available, "old field error");
    addRegistration("second", State::Failed, "refused");

    const auto shown = ctl({"devices"});

    BOOST_TEST(contains(shown.output, "refused"), shown.output);
    BOOST_TEST(!contains(shown.output, "old field error"));
}

BOOST_AUTO_TEST_CASE(a_field_error_of_now_comes_first)
{
    setField(Field::Unavailable, "no answer");
    addRegistration("second", State::Failed, "refused");

    const auto shown = ctl({"devices"});

    BOOST_TEST(contains(shown.output, "no answer"), shown.output);
    BOOST_TEST(!contains(shown.output, "refused"));
}

BOOST_AUTO_TEST_CASE(a_device_waits_disabled_for_the_key_that_it_comes_with)
{
    const std::vector<std::string> add{"device",
                                       "add",
                                       "meter-2",
                                       "--profile",
                                       "eastron-sdm120",
                                       "--line",
                                       "rtu-0",
                                       "--unit",
                                       "2",
                                       "--server",
                                       "main"};
    auto withKey = add;
    withKey.emplace_back("--psk-generate");
    auto withIdentity = add;
    withIdentity.insert(withIdentity.end(), {"--psk-identity", "me"});

    dbus::ctl::Client client;
    client.useBus(address());
    causeway::tests::Monitor monitor(address());

    BOOST_TEST(ctl(withIdentity).exitCode == 2);
    BOOST_TEST(ctl(withKey).exitCode == 0);

    BOOST_CHECK_THROW(static_cast<void>(client.properties(dbus::Kind::Device, "the-end")),
                      dbus::ctl::Failure);
    const auto& heard = monitor.hearUntil("the_2dend");
    const auto attached = heard.find("AttachDevice");
    const auto key = heard.find("GenerateCredential", attached);
    const auto enabled = heard.find(std::string("Enable") + '\0', key);
    BOOST_TEST(heard.find("enabled", attached) < key);
    BOOST_TEST(enabled != std::string::npos);
    BOOST_TEST(inside(
        [](World& world) { return world.gateway.devices.at("meter-2").settings.isEnabled; }));
}

BOOST_AUTO_TEST_CASE(a_device_whose_account_takes_no_psk_is_not_attached_with_one)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);

    const auto added = ctl({"device",
                            "add",
                            "meter-2",
                            "--profile",
                            "eastron-sdm120",
                            "--line",
                            "rtu-0",
                            "--server",
                            "main",
                            "--psk-generate"});

    BOOST_TEST(added.exitCode == 1);
    BOOST_TEST(!inside([](World& world) { return world.gateway.devices.contains("meter-2"); }));
}

BOOST_AUTO_TEST_CASE(none_takes_away_what_may_be_absent_and_nothing_else)
{
    const auto change = [this](const char* kind, const char* name, const char* option) {
        return ctl({kind, "change", name, option, "none"});
    };
    inside([](World& world) {
        world.gateway.servers.at("main").settings.identity.serverName = "other.example";
        world.gateway.servers.at("main").settings.cipherSuites = {"0xC0A8"};
        world.gateway.devices.at("meter-1").settings.endpointName = "urn:1";
    });

    for (const auto* option : {"--server-name", "--cipher-suite", "--server-public-key"})
        BOOST_TEST(change("server", "main", option).exitCode == 0, option);
    for (const auto* option : {"--server", "--endpoint", "--poll-period", "--line"})
        BOOST_TEST(change("device", "meter-1", option).exitCode == 0, option);
    BOOST_TEST(change("server", "main", "--lifetime").exitCode == 2);
    BOOST_TEST(change("line", "rtu-0", "--port").exitCode == 2);

    inside([](World& world) {
        const auto& server = world.gateway.servers.at("main").settings;
        BOOST_TEST(server.identity.serverName.empty());
        BOOST_TEST(server.cipherSuites.empty());
        const auto& device = world.gateway.devices.at("meter-1").settings;
        BOOST_TEST(device.servers.empty());
        BOOST_TEST(device.endpointName.empty());
        BOOST_TEST(device.line.empty());
    });
}

BOOST_AUTO_TEST_CASE(an_update_is_asked_for_not_sent)
{
    BOOST_TEST(ctl({"device", "update", "meter-1"}).output == "meter-1: asked to update\n");
}

BOOST_AUTO_TEST_SUITE_END()
