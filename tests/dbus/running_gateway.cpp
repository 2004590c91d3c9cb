// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/running_gateway.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace causeway::tests {

namespace {

using model::Path;

api::DeviceStatus meter()
{
    api::DeviceStatus status;
    status.settings.name = "meter-1";
    status.settings.profile = "eastron-sdm120";
    status.settings.line = "rtu-0";
    status.settings.servers = {"main"};
    status.endpointName = "meter-1";
    status.field = api::DeviceStatus::Field::Available;
    api::RegistrationStatus registration;
    registration.server = "main";
    registration.state = api::RegistrationStatus::State::Registered;
    registration.location = "/rd/5a3f";
    registration.channel = api::ChannelFacts{api::SecurityMode::Psk,
                                             0xc0a8,
                                             "TLS_PSK_WITH_AES_128_CCM_8",
                                             false,
                                             true,
                                             true,
                                             {0x1f, 0x2e, 0x3d, 0x4c, 0x5b, 0x6a, 0x79, 0x88}};
    registration.channelSince = base::WallTime(std::chrono::seconds(1767225600));
    registration.channelUsedAt = base::WallTime(std::chrono::seconds(1767225660));
    registration.counters = {{"registrations", 1}};
    status.registrations = {registration};
    return status;
}

api::ProfileDescription sdm120()
{
    api::MappedResource voltage;
    voltage.path = Path{3316, 0, 5700};
    voltage.operations.read = true;
    voltage.description = "input register 0x0000, float32, V";
    return {{"eastron-sdm120", "Eastron SDM120 energy meter", "modbus", "sdm120.toml", ""},
            {voltage}};
}

void furnish(fakes::FakeGateway& gateway)
{
    gateway.lines["rtu-0"].settings.name = "rtu-0";
    gateway.lines["rtu-0"].settings.serialPort = "/dev/ttyUSB0";
    gateway.lines["rtu-0"].isUp = true;
    gateway.lines["rtu-0"].devices = {"meter-1"};
    gateway.servers["main"].settings.name = "main";
    gateway.servers["main"].settings.uri = "coaps://lwm2m.example";
    gateway.servers["main"].devices = {"meter-1"};
    gateway.servers["main"].registered = 1;
    gateway.devices["meter-1"] = meter();
    gateway.knownProfiles.push_back(sdm120());
    const base::WallTime taken{std::chrono::seconds(1767225600)};
    const Path power{3305, 0, 5800};
    gateway.samples[{"meter-1", power}] = {power, 230.5, taken, model::Quality::Accepted};
}

} // namespace

RunningGateway::World::World(base::EventLoop& mainLoop, const dbus::ServiceSettings& ofService)
    : loop(mainLoop)
    , settings(ofService)
    , gateway(mainLoop)
    , lists(mainLoop)
    , keyStore(mainLoop)
    , polkit(mainLoop, ofService.busAddress)
{
    furnish(gateway);
    start();
}

RunningGateway::RunningGateway(dbus::Authorisation authorisation)
    : RunningGateway(dbus::ServiceSettings{{}, "0.1.0", authorisation})
{}

RunningGateway::RunningGateway(dbus::ServiceSettings settings)
{
    settings.busAddress = bus_.firstAddress();
    std::promise<void> ready;
    auto isReady = ready.get_future();
    thread_ = std::thread([&] { work(ready, settings); });
    isReady.get();
}

RunningGateway::~RunningGateway()
{
    loop_->stop();
    thread_.join();
}

void RunningGateway::work(std::promise<void>& ready, dbus::ServiceSettings settings)
{
    base::EventLoop loop;
    World world(loop, settings);
    loop_ = &loop;
    world_ = &world;
    ready.set_value();
    loop.run();
}

Finished RunningGateway::ctl(const std::vector<std::string>& arguments,
                             const std::string& input) const
{
    std::vector<std::string> command{CAUSEWAYCTL};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, input, {{"CAUSEWAY_BUS", bus_.address()}});
}

nlohmann::json RunningGateway::json(std::vector<std::string> arguments) const
{
    arguments.insert(arguments.begin(), "--json");
    const auto finished = ctl(arguments);
    BOOST_REQUIRE_MESSAGE(finished.exitCode == 0, finished.errors);
    return nlohmann::json::parse(finished.output);
}

Finished RunningGateway::busctl(const std::vector<std::string>& arguments) const
{
    std::vector<std::string> command{"busctl", "--address=" + bus_.address()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command);
}

} // namespace causeway::tests
