// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/inventory.hpp"
#include "agent/base/expected.hpp"
#include "store/bootstrap_table.hpp"
#include "store/device_table.hpp"
#include "store/line_table.hpp"
#include "store/server_table.hpp"

namespace causeway::store {

/// api::Inventory's work, done at once on the worker: each change is one transaction. Throws
/// SqliteError.
class StoredInventory
{
public:
    explicit StoredInventory(Database& database);

    [[nodiscard]] base::Expected<api::InventorySnapshot> load();

    base::Expected<void> putLine(const api::LineSettings& line);
    /// NotFound when its line or a server is not there. Vault keeps it, for what goes with it.
    [[nodiscard]] base::Expected<void> checkDevice(const api::DeviceSettings& device);

    base::Expected<void> removeLine(const std::string& name);

    base::Expected<void> keepClientState(const std::string& device,
                                         const api::ClientState& changes);

private:
    Database& database_;
    LineTable lines_;
    ServerTable servers_;
    DeviceTable devices_;
    BootstrapTable bootstraps_;
};

} // namespace causeway::store
