// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_gatt.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

namespace causeway::tests {

using org::bluez::GattCharacteristic1_adaptor;

namespace {

sdbus::Error refusal(const char* name, const char* text)
{
    return sdbus::Error(bus::ErrorName(name), text);
}

} // namespace

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
    if (socket_.isOpen())
        ::send(socket_.get(), value_.octets.data(), value_.octets.size(), MSG_NOSIGNAL);
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
                                         const std::map<std::string, sdbus::Variant>& options)
{
    // As characteristic_write_value (src/gatt-client.c of 5.66): each kind only where it belongs.
    const auto type = options.find("type");
    const bool isCommand = type != options.end() && type->second.get<std::string>() == "command";
    require(isCommand ? "write-without-response" : "write");
    value_.octets = value;
}

void SimulatedCharacteristic::StartNotify()
{
    if (value_.isTaken || socket_.isOpen())
        throw refusal("org.bluez.Error.NotPermitted", "Notify acquired");
    const bool indicates = std::ranges::find(value_.flags, "indicate") != value_.flags.end();
    require(indicates ? "indicate" : "notify");
    // As 5.66 has it: what a client asked for outlives the connection, and may be asked for again.
    isNotifying_ = true;
}

/// As in 5.66 anybody may end anybody's socket.
void SimulatedCharacteristic::StopNotify()
{
    if (!std::exchange(isNotifying_, false) && !socket_.isOpen())
        throw refusal("org.bluez.Error.Failed", "No notify session started");
    closeSocket();
}

void SimulatedCharacteristic::requireSocket()
{
    if (!peripheral_.isConnected)
        throw refusal("org.bluez.Error.Failed", "Not connected");
    if (value_.isTaken || socket_.isOpen())
        throw refusal("org.bluez.Error.NotPermitted", "Notify acquired");
    if (isNotifying_)
        throw refusal("org.bluez.Error.InProgress", "In Progress");
    value_.socketsDenied += value_.hasNoSockets ? 1 : 0;
    if (value_.hasNoSockets || std::ranges::find(value_.flags, "notify") == value_.flags.end())
        throw refusal("org.bluez.Error.NotSupported", "Operation is not supported");
}

/// As 5.66 does: who is refused by the peripheral waits for ever.
void SimulatedCharacteristic::AcquireNotify(sdbus::Result<sdbus::UnixFd, std::uint16_t>&& result,
                                            std::map<std::string, sdbus::Variant>)
{
    requireSocket();
    if (value_.refusesSocket) {
        ++value_.socketsSpoilt;
        return spoilt_.push_back(std::move(result));
    }
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("no socket pair");
    socket_.reset(ends[0]);
    ++value_.socketsGiven;
    result.returnResults(sdbus::UnixFd(ends[1], sdbus::adopt_fd), 517);
    emitPropertiesChangedSignal(bus::InterfaceName{GattCharacteristic1_adaptor::INTERFACE_NAME},
                                {bus::PropertyName{"NotifyAcquired"}});
}

void SimulatedCharacteristic::closeSocket()
{
    socket_.reset();
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

void SimulatedGatt::closeSockets()
{
    for (const auto& characteristic : characteristics_)
        characteristic->closeSocket();
}

} // namespace causeway::tests
