// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "agent/api/settings.hpp"

namespace causeway::api {

/// One account of one device, an operator's or a bootstrapped one, and where it stands in the
/// device's Security (0) and Server (1) Objects.
struct DeviceAccount
{
    ServerSettings settings;
    std::uint16_t securityInstance = 0;
    std::uint16_t serverInstance = 0; ///< without meaning for a Bootstrap-Server
};

/// Bootstrapped accounts are called DEVICE:SHORT-SERVER-ID or DEVICE:bootstrap. No operator's name
/// has a colon, so they never meet.
[[nodiscard]] inline bool isBootstrapped(const ServerSettings& settings)
{
    return settings.name.find(':') != std::string::npos;
}

/// The factory bootstrap: instances in the order of the accounts; a Bootstrap-Server has none in
/// Object 1.
[[nodiscard]] inline std::vector<DeviceAccount> factoryAccounts(std::vector<ServerSettings> servers)
{
    std::vector<DeviceAccount> accounts;
    accounts.reserve(servers.size());
    std::uint16_t securityInstance = 0;
    std::uint16_t serverInstance = 0;
    for (auto& server : servers) {
        const bool isBootstrap = server.isBootstrap;
        accounts.push_back({std::move(server),
                            securityInstance++,
                            isBootstrap ? std::uint16_t{0} : serverInstance++});
    }
    return accounts;
}

} // namespace causeway::api
