// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_gatt.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace causeway::tests {

using org::bluez::GattCharacteristic1_adaptor;

SimulatedService::SimulatedService(sdbus::IConnection& connection,
                                   const std::string& path,
                                   std::string uuid)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{path})
    , uuid_(std::move(uuid))
{
    registerAdaptor();
    emitInterfacesAddedSignal();
}

SimulatedService::~SimulatedService()
{
    tellGone(*this);
    unregisterAdaptor();
}

SimulatedCharacteristic::SimulatedCharacteristic(sdbus::IConnection& connection,
                                                 const std::string& path,
                                                 const SimulatedPeripheral& peripheral,
                                                 GattValue& value)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{path})
    , service_(path.substr(0, path.rfind('/')))
    , peripheral_(peripheral)
    , value_(value)
{
    registerAdaptor();
    emitInterfacesAddedSignal();
}

SimulatedCharacteristic::~SimulatedCharacteristic()
{
    tellGone(*this);
    unregisterAdaptor();
}

void SimulatedCharacteristic::onChanged()
{
    if (isNotifying_ && peripheral_.isConnected)
        emitPropertiesChangedSignal(bus::InterfaceName{GattCharacteristic1_adaptor::INTERFACE_NAME},
                                    {bus::PropertyName{"Value"}});
}

void SimulatedCharacteristic::require(const std::string& flag) const
{
    if (!peripheral_.isConnected)
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.Failed"), "Not connected");
    if (peripheral_.wantsBond && !peripheral_.isBonded)
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.NotPermitted"), "Not paired");
    if (std::ranges::find(value_.flags, flag) == value_.flags.end())
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.NotSupported"),
                           "Operation is not supported");
}

base::Bytes SimulatedCharacteristic::ReadValue(const std::map<std::string, sdbus::Variant>&)
{
    require("read");
    return value_.octets;
}

void SimulatedCharacteristic::WriteValue(const base::Bytes& value,
                                         const std::map<std::string, sdbus::Variant>&)
{
    require("write");
    value_.octets = value;
}

void SimulatedCharacteristic::StartNotify()
{
    require("notify");
    // As 5.66 has it: what a client asked for outlives the connection, and may be asked for again.
    isNotifying_ = true;
}

SimulatedBattery::SimulatedBattery(sdbus::IConnection& connection,
                                   const std::string& devicePath,
                                   const GattValue& value)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{devicePath})
    , value_(value)
{
    registerAdaptor();
    getObject().emitInterfacesAddedSignal(
        {bus::InterfaceName{org::bluez::Battery1_adaptor::INTERFACE_NAME}});
}

SimulatedBattery::~SimulatedBattery()
{
    try {
        getObject().emitInterfacesRemovedSignal(
            {bus::InterfaceName{org::bluez::Battery1_adaptor::INTERFACE_NAME}});
    } catch (const sdbus::Error&) {
        // The bus has gone first.
    }
    unregisterAdaptor();
}

void SimulatedBattery::onChanged()
{
    emitPropertiesChangedSignal(bus::InterfaceName{org::bluez::Battery1_adaptor::INTERFACE_NAME},
                                {bus::PropertyName{"Percentage"}});
}

SimulatedGatt::SimulatedGatt(sdbus::IConnection& connection,
                             const std::string& devicePath,
                             SimulatedPeripheral& peripheral)
{
    std::map<std::string, std::string> paths;
    for (GattValue& value : peripheral.values) {
        if (value.service == batteryService)
            continue;
        const std::size_t number = services_.size() + characteristics_.size();
        auto& path = paths[value.service];
        if (path.empty()) {
            path = fmt::format("{}/service{:04x}", devicePath, number);
            services_.push_back(
                std::make_unique<SimulatedService>(connection, path, value.service));
        }
        characteristics_.push_back(std::make_unique<SimulatedCharacteristic>(
            connection, fmt::format("{}/char{:04x}", path, number + 1), peripheral, value));
    }
}

SimulatedCharacteristic* SimulatedGatt::find(const std::string& uuid)
{
    const auto found = std::ranges::find_if(
        characteristics_, [&](const auto& one) { return one->value().uuid == uuid; });
    return found == characteristics_.end() ? nullptr : found->get();
}

} // namespace causeway::tests
