// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/line_tools.hpp"
#include "agent/api/registration_status.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"

/// What the gateway tells of its parts.
namespace causeway::api {

struct DeviceStatus
{
    enum class Field : std::uint8_t {
        Unknown, ///< nothing heard yet
        Available,
        Unavailable,
        Disabled,
        Faulty, ///< cannot run: profile gone, line gone; lastError says which
    };

    DeviceSettings settings;
    std::string endpointName; ///< the one in use
    Field field = Field::Unknown;
    std::string lastError;
    std::optional<base::WallTime> lastErrorAt;
    std::vector<RegistrationStatus> registrations;
    Counters counters;
};

struct LineStatus
{
    LineSettings settings;
    bool isUp = false;
    std::string lastError;
    std::vector<std::string> devices;
    Counters counters;
    bool isPaused = false;
    ScanStatus scan;
    std::map<std::uint8_t, UnitStatistics> units;
};

struct ServerStatus
{
    ServerSettings settings;
    std::vector<std::string> devices;
    std::uint32_t registered = 0;
};

struct ProfileSummary
{
    std::string name;   ///< eastron-sdm120
    std::string title;  ///< Eastron SDM120 single-phase energy meter
    std::string bridge; ///< "modbus", "ble" or "gateway"
    std::string file;
    std::string error; ///< file:line: why it cannot be used; empty when it can
};

struct ProfileDescription
{
    ProfileSummary summary;
    std::vector<MappedResource> resources;
};

/// How Bluetooth devices are listened for.
struct BluetoothState
{
    std::string listening; ///< "passive", "active", "unused" or "unavailable"
    std::string reason;    ///< why it is unavailable
};

/// A Bluetooth device that was heard in a scan.
struct BluetoothSighting
{
    std::string address;
    std::string name; ///< what it calls itself; anybody may call himself so
    std::optional<std::int16_t> rssi;
    std::string profile;                     ///< that fits what it sends; empty when none does
    std::string device;                      ///< that it is attached as; empty when it is not
    std::map<std::string, base::Bytes> data; ///< by "company 0x0499" or "service 0000fcd2-…"
};

} // namespace causeway::api
