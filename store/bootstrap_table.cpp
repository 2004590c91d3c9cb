// SPDX-License-Identifier: Apache-2.0
#include "store/bootstrap_table.hpp"

#include <fmt/format.h>

#include "store/server_table.hpp"

namespace causeway::store {

namespace {

// Behind serverColumns.
constexpr int deviceColumn = 30;
constexpr int securityInstanceColumn = 31;
constexpr int serverInstanceColumn = 32;

std::string select(const char* which)
{
    return fmt::format("SELECT {}, owner, security_instance, server_instance FROM server "
                       "JOIN (SELECT device AS owner, server, security_instance, server_instance "
                       "FROM bootstrapped_account) ON server = name {} "
                       "ORDER BY owner, security_instance",
                       serverColumns,
                       which);
}

api::DeviceAccount readAccount(const Row& row)
{
    return {readServer(row),
            row.number<std::uint16_t>(securityInstanceColumn),
            row.number<std::uint16_t>(serverInstanceColumn)};
}

} // namespace

BootstrapTable::BootstrapTable(Database& database)
    : all_(database, select(""))
    , of_(database, select("WHERE owner = ?"))
    , clear_(database, "DELETE FROM bootstrapped_account WHERE device = ?")
    , own_(database, "SELECT name FROM server WHERE device = ?")
    , removeOwn_(database, "DELETE FROM server WHERE name = ? AND device = ?")
    , add_(database,
           "INSERT INTO bootstrapped_account (device, server, security_instance, server_instance) "
           "VALUES (?, ?, ?, ?)")
{}

std::map<std::string, std::vector<api::DeviceAccount>> BootstrapTable::all()
{
    std::map<std::string, std::vector<api::DeviceAccount>> accounts;
    all_.each(
        [&](const Row& row) { accounts[row.text(deviceColumn)].push_back(readAccount(row)); });
    return accounts;
}

std::vector<api::DeviceAccount> BootstrapTable::of(const std::string& device)
{
    std::vector<api::DeviceAccount> accounts;
    of_.each([&](const Row& row) { accounts.push_back(readAccount(row)); }, device);
    return accounts;
}

bool BootstrapTable::clear(const std::string& device, const std::set<std::string>& but)
{
    const bool wasThere = clear_.run(device) > 0;
    std::vector<std::string> gone;
    own_.each(
        [&](const Row& row) {
            if (!but.contains(row.text(0)))
                gone.push_back(row.text(0));
        },
        device);
    for (const auto& name : gone)
        removeOwn_.run(name, device);
    return wasThere;
}

void BootstrapTable::add(const std::string& device, const api::DeviceAccount& account)
{
    add_.run(device, account.settings.name, account.securityInstance, account.serverInstance);
}

} // namespace causeway::store
