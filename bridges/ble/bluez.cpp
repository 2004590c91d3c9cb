// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/bus.hpp"
#include "agent/base/bus_compat.hpp"
#include "agent/base/door.hpp"
#include "agent/base/log.hpp"
#include "bridges/ble/bluez_adapter.hpp"
#include "bridges/ble/bluez_device.hpp"
#include "bridges/ble/bluez_objects.hpp"
#include "bridges/ble/bluez_peripherals.hpp"

namespace causeway::bridges::ble {

namespace {

constexpr const char* adapterInterface = "org.bluez.Adapter1";
constexpr const char* monitorsInterface = "org.bluez.AdvertisementMonitorManager1";
constexpr const char* deviceInterface = "org.bluez.Device1";
constexpr const char* serviceInterface = "org.bluez.GattService1";
constexpr const char* characteristicInterface = "org.bluez.GattCharacteristic1";
constexpr const char* batteryInterface = "org.bluez.Battery1";
constexpr std::chrono::seconds busPause{5};
/// bluetoothd tells an adapter first, and the devices that it knows by it a moment later.
constexpr std::chrono::seconds settlingTime{5};
/// bluetoothd itself forgets what it has not heard for long; this is for one that does not, and for
/// whoever sends by ever other addresses.
constexpr std::size_t mostDevices = 4096;

constexpr const char* notAsked = "not asked yet";

constexpr const char* ownerRule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.bluez'";
constexpr const char* objectsRule =
    "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.ObjectManager'";
constexpr const char* propertiesRule =
    "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.Properties',"
    "member='PropertiesChanged',path_namespace='/org/bluez'";

bool isAbsence(const sdbus::Error& error)
{
    const std::string_view name = error.getName();
    return name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
           name == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
           name.starts_with("org.freedesktop.DBus.Error.Spawn");
}

const std::string& absence()
{
    static const std::string sentence =
        "bluetoothd is not running; the package bluez brings it, systemctl start bluetooth "
        "starts it";
    return sentence;
}

} // namespace

struct Bluez::Matches
{
    sdbus::Slot owner;
    sdbus::Slot objects;
    sdbus::Slot properties;
};

Bluez::Bluez(base::EventLoop& loop, std::string busAddress, RadioListener& listener)
    : loop_(loop)
    , busAddress_(std::move(busAddress))
    , listener_(listener)
    , said_(notAsked)
    , peripherals_(std::make_unique<BluezPeripherals>(loop, listener))
    , devices_(mostDevices,
               [&listener](const std::string& address) { return listener.isAttached(address); })
    , retry_(loop, [this] { bus_ ? askForObjects() : connect(); })
    , settling_(loop, [this] { onSettled(); })
{
    // Later, so that nobody hears of it from inside the constructor.
    retry_.start(base::Duration::zero());
}

Bluez::~Bluez() = default;

void Bluez::setWish(const ListeningWish& wish)
{
    const bool wasWanted = wish_.isWanted;
    wish_ = wish;
    for (const auto& entry : adapters_) {
        auto& adapter = *entry.second;
        base::contain("an adapter", [&] { adapter.setWish(wish); });
    }
    if (hasTurnedAway_ && bus_) // somebody attached now, perhaps
        askForMissed();
    if (wasWanted == wish.isWanted)
        return;
    said_ = notAsked;
    if (wish.isWanted)
        retry_.start(base::Duration::zero()); // who is not there is told anew
}

bool Bluez::hasBondsToRemove() const
{
    return peripherals_->hasBondsToRemove();
}

GattRadio& Bluez::gatt()
{
    return *peripherals_;
}

/// A handler's fault must not pass through sd-bus, which is C.
std::function<void(sdbus::Message&)> Bluez::contained(void (Bluez::*handler)(sdbus::Message&))
{
    return [this, handler](sdbus::Message& signal) {
        base::contain("a signal of bluetoothd", [&] { (this->*handler)(signal); });
    };
}

void Bluez::connect()
{
    try {
        bus_ = std::make_unique<base::Bus>(
            loop_, busAddress_, [this] { onBusLost("the connection to D-Bus is lost"); });
        auto& connection = bus_->connection();
        peripherals_->setConnection(&connection);
        matches_ = std::make_unique<Matches>(
            Matches{bus::addMatch(connection, ownerRule, contained(&Bluez::onOwnerChanged)),
                    bus::addMatch(connection, objectsRule, contained(&Bluez::onObjects)),
                    bus::addMatch(connection, propertiesRule, contained(&Bluez::onProperties))});
        askForObjects();
    } catch (const std::runtime_error& error) {
        onBusLost(fmt::format("there is no D-Bus: {}", error.what()));
    }
}

void Bluez::onBusLost(const std::string& reason)
{
    forgetAll();
    peripherals_->setConnection(nullptr);
    matches_.reset();
    bus_.reset();
    say(Listening::Not, reason);
    retry_.start(busPause);
}

void Bluez::askForObjects()
{
    objects_ = std::make_unique<BluezObjects>(
        bus_->connection(), [this](const BluezObjects::All& objects, const sdbus::Error* error) {
            if (error != nullptr)
                return onRefused(isAbsence(*error)
                                     ? absence()
                                     : "bluetoothd does not answer: " + error->getMessage());
            base::contain("what bluetoothd has", [&] { takeObjects(objects); });
            onAdapterChanged();
        });
}

void Bluez::askForMissed()
{
    missed_ = std::make_unique<BluezObjects>(
        bus_->connection(), [this](const BluezObjects::All& objects, const sdbus::Error* error) {
            if (error == nullptr) // else it is asked for again with the next wish
                base::contain("what bluetoothd has besides", [&] { takeMissed(objects); });
        });
}

void Bluez::onRefused(const std::string& sentence)
{
    say(Listening::Not, sentence);
    retry_.start(busPause);
}

void Bluez::onOwnerChanged(sdbus::Message& signal)
{
    std::string name;
    std::string before;
    std::string now;
    signal >> name >> before >> now;
    forgetAll();
    if (now.empty())
        return onRefused(absence());
    askForObjects();
}

void Bluez::onObjects(sdbus::Message& signal)
{
    sdbus::ObjectPath path;
    signal >> path;
    if (std::string_view(signal.getMemberName()) == "InterfacesAdded") {
        Interfaces interfaces;
        signal >> interfaces;
        return takeObject(path, interfaces);
    }
    std::vector<std::string> gone;
    signal >> gone;
    for (const auto& interface : gone)
        forgetInterface(path, interface);
}

void Bluez::forgetInterface(const std::string& path, const std::string& interface)
{
    if (interface == deviceInterface) {
        devices_.erase(path);
        peripherals_->forgetDevice(path);
    } else if (interface == serviceInterface || interface == characteristicInterface) {
        peripherals_->forgetAttribute(path);
    } else if (interface == batteryInterface) {
        peripherals_->forgetBattery(path);
    } else if (interface == adapterInterface && adapters_.erase(path) > 0) {
        onAdapterChanged();
    }
}

void Bluez::onProperties(sdbus::Message& signal)
{
    std::string interface;
    signal >> interface;
    if (interface != deviceInterface && interface != adapterInterface &&
        interface != characteristicInterface && interface != batteryInterface)
        return;
    const std::string path = signal.getPath();
    if (interface == deviceInterface) {
        if (takePlainAdvertisement(path, signal))
            return;
        signal.rewind(true);
        signal >> interface;
    }
    Properties properties;
    signal >> properties;
    if (interface == adapterInterface)
        takeAdapter(path, properties);
    else if (interface == deviceInterface)
        takeDevice(path, properties);
    else if (interface == batteryInterface)
        peripherals_->takeBattery(path, properties);
    else
        peripherals_->takeValue(path, properties);
}

template <typename Interfaces>
void Bluez::takeAttribute(const std::string& path, const Interfaces& interfaces)
{
    if (const auto found = interfaces.find(serviceInterface); found != interfaces.end())
        peripherals_->takeService(path, found->second);
    if (const auto found = interfaces.find(characteristicInterface); found != interfaces.end())
        peripherals_->takeCharacteristic(path, found->second);
    if (const auto found = interfaces.find(batteryInterface); found != interfaces.end())
        peripherals_->takeBattery(path, found->second);
}

void Bluez::addAdapter(const std::string& path)
{
    const auto onHeard = [this](const std::string& device) {
        onHeardAgain(device);
    };
    auto adapter =
        std::make_unique<BluezAdapter>(bus_->connection(),
                                       loop_,
                                       path,
                                       BluezAdapter::Site{[this] { onAdapterChanged(); }, onHeard});
    adapter->setWish(wish_);
    adapters_.emplace(path, std::move(adapter));
    settling_.start(settlingTime);
}

template <typename Interfaces>
void Bluez::takeObject(const std::string& path, const Interfaces& interfaces)
{
    if (const auto adapter = interfaces.find(adapterInterface); adapter != interfaces.end()) {
        if (!adapters_.contains(path))
            addAdapter(path);
        takeAdapter(path, adapter->second);
        onAdapterChanged();
    }
    const auto known = adapters_.find(path);
    if (known != adapters_.end() && interfaces.contains(monitorsInterface))
        known->second->offerMonitors();
    takeDeviceObject(path, interfaces);
    takeAttribute(path, interfaces);
}

/// What devices have comes first: who is connected already may be used at once.
template <typename Objects>
void Bluez::takeObjects(const Objects& objects)
{
    for (const auto& [path, interfaces] : objects) {
        const auto found = interfaces.find(deviceInterface);
        const auto device = found == interfaces.end() ? std::nullopt : deviceIn(found->second);
        if (device && (peripherals_->size() < mostDevices || listener_.isAttached(device->address)))
            peripherals_->knowDevice(path, device->address);
    }
    for (const auto& [path, interfaces] : objects)
        takeAttribute(path, interfaces);
    for (const auto& [path, interfaces] : objects)
        takeObject(path, interfaces);
}

/// Who was turned away and is attached now, or has a place now; what is known stays as it is.
template <typename Objects>
void Bluez::takeMissed(const Objects& objects)
{
    hasTurnedAway_ = false;
    std::set<std::string> taken;
    for (const auto& [path, interfaces] : objects) {
        if (devices_.find(path) == nullptr && interfaces.contains(deviceInterface)) {
            takeDeviceObject(path, interfaces);
            taken.insert(path);
        }
    }
    for (const auto& [path, interfaces] : objects) {
        if (taken.contains(path.substr(0, path.find("/service"))))
            takeAttribute(path, interfaces);
    }
}

template <typename Interfaces>
void Bluez::takeDeviceObject(const std::string& path, const Interfaces& interfaces)
{
    const auto found = interfaces.find(deviceInterface);
    if (found == interfaces.end())
        return;
    auto device = deviceIn(found->second);
    if (!device)
        return;
    const std::string address = device->address;
    const auto admission = devices_.take(path, std::move(*device));
    if (!admission.isAdmitted)
        return noteTurnedAway(path);
    if (admission.evicted)
        noteTurnedAway(*admission.evicted);
    peripherals_->takeDevice(path, address, found->second);
    // Without a signal strength the data are what it sent some day.
    if (found->second.contains("RSSI"))
        takeDevice(path, found->second);
}

void Bluez::noteTurnedAway(const std::string& path)
{
    peripherals_->forgetDevice(path);
    hasTurnedAway_ = true;
    if (!std::exchange(isCrowdTold_, true))
        log::notice("bluetoothd knows more than {COUNT} Bluetooth devices: of those that are not "
                    "attached no more are listened to",
                    "COUNT",
                    mostDevices);
}

template <typename Properties>
void Bluez::takeAdapter(const std::string& path, const Properties& properties)
{
    const auto adapter = adapters_.find(path);
    if (adapter == adapters_.end())
        return;
    if (const auto powered = properties.find("Powered"); powered != properties.end())
        adapter->second->setPowered(powered->second.template get<bool>());
    if (const auto state = properties.find("Discovering"); state != properties.end())
        adapter->second->setDiscovering(state->second.template get<bool>());
}

/// Nearly all that bluetoothd tells: it must be cheap.
bool Bluez::takePlainAdvertisement(const std::string& path, sdbus::Message& signal)
{
    const auto* device = devices_.hear(path);
    if (device == nullptr)
        return false;
    const auto advertisement = plainAdvertisementIn(signal, *device);
    if (!advertisement)
        return false;
    if (advertisement->rssi)
        peripherals_->noteHeard(path);
    noteHeard(path, *advertisement);
    listener_.onAdvertisement(*advertisement);
    return true;
}

template <typename Properties>
void Bluez::takeDevice(const std::string& path, const Properties& properties)
{
    auto* device = devices_.hear(path);
    if (device == nullptr)
        return;
    peripherals_->takeDevice(path, device->address, properties);
    if (const auto advertisement = advertisementIn(properties, *device)) {
        noteHeard(path, *advertisement);
        listener_.onAdvertisement(*advertisement);
    }
}

/// Only who listens passively hears it again by this.
void Bluez::noteHeard(const std::string& path, const Advertisement& advertisement)
{
    if (wish_.patterns.empty() || !advertisement.hasData())
        return;
    auto* device = devices_.find(path);
    if (device == nullptr)
        return;
    Advertisement& newest = device->newest;
    newest.rssi = advertisement.rssi ? advertisement.rssi : newest.rssi;
    if (!advertisement.manufacturerData.empty())
        newest.manufacturerData = advertisement.manufacturerData;
    if (!advertisement.serviceData.empty())
        newest.serviceData = advertisement.serviceData;
    device->isTold = true;
}

/// Each advertisement comes by this, and before that by a signal when it is another one.
void Bluez::onHeardAgain(const std::string& path)
{
    auto* device = devices_.hear(path);
    if (device == nullptr || std::exchange(device->isTold, false))
        return;
    Advertisement& newest = device->newest;
    newest.address = device->address;
    newest.name = device->name;
    newest.services = device->services;
    listener_.onAdvertisement(newest);
}

void Bluez::onAdapterChanged()
{
    std::string reason = "there is no Bluetooth adapter";
    auto listening = Listening::Not;
    bool isAsked = false;
    for (const auto& [path, adapter] : adapters_) {
        listening = std::max(listening, adapter->listening());
        reason = adapter->reason();
        isAsked = isAsked || (reason.empty() && adapter->listening() == Listening::Not);
    }
    if (listening != Listening::Not)
        say(listening, {});
    else if (!isAsked) // who is asked will tell
        say(listening, reason);
}

void Bluez::onSettled()
{
    peripherals_->setComplete();
    listener_.onBondsRemoved();
}

void Bluez::forgetAll()
{
    retry_.stop();
    settling_.stop();
    objects_.reset();
    missed_.reset();
    adapters_.clear();
    devices_.clear();
    hasTurnedAway_ = false;
    isCrowdTold_ = false;
    peripherals_->forgetAll();
}

void Bluez::say(Listening listening, const std::string& reason)
{
    const bool isOther = std::exchange(listening_, listening) != listening;
    if (wish_.isWanted && (std::exchange(said_, reason) != reason || isOther))
        listener_.onRadio(listening, reason);
}

} // namespace causeway::bridges::ble
