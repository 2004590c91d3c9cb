// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_bluez.hpp"

#include <algorithm>
#include <utility>

namespace causeway::tests {

using bridges::ble::Advertisement;
using org::bluez::Adapter1_adaptor;

namespace {

const char* const adapterPath = "/org/bluez/hci0";

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
    tellChanged(*this, Adapter1_adaptor::INTERFACE_NAME, {"Powered"});
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
        tellChanged(*this, Adapter1_adaptor::INTERFACE_NAME, {"Discovering"});
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
    if (keepsBonds_)
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.NotReady"), "Resource Not Ready");
    found->second->leave(lifetime_.guard([this, address = found->first] { forget(address); }));
}

void SimulatedBluez::forget(const std::string& address)
{
    peripherals_[address].isBonded = false;
    devices_.erase(address);
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
