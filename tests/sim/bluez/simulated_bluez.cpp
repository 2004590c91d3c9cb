// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_bluez.hpp"

#include <algorithm>
#include <utility>

namespace causeway::tests {

using bridges::ble::Advertisement;
using org::bluez::Adapter1_adaptor;
using org::bluez::Device1_adaptor;

namespace {

const char* const adapterPath = "/org/bluez/hci0";
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

template <typename Adaptor>
void tell(Adaptor& object, const char* interface, const std::vector<std::string>& names)
{
    std::vector<bus::PropertyName> properties;
    std::ranges::transform(names, std::back_inserter(properties), [](const auto& name) {
        return bus::PropertyName(name);
    });
    object.emitPropertiesChangedSignal(bus::InterfaceName{interface}, properties);
}

} // namespace

class SimulatedBluez::Root final : public sdbus::AdaptorInterfaces<sdbus::ObjectManager_adaptor>
{
public:
    explicit Root(sdbus::IConnection& connection)
        : AdaptorInterfaces(connection, sdbus::ObjectPath{"/"})
    {
        registerAdaptor();
    }

    ~Root() { unregisterAdaptor(); }

    Root(const Root&) = delete;
    Root& operator=(const Root&) = delete;
};

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
    tell(*this, Device1_adaptor::INTERFACE_NAME, changed);
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
    tell(*this, Device1_adaptor::INTERFACE_NAME, {"Paired"});
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
}

void SimulatedDevice::tellConnection()
{
    tell(*this, Device1_adaptor::INTERFACE_NAME, {"UUIDs", "Connected", "ServicesResolved"});
}

std::map<std::uint16_t, sdbus::Variant> SimulatedDevice::ManufacturerData()
{
    return toVariants(newest_.manufacturerData);
}

std::map<std::string, sdbus::Variant> SimulatedDevice::ServiceData()
{
    return toVariants(newest_.serviceData);
}

SimulatedAdapter::SimulatedAdapter(sdbus::IConnection& connection, Remove remove)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{adapterPath})
    , remove_(std::move(remove))
{
    registerAdaptor();
    emitInterfacesAddedSignal();
}

SimulatedAdapter::~SimulatedAdapter()
{
    tellGone(*this);
    unregisterAdaptor();
}

void SimulatedAdapter::setPowered(bool isPowered)
{
    isPowered_ = isPowered;
    tell(*this, Adapter1_adaptor::INTERFACE_NAME, {"Powered"});
    if (!isPowered)
        setDiscovering(false);
}

void SimulatedAdapter::SetDiscoveryFilter(const std::map<std::string, sdbus::Variant>& filter)
{
    const auto duplicates = filter.find("DuplicateData");
    tellsDuplicates_ = duplicates != filter.end() && duplicates->second.get<bool>();
}

void SimulatedAdapter::StartDiscovery()
{
    if (!isPowered_)
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.NotReady"), "Resource Not Ready");
    const bool isBusy = refusals_ > 0 && refusals_-- > 0;
    const std::string client = bus::sender(getObject());
    if (isBusy || (isDiscovering_ && client == client_))
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.InProgress"),
                           "Operation already in progress");
    client_ = client;
    setDiscovering(true);
}

void SimulatedAdapter::StopDiscovery()
{
    setDiscovering(false);
}

void SimulatedAdapter::setDiscovering(bool isDiscovering)
{
    if (std::exchange(isDiscovering_, isDiscovering) != isDiscovering)
        tell(*this, Adapter1_adaptor::INTERFACE_NAME, {"Discovering"});
}

SimulatedBluez::SimulatedBluez(base::EventLoop& loop, const std::string& address)
    : loop_(loop)
    , bus_(loop, address, {})
    , root_(std::make_unique<Root>(bus_.connection()))
    , agents_(bus_.connection())
{
    addAdapter();
    bus_.requestName("org.bluez");
}

SimulatedBluez::~SimulatedBluez() = default;

void SimulatedBluez::addAdapter()
{
    adapter_ = std::make_unique<SimulatedAdapter>(
        bus_.connection(), [this](const std::string& device) { removeDevice(device); });
}

/// With its bond; who is heard again is a new one.
void SimulatedBluez::removeDevice(const std::string& path)
{
    const auto found = std::ranges::find_if(
        devices_, [&](const auto& device) { return device.second->path() == path; });
    if (found == devices_.end())
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.DoesNotExist"), "Does Not Exist");
    peripherals_[found->first].isBonded = false;
    devices_.erase(found);
}

void SimulatedBluez::removeAdapter()
{
    devices_.clear();
    monitors_.reset();
    adapter_.reset();
}

void SimulatedBluez::advertise(const Advertisement& advertisement)
{
    SimulatedPeripheral& remote = peripherals_[advertisement.address];
    if (!adapter_ || remote.isConnected)
        return;
    const bool isMonitored = monitors_ && monitors_->matches(advertisement);
    if (!adapter_->isDiscovering() && !isMonitored)
        return;
    SimulatedDevice& heard = device(advertisement.address);
    heard.advertise(advertisement, adapter_->isDiscovering() && adapter_->tellsDuplicates());
    if (isMonitored)
        monitors_->tellFound(heard.path());
}

SimulatedDevice& SimulatedBluez::device(const std::string& address)
{
    auto& device = devices_[address];
    if (!device) {
        std::string path = std::string(adapterPath) + "/dev_" + address;
        std::ranges::replace(path, ':', '_');
        device = std::make_unique<SimulatedDevice>(
            SimulatedDevice::Site{bus_.connection(), loop_, agents_},
            path,
            address,
            peripherals_[address]);
    }
    return *device;
}

void SimulatedBluez::remember(const std::string& address, const SimulatedPeripheral& peripheral)
{
    peripherals_[address] = peripheral;
    peripherals_[address].isConnected = false;
    if (peripheral.isBonded)
        device(address).advertise({address, {}, {}, {}, {}, {}}, false);
}

void SimulatedBluez::setValue(const std::string& address,
                              const std::string& uuid,
                              const base::Bytes& octets)
{
    for (GattValue& value : peripherals_[address].values) {
        if (value.uuid == uuid)
            value.octets = octets;
    }
    if (const auto device = devices_.find(address); device != devices_.end())
        device->second->onChanged(uuid);
}

void SimulatedBluez::dropConnection(const std::string& address)
{
    if (const auto device = devices_.find(address); device != devices_.end())
        device->second->dropConnection();
}

void SimulatedBluez::closeSocket(const std::string& address, const std::string& uuid)
{
    if (const auto device = devices_.find(address); device != devices_.end())
        device->second->closeSocket(uuid);
}

} // namespace causeway::tests
