// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/inventory.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The tables device, device_server and client_state. Throws SqliteError; the caller has the
/// transaction.
class DeviceTable
{
public:
    explicit DeviceTable(Database& database);

    [[nodiscard]] std::vector<api::DeviceSettings> all();
    void put(const api::DeviceSettings& device);
    /// With its credentials and client state; one that is not there is removed already.
    void remove(const std::string& name);
    /// As put() got them.
    [[nodiscard]] std::vector<std::string> serversOf(const std::string& name);
    /// Its endpoint name; nothing when there is no such device.
    [[nodiscard]] std::optional<std::string> endpointName(const std::string& name);

    [[nodiscard]] std::map<std::string, api::ClientState> clientStates();
    void keepClientState(const std::string& device, const api::ClientState& changes);
    /// Empty when there is no such entry.
    [[nodiscard]] std::string clientState(const std::string& device, const std::string& key);

private:
    Statement all_;
    Statement put_;
    Statement remove_;
    Statement endpointName_;
    Statement allServers_;
    Statement serversOf_;
    Statement addServer_;
    Statement clearServers_;
    Statement allStates_;
    Statement oneState_;
    Statement putState_;
    Statement removeState_;
};

} // namespace causeway::store
