// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/api/device_account.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// Small texts that one device keeps over restarts: "/1/0/1" -> "3600", attributes, its firmware's
/// state, its position. lwm2m and agent choose the keys; the store does not read them.
using ClientState = std::map<std::string, std::string>;

/// All that the gateway is told to do, as it was when the daemon last stopped.
struct InventorySnapshot
{
    std::vector<LineSettings> lines;
    std::vector<ServerSettings> servers;
    std::vector<DeviceSettings> devices;
    std::map<std::string, ClientState> clientStates; ///< by device name
    /// By device name: instead of the accounts that its settings name.
    std::map<std::string, std::vector<DeviceAccount>> bootstrapped;
};

/// The non-secret half of the store; implemented by store::SealedStore. Called on the main thread;
/// callbacks come there later, after the commit is on disk. Fails with StorageFailed.
class Inventory
{
public:
    virtual ~Inventory() = default;

    using LoadDone = base::UniqueFunction<void(base::Expected<InventorySnapshot>)>;
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    virtual void load(LoadDone done) = 0;

    /// Insert or replace by name.
    virtual void putLine(const LineSettings& line, Done done) = 0;
    virtual void putServer(const ServerSettings& server, Done done) = 0;
    /// With other servers than before it also forgets what was bootstrapped: the operator spoke
    /// last.
    virtual void putDevice(const DeviceSettings& device, Done done) = 0;

    virtual void removeLine(const std::string& name, Done done) = 0;
    virtual void removeServer(const std::string& name, Done done) = 0;
    /// Takes the device's credentials and client state with it, in the same transaction.
    virtual void removeDevice(const std::string& name, Done done) = 0;

    /// Keys with an empty value are removed; the rest replaces what was there.
    virtual void
    keepClientState(const std::string& device, const ClientState& changes, Done done) = 0;
};

} // namespace causeway::api
