// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_device.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/base/bytes.hpp"

namespace causeway::tests {

using bridges::ble::Advertisement;
using org::bluez::Device1_adaptor;

namespace {

/// DISCONNECT_TIMER in src/device.c of 5.66.
constexpr std::chrono::seconds closingTime{2};

template <typename Key>
std::map<Key, sdbus::Variant> toVariants(const std::vector<std::pair<Key, base::Bytes>>& parts)
{
    std::map<Key, sdbus::Variant> variants;
    for (const auto& [key, octets] : parts)
        variants.emplace(key, sdbus::Variant(octets));
    return variants;
}

} // namespace

SimulatedDevice::SimulatedDevice(const Site& site,
                                 const std::string& path,
                                 std::string address,
                                 SimulatedPeripheral& peripheral)
    : AdaptorInterfaces(site.connection, sdbus::ObjectPath{path})
    , site_(site)
    , path_(path)
    , address_(std::move(address))
    , peripheral_(peripheral)
    , closing_(site.scheduler, [this] { dropConnection(); })
{
    registerAdaptor();
}

SimulatedDevice::~SimulatedDevice()
{
    peripheral_.isConnected = false;
    battery_.reset();
    gatt_.reset();
    tellGone(*this);
    unregisterAdaptor();
}

void SimulatedDevice::advertise(const Advertisement& advertisement, bool tellsDuplicates)
{
    const bool isSame = advertisement.manufacturerData == newest_.manufacturerData &&
                        advertisement.serviceData == newest_.serviceData;
    newest_ = advertisement;
    if (!std::exchange(isKnown_, true))
        return emitInterfacesAddedSignal();
    std::vector<std::string> changed;
    if (advertisement.rssi)
        changed.emplace_back("RSSI");
    if (!isSame || tellsDuplicates)
        changed.insert(changed.end(), {"ManufacturerData", "ServiceData"});
    tellChanged(*this, Device1_adaptor::INTERFACE_NAME, changed);
}

/// name2utf8() in src/eir.c of 5.66: what is no UTF-8 is taken for ASCII, with spaces for the rest.
/// A later bluetoothd cuts the name there.
std::string SimulatedDevice::Name()
{
    std::string name = newest_.name;
    if (base::isValidUtf8(name))
        return name;
    std::ranges::replace_if(
        name, [](char letter) { return (static_cast<unsigned char>(letter) & 0x80U) != 0; }, ' ');
    name.erase(name.find_last_not_of(' ') + 1);
    return name.substr(std::min(name.find_first_not_of(' '), name.size()));
}

void SimulatedDevice::Connect(sdbus::Result<>&& result)
{
    if (!peripheral_.isReachable)
        return result.returnError(
            sdbus::Error(bus::ErrorName("org.bluez.Error.Failed"), "le-connection-abort-by-local"));
    // Success also while it is being closed, which goes on.
    if (std::exchange(peripheral_.isConnected, true))
        return result.returnResults();
    if (!gatt_)
        gatt_ = std::make_unique<SimulatedGatt>(site_.connection, path_, peripheral_);
    tellConnection();
    for (const GattValue& value : peripheral_.values) {
        if (value.service == batteryService)
            battery_ = std::make_unique<SimulatedBattery>(site_.connection, path_, value);
    }
    connect_ = std::move(result);
    if (!peripheral_.connectsLate)
        endConnect();
}

void SimulatedDevice::endConnect()
{
    if (const auto result = std::exchange(connect_, std::nullopt))
        result->returnResults();
}

/// Those of the advertisements, and once connected all.
std::vector<std::string> SimulatedDevice::UUIDs()
{
    auto services = newest_.services;
    for (const GattValue& value : peripheral_.values) {
        if (gatt_)
            services.push_back(value.service);
    }
    return services;
}

void SimulatedDevice::onChanged(const std::string& uuid)
{
    if (auto* characteristic = gatt_ ? gatt_->find(uuid) : nullptr)
        characteristic->onChanged();
    if (battery_)
        battery_->onChanged();
}

void SimulatedDevice::closeSocket(const std::string& uuid)
{
    if (auto* characteristic = gatt_ ? gatt_->find(uuid) : nullptr)
        characteristic->closeSocket();
}

/// As 5.66 does: the connection lasts a while longer, and then who asked is answered.
void SimulatedDevice::Disconnect(sdbus::Result<>&& result)
{
    disconnects_.push_back(std::move(result));
    endBond(false);
    if (!closing_.isRunning())
        closing_.start(peripheral_.isConnected ? closingTime : std::chrono::seconds(0));
}

void SimulatedDevice::Pair(sdbus::Result<>&& result)
{
    ++peripheral_.bondsAsked;
    if (peripheral_.isBonded)
        return result.returnError(
            sdbus::Error(bus::ErrorName("org.bluez.Error.AlreadyExists"), "Already Exists"));
    bond_ = std::move(result);
    endConnect();
    if (!peripheral_.passkey)
        return endBond(true);
    question_ = site_.agents.ask(path_, [this](std::optional<std::uint32_t> passkey) {
        endBond(passkey == peripheral_.passkey);
    });
    if (!question_)
        endBond(false);
}

void SimulatedDevice::endBond(bool isAccepted)
{
    if (!bond_)
        return;
    const auto result = *std::exchange(bond_, std::nullopt);
    if (!isAccepted)
        return result.returnError(sdbus::Error(
            bus::ErrorName("org.bluez.Error.AuthenticationFailed"), "Authentication Failed"));
    peripheral_.isBonded = true;
    ++peripheral_.bondsMade;
    tellChanged(*this, Device1_adaptor::INTERFACE_NAME, {"Paired"});
    result.returnResults();
}

/// As 5.66 does: what the services had stays on the bus.
void SimulatedDevice::dropConnection()
{
    closing_.stop();
    battery_.reset();
    if (gatt_)
        gatt_->closeSockets();
    if (std::exchange(peripheral_.isConnected, false))
        tellConnection();
    for (const auto& result : std::exchange(disconnects_, {}))
        result.returnResults();
    if (auto left = std::exchange(left_, nullptr))
        site_.scheduler.post(std::move(left)); // it destroys this
}

void SimulatedDevice::leave(std::function<void()> done)
{
    left_ = std::move(done);
    if (!closing_.isRunning())
        closing_.start(peripheral_.isConnected ? closingTime : std::chrono::seconds(0));
}

void SimulatedDevice::tellConnection()
{
    tellChanged(*this, Device1_adaptor::INTERFACE_NAME, {"UUIDs", "Connected", "ServicesResolved"});
}

std::map<std::uint16_t, sdbus::Variant> SimulatedDevice::ManufacturerData()
{
    return toVariants(newest_.manufacturerData);
}

std::map<std::string, sdbus::Variant> SimulatedDevice::ServiceData()
{
    return toVariants(newest_.serviceData);
}

} // namespace causeway::tests
