// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "agent/api/settings.hpp"
#include "tests/store/store_fixture.hpp"

/// What the databases in tests/data hold: no field at its default.
namespace causeway::tests {

inline api::LineSettings releasedLine()
{
    api::LineSettings line;
    line.name = "rtu-0";
    line.serialPort = "/dev/causeway/FT123";
    line.baudRate = 19200;
    line.parity = api::LineSettings::Parity::Even;
    line.stopBits = 2;
    line.host = "192.0.2.7";
    line.port = 5020;
    line.responseTimeout = std::chrono::milliseconds(750);
    line.extraSilence = std::chrono::milliseconds(2);
    return line;
}

inline api::ServerSettings releasedServer()
{
    api::ServerSettings server;
    server.name = "leshan";
    server.uri = "coaps://server.example:5684";
    server.shortServerId = 123;
    server.lifetime = std::chrono::seconds(300);
    server.defaultPmin = std::chrono::seconds(1);
    server.defaultPmax = std::chrono::seconds(60);
    server.disableTimeout = std::chrono::seconds(600);
    server.storesNotifications = false;
    server.notifiesConfirmable = true;
    server.lwm2mVersion = "1.0";
    server.queueMode = true;
    server.allowsCbcWithoutEtm = true;
    server.retryCount = 3;
    server.retryTimer = std::chrono::seconds(30);
    server.sequenceDelay = std::chrono::seconds(900);
    server.sequenceRetryCount = 2;
    return server;
}

inline api::DeviceSettings releasedDevice()
{
    api::DeviceSettings device;
    device.name = "meter-1";
    device.endpointName = "urn:dev:ops:32473-meter-1";
    device.profile = "eastron-sdm120";
    device.line = "rtu-0";
    device.unitId = 7;
    device.servers = {"leshan"};
    device.isEnabled = false;
    device.allowsServerWrites = true;
    device.pollPeriod = std::chrono::milliseconds(1500);
    return device;
}

inline const api::ClientState releasedState{{"/1/0/1", "300"}, {"location", "/rd/a1"}};
inline const api::CredentialId releasedCredential{"meter-1", "leshan"};
inline constexpr std::uint32_t releasedKeySeed = 20261121;

inline store::StoreSettings releasedSettings(const std::filesystem::path& directory)
{
    store::StoreSettings settings;
    settings.directory = directory;
    settings.softwareKekFile = directory / "kek";
    return settings;
}

inline void fillReleasedDatabase(const std::filesystem::path& directory)
{
    const auto must = [](const auto& result) {
        if (!result)
            throw std::runtime_error(result.error().message);
    };
    WaitingStore store(releasedSettings(directory));
    must(store.putLine(releasedLine()));
    must(store.putServer(releasedServer()));
    must(store.putDevice(releasedDevice()));
    must(store.keep(releasedCredential, "meter-1-identity", goodKey(releasedKeySeed)));
    must(await<void>(store.loop(), [&](auto done) {
        store.store().keepClientState("meter-1", releasedState, std::move(done));
    }));
}

} // namespace causeway::tests
