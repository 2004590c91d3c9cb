// SPDX-License-Identifier: Apache-2.0
#include "store/stored_inventory.hpp"

#include <fmt/format.h>

namespace causeway::store {

namespace {

tl::unexpected<base::Error> notFound(std::string_view what, const std::string& name)
{
    return base::fail(base::ErrorKind::NotFound, fmt::format("there is no {} {}", what, name));
}

} // namespace

StoredInventory::StoredInventory(Database& database)
    : database_(database)
    , lines_(database)
    , servers_(database)
    , devices_(database)
    , bootstraps_(database)
{}

base::Expected<api::InventorySnapshot> StoredInventory::load()
{
    return api::InventorySnapshot{
        lines_.all(), servers_.all(), devices_.all(), devices_.clientStates(), bootstraps_.all()};
}

base::Expected<void> StoredInventory::putLine(const api::LineSettings& line)
{
    Transaction transaction(database_);
    lines_.put(line);
    transaction.commit();
    return {};
}

base::Expected<void> StoredInventory::removeLine(const std::string& name)
{
    Transaction transaction(database_);
    auto removed = lines_.remove(name);
    if (removed)
        transaction.commit();
    return removed;
}

base::Expected<void> StoredInventory::keepClientState(const std::string& device,
                                                      const api::ClientState& changes)
{
    Transaction transaction(database_);
    if (!devices_.endpointName(device))
        return notFound("device", device);
    devices_.keepClientState(device, changes);
    transaction.commit();
    return {};
}

base::Expected<void> StoredInventory::checkDevice(const api::DeviceSettings& device)
{
    if (!device.line.empty() && !lines_.has(device.line))
        return notFound("line", device.line);
    for (const std::string& server : device.servers) {
        if (!servers_.has(server))
            return notFound("server", server);
    }
    return {};
}

} // namespace causeway::store
