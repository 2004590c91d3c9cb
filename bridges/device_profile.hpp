// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/firmware.hpp"
#include "bridges/ble/format.hpp"
#include "bridges/modbus/point.hpp"
#include "bridges/modbus/unit_opening.hpp"

namespace causeway::bridges {

/// The link between one LwM2M Resource and one place in a legacy device.
struct ResourceMapping
{
    api::MappedResource resource;
    std::optional<modbus::Point> point; ///< none for a constant, and at a Bluetooth device
    std::optional<ble::Source> source;  ///< at a Bluetooth device, none for a constant
};

/// DeviceProfile::bridge of the gateway itself, which needs none.
inline constexpr const char* gatewayBridge = "gateway";

/// Everything we know of one device model; shared by all its devices, never changed once read.
struct DeviceProfile
{
    std::string name;   ///< eastron-sdm120: the file's name without .toml
    std::string title;  ///< Eastron SDM120 single-phase energy meter
    std::string bridge; ///< "modbus", "ble" or "gateway"
    std::string file;
    std::size_t fingerprint = 0; ///< of all that the file and those it extends say
    std::string manufacturer;
    std::string model;
    std::vector<std::string> sources; ///< where the register map comes from
    modbus::UnitLimits limits;
    modbus::OpeningSteps opening;
    std::vector<modbus::KeepAlive> keepAlives;
    ble::AdvertisementFormat advertisement; ///< bridge "ble", of a device that only tells
    std::optional<ble::GattFormat> gatt;    ///< bridge "ble", of a device that is connected
    std::chrono::seconds gatewayPeriod{10}; ///< how often the gateway itself is looked at
    api::FirmwareMethod firmware;
    std::vector<api::SoftwareMethod> software; ///< the instances of Object 9
    std::vector<ResourceMapping> mappings;     ///< ascending by path
};

} // namespace causeway::bridges
