// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_CASE(an_update_is_asked_for_not_sent)
{
    BOOST_TEST(ctl({"device", "update", "meter-1"}).output == "meter-1: asked to update\n");
}

BOOST_AUTO_TEST_SUITE_END()
