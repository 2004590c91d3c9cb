// SPDX-License-Identifier: Apache-2.0
#include "store/field_key_table.hpp"

namespace causeway::store {

FieldKeyTable::FieldKeyTable(Database& database)
    : find_(database, "SELECT kek, wrapped_key FROM field_key WHERE device = ?")
    , put_(database,
           "INSERT INTO field_key (device, kek, wrapped_key) VALUES (?, ?, ?) "
           "ON CONFLICT (device) DO UPDATE SET kek = excluded.kek, "
           "wrapped_key = excluded.wrapped_key")
    , remove_(database, "DELETE FROM field_key WHERE device = ?")
    , clear_(database, "DELETE FROM field_key")
    , devices_(database, "SELECT device FROM field_key")
{}

std::optional<FieldKeyRow> FieldKeyTable::find(const std::string& device)
{
    std::optional<FieldKeyRow> found;
    find_.each([&](const Row& row) { found = FieldKeyRow{row.integer(0), row.octets(1)}; }, device);
    return found;
}

void FieldKeyTable::put(const std::string& device, const FieldKeyRow& row)
{
    put_.run(device, row.kekId, row.wrappedKey);
}

void FieldKeyTable::remove(const std::string& device)
{
    remove_.run(device);
}

void FieldKeyTable::clear()
{
    clear_.run();
}

std::vector<std::string> FieldKeyTable::devices()
{
    std::vector<std::string> devices;
    devices_.each([&](const Row& row) { devices.push_back(row.text(0)); });
    return devices;
}

} // namespace causeway::store
