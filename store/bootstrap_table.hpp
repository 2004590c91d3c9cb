// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/api/device_account.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The table bootstrapped_account, and the rows of the table server that belong to one device.
/// Throws SqliteError; the caller has the transaction.
class BootstrapTable
{
public:
    explicit BootstrapTable(Database& database);

    /// By device; each in the order of Object 0.
    [[nodiscard]] std::map<std::string, std::vector<api::DeviceAccount>> all();

    [[nodiscard]] std::vector<api::DeviceAccount> of(const std::string& device);

    /// The accounts go, and with them the device's own servers and their credentials, but for the
    /// servers named in `but`. Says whether there was anything.
    bool clear(const std::string& device, const std::set<std::string>& but);

    /// The server is there.
    void add(const std::string& device, const api::DeviceAccount& account);

private:
    Statement all_;
    Statement of_;
    Statement clear_;
    Statement own_;
    Statement removeOwn_;
    Statement add_;
};

} // namespace causeway::store
