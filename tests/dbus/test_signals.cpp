// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "dbus/ctl/client.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using namespace causeway::dbus;
using causeway::tests::RunningGateway;

namespace {

/// Counts the signals of one member and handles the bus until enough came.
struct Fixture : RunningGateway
{
    Fixture()
        : connection(bus::connect(address()))
    {}

    auto listen(const std::string& member)
    {
        return bus::addMatch(*connection,
                             "type='signal',sender='org.causeway.Gateway1',member='" + member + "'",
                             [this](auto& message) {
                                 paths.emplace_back(message.getPath());
                                 if (std::string(message.getMemberName()) == "ValuesChanged")
                                     message >> samples;
                             });
    }

    /// A call that is answered after every signal sent before it.
    void settle()
    {
        inside([](auto&) {});
        inside([](auto&) {});
        ctl::Client client;
        client.useBus(address());
        static_cast<void>(client.gatewayProperties());
        const auto proxy =
            sdbus::createProxy(*connection, bus::ServiceName{busName}, sdbus::ObjectPath{rootPath});
        proxy->callMethod("Ping").onInterface("org.freedesktop.DBus.Peer");
        while (bus::processOne(*connection)) {
        }
    }

    std::unique_ptr<sdbus::IConnection> connection;
    std::vector<std::string> paths;
    std::vector<BusSample> samples;
};

model::Sample sampleOf(double value)
{
    return {model::Path{3305, 0, 5800}, value, base::WallTime{}, model::Quality::Accepted};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(signals_on_the_bus, Fixture)

BOOST_AUTO_TEST_CASE(many_changes_of_one_round_are_told_once)
{
    const auto slot = listen("PropertiesChanged");

    inside([](auto& world) {
        for (int i = 0; i < 100; ++i)
            world.gateway.listener->onDeviceChanged("meter-1");
    });
    settle();

    BOOST_TEST(paths.size() == 1U);
}

BOOST_AUTO_TEST_CASE(values_of_one_round_come_in_one_signal_in_their_order)
{
    const auto slot = listen("ValuesChanged");

    inside([](auto& world) {
        world.gateway.listener->onSamples("meter-1", {sampleOf(1.0)});
        world.gateway.listener->onSamples("meter-1", {sampleOf(2.0)});
    });
    settle();

    BOOST_REQUIRE(paths.size() == 1U);
    BOOST_TEST(paths[0] == "/org/causeway/Gateway1/device/meter_2d1");
    BOOST_REQUIRE(samples.size() == 2U);
    BOOST_TEST(samples[1].get<1>().get<double>() == 2.0);
}

BOOST_AUTO_TEST_CASE(values_of_every_type_come_as_read_resource_tells_them)
{
    const auto slot = listen("ValuesChanged");
    std::vector<model::Sample> all;
    for (const model::Value& value : std::vector<model::Value>{std::string("text"),
                                                               std::int64_t{-5},
                                                               std::uint64_t{5},
                                                               230.5,
                                                               true,
                                                               base::Bytes{1, 2},
                                                               model::Time{86400},
                                                               model::ObjectLink{66, 0},
                                                               model::CoreLink{"</1>"}}) {
        all.push_back(sampleOf(0));
        all.back().value = value;
    }

    inside([&](auto& world) { world.gateway.listener->onSamples("meter-1", all); });
    settle();

    BOOST_REQUIRE(samples.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto wanted = toBusSample(all[i]);
        BOOST_TEST(samples[i].get<0>() == wanted.get<0>());
        BOOST_TEST(signatureOf(samples[i].get<1>()) == signatureOf(wanted.get<1>()));
        BOOST_TEST((*toValue(samples[i].get<1>()) == *toValue(wanted.get<1>())));
        BOOST_TEST(samples[i].get<2>() == wanted.get<2>());
        BOOST_TEST(samples[i].get<3>() == wanted.get<3>());
        BOOST_TEST(samples[i].get<4>() == wanted.get<4>());
    }
}

BOOST_AUTO_TEST_CASE(objects_that_come_and_go_are_announced)
{
    const auto added = listen("InterfacesAdded");
    const auto removed = listen("InterfacesRemoved");

    inside([](auto& world) {
        world.gateway.lines["tcp-0"].settings.name = "tcp-0";
        world.gateway.listener->onLineAdded("tcp-0");
        world.gateway.lines.erase("tcp-0");
        world.gateway.listener->onLineRemoved("tcp-0");
    });
    settle();

    BOOST_TEST(paths.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_object_that_comes_back_at_once_is_announced_again)
{
    const auto added = listen("InterfacesAdded");
    const auto removed = listen("InterfacesRemoved");

    inside([](auto& world) {
        world.gateway.listener->onDeviceRemoved("meter-1");
        world.gateway.listener->onDeviceAdded("meter-1");
    });
    settle();

    BOOST_TEST(paths.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
