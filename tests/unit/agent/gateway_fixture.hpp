// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/gateway.hpp"
#include "agent/updates/firmware_depot.hpp"
#include "bridges/ble/central.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_field_keys.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/temporary_directory.hpp"

namespace causeway::tests {

/// A gateway on a real loop with a store in memory and servers that the test plays. Its one line is
/// a serial port that does not exist, so its devices are attached but never answer.
class GatewayFixture : public api::GatewayListener
{
public:
    GatewayFixture()
        : definitions(model::builtInDefinitions())
        , profiles({CAUSEWAY_PROFILES, operators.path()}, definitions)
    {
        startGateway();
    }

    void startGateway()
    {
        gateway.emplace(agent::GatewayServices{loop,
                                               transport,
                                               store,
                                               store,
                                               store,
                                               store,
                                               fieldKeys,
                                               buses,
                                               bluetooth,
                                               profiles,
                                               definitions,
                                               firmware,
                                               [] {},
                                               nullptr,
                                               machine},
                        rules);
        gateway->setListener(this);
    }

    /// Runs the loop until `condition` holds; fails the test when it never does.
    template <typename Condition>
    void until(Condition condition)
    {
        for (int round = 0; round < 1000 && !condition(); ++round)
            loop.runOnce(std::chrono::milliseconds(10));
        BOOST_REQUIRE(condition());
    }

    /// Calls a method of GatewayControl and waits for its answer; empty when it succeeded.
    template <typename Call>
    std::string ask(Call call)
    {
        std::optional<std::string> heard;
        call([&heard](const base::Expected<void>& result) {
            heard = result ? std::string() : result.error().message;
        });
        BOOST_TEST(!heard.has_value()); // no answer from inside the call
        until([&] { return heard.has_value(); });
        return *heard;
    }

    std::string add(const api::LineSettings& line)
    {
        return ask([&](auto done) { gateway->addLine(line, std::move(done)); });
    }

    std::string add(const api::ServerSettings& server)
    {
        return ask([&](auto done) { gateway->addServer(server, std::move(done)); });
    }

    std::string attach(const api::DeviceSettings& device)
    {
        return ask([&](auto done) { gateway->attachDevice(device, std::move(done)); });
    }

    std::string change(const api::DeviceSettings& device)
    {
        return ask([&](auto done) { gateway->changeDevice(device, std::move(done)); });
    }

    std::string detach(const std::string& name)
    {
        return ask([&](auto done) { gateway->detachDevice(name, std::move(done)); });
    }

    static api::LineSettings line(std::string name = "rtu-0")
    {
        api::LineSettings settings;
        settings.serialPort = "/nonexistent/" + name;
        settings.name = std::move(name);
        return settings;
    }

    static api::ServerSettings server(std::string name = "main", std::uint16_t shortServerId = 1)
    {
        api::ServerSettings settings;
        settings.name = std::move(name);
        settings.uri = "coaps://127.0.0.1";
        settings.shortServerId = shortServerId;
        return settings;
    }

    static api::DeviceSettings device(std::string name = "meter-1", std::uint8_t unitId = 1)
    {
        api::DeviceSettings settings;
        settings.name = std::move(name);
        settings.profile = "eastron-sdm120";
        settings.line = "rtu-0";
        settings.unitId = unitId;
        settings.servers = {"main"};
        return settings;
    }

    void onGatewayChanged() override { told.emplace_back("gateway"); }

    void onLineAdded(const std::string& name) override
    {
        told.push_back("+line " + name);
        if (isBroken)
            throw std::logic_error("the listener is broken");
    }

    void onLineChanged(const std::string&) override {} // lines report whenever their counters move

    void onLineRemoved(const std::string& name) override { told.push_back("-line " + name); }

    void onServerAdded(const std::string& name) override { told.push_back("+server " + name); }

    void onServerChanged(const std::string& name) override { told.push_back("server " + name); }

    void onServerRemoved(const std::string& name) override { told.push_back("-server " + name); }

    void onDeviceAdded(const std::string& name) override { told.push_back("+device " + name); }

    void onDeviceChanged(const std::string&) override {} // with every state of every registration

    void onDeviceRemoved(const std::string& name) override { told.push_back("-device " + name); }

    void onSamples(const std::string&, const std::vector<model::Sample>&) override {}

    base::EventLoop loop;
    model::Definitions definitions;
    fakes::TemporaryDirectory operators; ///< their profiles, above ours
    bridges::ProfileLibrary profiles;
    fakes::MemoryStore store{loop};
    fakes::MemoryFieldKeys fieldKeys{loop};
    fakes::FakeTransport transport;
    bridges::FieldBuses buses{loop};
    fakes::TemporaryDirectory packages;
    agent::FirmwareDepot firmware{loop, packages.path(), buses};
    bridges::ble::Central bluetooth{loop, "unix:path=/nonexistent/bus"};
    agent::MachineServices machine;
    agent::GatewayRules rules{false, base::Duration::zero(), std::chrono::milliseconds(1), {}};
    bool isBroken = false; ///< what is told of a new line meets a fault of the program
    std::vector<std::string> told;
    std::optional<agent::Gateway> gateway;
};

} // namespace causeway::tests
