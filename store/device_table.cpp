// SPDX-License-Identifier: Apache-2.0
#include "store/device_table.hpp"

#include "store/parity_words.hpp"

namespace causeway::store {

namespace {

using api::DeviceSettings;

DeviceSettings read(const Row& row)
{
    DeviceSettings device;
    device.name = row.text(0);
    device.endpointName = row.text(1);
    device.profile = row.text(2);
    device.line = row.text(3);
    device.unitId = row.number<std::uint8_t>(4);
    device.isEnabled = row.boolean(5);
    device.allowsServerWrites = row.boolean(6);
    if (const auto period = row.integerOrNull(7))
        device.pollPeriod = std::chrono::milliseconds(*period);
    device.bleAddress = row.text(8);
    if (const auto baudRate = row.integerOrNull(9))
        device.serial.baudRate = static_cast<std::uint32_t>(*baudRate);
    if (const std::string parity = row.text(10); !parity.empty())
        device.serial.parity = valueOf(parities, parity);
    if (const auto stopBits = row.integerOrNull(11))
        device.serial.stopBits = static_cast<std::uint8_t>(*stopBits);
    device.position = row.text(12);
    return device;
}

/// A device on no line has NULL there: an empty name would break the foreign key.
std::optional<std::string_view> lineOrNull(const std::string& line)
{
    return line.empty() ? std::nullopt : std::optional<std::string_view>(line);
}

std::optional<std::string_view> wordOrNull(const std::optional<api::LineSettings::Parity>& parity)
{
    return parity ? std::optional(wordOf(parities, *parity)) : std::nullopt;
}

std::optional<std::int64_t> countOrNull(const std::optional<std::chrono::milliseconds>& duration)
{
    return duration ? std::optional<std::int64_t>(duration->count()) : std::nullopt;
}

} // namespace

DeviceTable::DeviceTable(Database& database)
    : all_(database,
           "SELECT name, endpoint_name, profile, line, unit_id, is_enabled, allows_server_writes, "
           "poll_period_ms, ble_address, baud_rate, parity, stop_bits, position "
           "FROM device ORDER BY name")
    , put_(database,
           "INSERT INTO device (name, endpoint_name, profile, line, unit_id, is_enabled, "
           "allows_server_writes, poll_period_ms, ble_address, baud_rate, parity, stop_bits, "
           "position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
           "ON CONFLICT (name) DO UPDATE SET endpoint_name = excluded.endpoint_name, "
           "profile = excluded.profile, line = excluded.line, unit_id = excluded.unit_id, "
           "is_enabled = excluded.is_enabled, "
           "allows_server_writes = excluded.allows_server_writes, "
           "poll_period_ms = excluded.poll_period_ms, ble_address = excluded.ble_address, "
           "baud_rate = excluded.baud_rate, parity = excluded.parity, "
           "stop_bits = excluded.stop_bits, position = excluded.position")
    , remove_(database, "DELETE FROM device WHERE name = ?")
    , endpointName_(database, "SELECT endpoint_name FROM device WHERE name = ?")
    , allServers_(database, "SELECT device, server FROM device_server ORDER BY device, position")
    , serversOf_(database, "SELECT server FROM device_server WHERE device = ? ORDER BY position")
    , addServer_(database, "INSERT INTO device_server (device, position, server) VALUES (?, ?, ?)")
    , clearServers_(database, "DELETE FROM device_server WHERE device = ?")
    , allStates_(database, "SELECT device, key, value FROM client_state")
    , oneState_(database, "SELECT value FROM client_state WHERE device = ? AND key = ?")
    , putState_(database,
                "INSERT INTO client_state (device, key, value) VALUES (?, ?, ?) "
                "ON CONFLICT (device, key) DO UPDATE SET value = excluded.value")
    , removeState_(database, "DELETE FROM client_state WHERE device = ? AND key = ?")
{}

std::vector<DeviceSettings> DeviceTable::all()
{
    std::vector<DeviceSettings> devices;
    all_.each([&](const Row& row) { devices.push_back(read(row)); });
    // Both lists are in the order of the device's name.
    auto device = devices.begin();
    allServers_.each([&](const Row& row) {
        const std::string name = row.text(0);
        while (device != devices.end() && device->name != name)
            ++device;
        if (device != devices.end())
            device->servers.push_back(row.text(1));
    });
    return devices;
}

void DeviceTable::put(const DeviceSettings& device)
{
    put_.run(device.name,
             device.endpointName,
             device.profile,
             lineOrNull(device.line),
             device.unitId,
             device.isEnabled,
             device.allowsServerWrites,
             countOrNull(device.pollPeriod),
             device.bleAddress,
             device.serial.baudRate,
             wordOrNull(device.serial.parity),
             device.serial.stopBits,
             device.position);
    clearServers_.run(device.name);
    std::int64_t position = 0;
    for (const std::string& server : device.servers)
        addServer_.run(device.name, position++, server);
}

void DeviceTable::remove(const std::string& name)
{
    remove_.run(name);
}

std::vector<std::string> DeviceTable::serversOf(const std::string& name)
{
    std::vector<std::string> servers;
    serversOf_.each([&](const Row& row) { servers.push_back(row.text(0)); }, name);
    return servers;
}

std::optional<std::string> DeviceTable::endpointName(const std::string& name)
{
    std::optional<std::string> found;
    endpointName_.each([&](const Row& row) { found = row.text(0); }, name);
    return found;
}

std::map<std::string, api::ClientState> DeviceTable::clientStates()
{
    std::map<std::string, api::ClientState> states;
    allStates_.each([&](const Row& row) { states[row.text(0)][row.text(1)] = row.text(2); });
    return states;
}

std::string DeviceTable::clientState(const std::string& device, const std::string& key)
{
    std::string value;
    oneState_.each([&](const Row& row) { value = row.text(0); }, device, key);
    return value;
}

void DeviceTable::keepClientState(const std::string& device, const api::ClientState& changes)
{
    for (const auto& [key, value] : changes) {
        if (value.empty())
            removeState_.run(device, key);
        else
            putState_.run(device, key, value);
    }
}

} // namespace causeway::store
