// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/dbus/running_gateway.hpp"

using causeway::tests::RunningGateway;

namespace {

constexpr const char* name = "org.causeway.Gateway1";
constexpr const char* root = "/org/causeway/Gateway1";
constexpr const char* gateway = "org.causeway.Gateway1.Gateway";

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_on_the_bus)

BOOST_AUTO_TEST_CASE(tells_its_version_and_key_store)
{
    RunningGateway running;

    const auto version = running.busctl({"get-property", name, root, gateway, "Version"});
    const auto keyStore = running.busctl({"get-property", name, root, gateway, "KeyStore"});

    BOOST_TEST(version.output == "s \"0.1.0\"\n");
    BOOST_TEST(keyStore.output == "s \"sealed\"\n");
}

BOOST_AUTO_TEST_CASE(the_object_manager_lists_every_object)
{
    RunningGateway running;

    const auto tree = running.busctl({"tree", "--list", name});

    BOOST_TEST(tree.output.find("/org/causeway/Gateway1/line/rtu_2d0") != std::string::npos);
    BOOST_TEST(tree.output.find("/org/causeway/Gateway1/server/main") != std::string::npos);
    BOOST_TEST(tree.output.find("/org/causeway/Gateway1/device/meter_2d1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_fault_behind_a_method_is_the_answer_of_this_call_alone)
{
    RunningGateway running;
    const std::vector<std::string> attach{
        "call", name, root, gateway, "AttachDevice", "sa{sv}", "meter-2", "0"};

    running.inside([](auto& world) { world.gateway.isBroken = true; });
    const auto broken = running.busctl(attach);
    running.inside([](auto& world) { world.gateway.isBroken = false; });
    const auto mended = running.busctl(attach);

    BOOST_TEST(broken.errors.find("a fault of the gateway") != std::string::npos);
    BOOST_TEST(mended.exitCode == 0);
}

BOOST_AUTO_TEST_CASE(a_fault_behind_a_property_is_its_answer_and_not_the_end_of_the_connection)
{
    RunningGateway running;
    const auto ask = [&] {
        return running.busctl({"get-property",
                               name,
                               "/org/causeway/Gateway1/device/meter_2d1",
                               "org.causeway.Gateway1.Device",
                               "FieldState"});
    };

    running.inside([](auto& world) { world.gateway.isBroken = true; });
    const auto broken = ask();
    running.inside([](auto& world) { world.gateway.isBroken = false; });
    const auto mended = ask();

    BOOST_TEST(broken.errors.find("the fake is broken") != std::string::npos);
    BOOST_TEST(mended.exitCode == 0);
}

BOOST_AUTO_TEST_SUITE_END()
