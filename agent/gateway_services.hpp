// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/credential_store.hpp"
#include "agent/api/field_key_store.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/key_store.hpp"
#include "agent/api/transport.hpp"
#include "agent/api/web.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/machine_side.hpp"
#include "agent/model/definition.hpp"

namespace causeway::bridges {
class FieldBuses;
class ProfileLibrary;
} // namespace causeway::bridges

namespace causeway::bridges::ble {
class Central;
} // namespace causeway::bridges::ble

namespace causeway::agent {

class FirmwareDepot;
struct EnrolledAccount;

/// What the gateway is built on; all of it outlives it.
struct GatewayServices
{
    base::Scheduler& scheduler;
    api::Transport& transport;
    api::Inventory& inventory;
    api::CredentialStore& credentials;
    api::BootstrapStore& bootstraps;
    api::KeyStore& keyStore;
    api::FieldKeyStore& fieldKeys;
    bridges::FieldBuses& fieldBuses;
    bridges::ble::Central& bluetooth;
    bridges::ProfileLibrary& profiles;
    const model::Definitions& definitions;
    FirmwareDepot& firmware;
    /// Called after each change of one, or of accounts.
    std::function<void()> credentialChanged = [] {
    };
    api::WebFetcher* web = nullptr; ///< none: neither http nor https is spoken
    MachineServices machine{};      ///< what the gateway tells when it is a client
};

struct GatewayRules
{
    bool allowsNoSec = false;
    base::Duration startSpread{0};
    base::Duration deregisterLimit = std::chrono::seconds(5);
    std::vector<model::Id> addedObjects; ///< that every device has besides its profile's
    std::string rootPath{};              ///< of every device's Objects (lwm2m::ClientSettings)
    std::vector<std::string> registerAttributes{}; ///< of every device, likewise
    bool trustsRepositories = false; ///< by https, those that the trust store vouches for
    std::string cardDevice{};        ///< whose accounts a smartcard may have; empty: nobody's
    MachinePlace host{};             ///< what the gateway is when it is a client of its own
};

} // namespace causeway::agent
