// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_peripherals.hpp"

#include <algorithm>
#include <utility>

#include "bridges/ble/abilities.hpp"
#include "bridges/ble/bluez_agent.hpp"
#include "bridges/ble/bluez_requests.hpp"
#include "bridges/ble/notification_socket.hpp"

namespace causeway::bridges::ble {

using base::Bytes;
using base::ErrorKind;
using base::Retry;

namespace {

/// A telephone has some hundred; who has more, has them to tire us.
constexpr std::size_t mostAttributes = 1024;

template <typename Type>
std::optional<Type> get(const Properties& properties, const char* name)
{
    const auto found = properties.find(name);
    if (found == properties.end())
        return std::nullopt;
    return found->second.get<Type>();
}

base::Error absent()
{
    return {ErrorKind::Unreachable, "bluetoothd does not know it now", Retry::AfterReconnect};
}

/// gatt-api.txt: /org/bluez/hci0/dev_XX_XX_XX_XX_XX_XX/service0010/char0011
std::string deviceOf(const std::string& attributePath)
{
    return attributePath.substr(0, attributePath.find("/service"));
}

std::string parentOf(const std::string& path)
{
    return path.substr(0, path.rfind('/'));
}

} // namespace

BluezPeripherals::BluezPeripherals(base::EventLoop& loop, RadioListener& listener)
    : loop_(loop)
    , listener_(listener)
    , removals_(loop, [this](const std::string& path) { onKept(path); })
{}

BluezPeripherals::~BluezPeripherals() = default;

void BluezPeripherals::setConnection(sdbus::IConnection* connection)
{
    agent_.reset();
    connection_ = connection;
}

void BluezPeripherals::knowDevice(const std::string& path, const std::string& address)
{
    const auto [found, isNew] = remotes_.try_emplace(path);
    if (!isNew)
        return;
    found->second.path = path;
    found->second.address = address;
    found->second.state.adapter = parentOf(path);
    paths_.emplace(address, path);
}

void BluezPeripherals::takeDevice(const std::string& path,
                                  const std::string& address,
                                  const Properties& properties)
{
    knowDevice(path, address);
    Remote& remote = remotes_.at(path);
    if (properties.contains("RSSI"))
        noteHeard(path);
    takeServices(remote, properties);
    const auto isConnected = get<bool>(properties, "Connected");
    const auto isResolved = get<bool>(properties, "ServicesResolved");
    remote.state.isConnected = isConnected.value_or(remote.state.isConnected);
    remote.state.isResolved = isResolved.value_or(remote.state.isResolved);
    takeBond(remote, properties);
    if (!remote.state.isConnected)
        endNotifications(remote);
    if (isConnected || isResolved)
        listener_.onPeripheralChanged(address);
}

/// A bond that comes after it had none is a new one, and wanted.
void BluezPeripherals::takeBond(Remote& remote, const Properties& properties)
{
    const auto isBonded = get<bool>(properties, "Paired");
    remote.wasUnbonded = remote.wasUnbonded || isBonded == false;
    remote.state.isBonded = isBonded.value_or(remote.state.isBonded);
    if (remote.state.isBonded && !remote.wasUnbonded && unbonded_.contains(remote.address))
        removeBondOf(remote);
}

void BluezPeripherals::noteHeard(const std::string& path)
{
    if (const auto found = remotes_.find(path); found != remotes_.end())
        found->second.heard = ++heard_;
}

void BluezPeripherals::takeService(const std::string& path, const Properties& properties)
{
    Remote* remote = owner(path);
    const auto uuid = canonicalUuid(get<std::string>(properties, "UUID").value_or(""));
    if (remote != nullptr && uuid && remote->services.size() < mostAttributes)
        remote->services.insert_or_assign(path, *uuid);
}

void BluezPeripherals::takeCharacteristic(const std::string& path, const Properties& properties)
{
    Remote* remote = owner(path);
    const auto uuid = canonicalUuid(get<std::string>(properties, "UUID").value_or(""));
    if (remote == nullptr || !uuid || remote->characteristics.size() >= mostAttributes)
        return;
    const auto can = abilitiesIn(
        get<std::vector<std::string>>(properties, "Flags").value_or(std::vector<std::string>()));
    KnownCharacteristic& known = remote->characteristics[path];
    known.told = {{{}, *uuid}, path, can.canRead, can.canNotify};
    known.onlyTakesCommands = can.onlyTakesCommands;
    known.offersSocket = properties.contains("NotifyAcquired");
}

void BluezPeripherals::takeValue(const std::string& path, const Properties& properties)
{
    const Remote* remote = owner(path);
    const auto value = get<Bytes>(properties, "Value");
    if (remote == nullptr || !value)
        return;
    const std::string address = remote->address;
    listener_.onValueNotification(address, path, *value);
    if (auto* known = characteristic(path))
        countValue(*known);
}

void BluezPeripherals::takeServices(Remote& remote, const Properties& properties)
{
    const auto services = get<std::vector<std::string>>(properties, "UUIDs");
    if (!services || remote.battery)
        return;
    if (std::ranges::find(*services, BluezBattery::name().service) != services->end())
        remote.battery.emplace(loop_);
}

void BluezPeripherals::takeBattery(const std::string& path, const Properties& properties)
{
    const auto found = remotes_.find(path);
    const auto level = get<std::uint8_t>(properties, "Percentage");
    if (found == remotes_.end() || !level)
        return;
    auto& battery = found->second.battery;
    if (!battery)
        battery.emplace(loop_);
    battery->setLevel(*level);
    const std::string address = found->second.address;
    listener_.onValueNotification(address, BluezBattery::handleOf(path), Bytes{*level});
}

void BluezPeripherals::forgetBattery(const std::string& path)
{
    const auto found = remotes_.find(path);
    if (found != remotes_.end() && found->second.battery)
        found->second.battery->forgetLevel();
}

void BluezPeripherals::forgetDevice(const std::string& path)
{
    const auto gone = remotes_.extract(path);
    if (removals_.end(path))
        listener_.onBondsRemoved();
    if (gone.empty())
        return;
    const std::string& address = gone.mapped().address;
    std::erase_if(paths_, [&](const auto& entry) { return entry.second == path; });
    listener_.onPeripheralChanged(address);
}

void BluezPeripherals::forgetAttribute(const std::string& path)
{
    Remote* remote = owner(path);
    if (remote == nullptr)
        return;
    if (remote->services.erase(path) == 0 && remote->characteristics.erase(path) > 0)
        listener_.onCharacteristicGone(std::string(remote->address), path);
}

void BluezPeripherals::forgetAll()
{
    const auto gone = std::exchange(remotes_, {});
    paths_.clear();
    used_.clear();
    std::ranges::for_each(gone, [this](const auto& one) {
        if (removals_.end(one.first)) // before it was done
            unbonded_.insert(one.second.address);
    });
    agent_.reset();
    isComplete_ = false;
    for (const auto& [path, remote] : gone)
        listener_.onPeripheralChanged(remote.address);
}

std::optional<PeripheralState> BluezPeripherals::peripheral(const std::string& address) const
{
    const Remote* remote = find(address);
    return remote == nullptr ? std::nullopt : std::optional(remote->state);
}

std::vector<Characteristic> BluezPeripherals::characteristics(const std::string& address) const
{
    std::vector<Characteristic> all;
    const Remote* remote = find(address);
    if (remote == nullptr)
        return all;
    for (const auto& [path, known] : remote->characteristics) {
        const auto service = remote->services.find(parentOf(path));
        all.push_back(known.told);
        if (service != remote->services.end())
            all.back().name.service = service->second;
    }
    const auto level = BluezBattery::name();
    if (remote->battery && std::ranges::find(all, level, &Characteristic::name) == all.end())
        all.push_back({level, BluezBattery::handleOf(remote->path), true});
    return all;
}

void BluezPeripherals::connect(const std::string& address, const std::string& adapter, Done done)
{
    const auto found = std::ranges::find_if(remotes_, [&](const auto& one) {
        return one.second.address == address && one.second.state.adapter == adapter &&
               !removals_.isUnderWay(one.first);
    });
    if (found == remotes_.end() || connection_ == nullptr) {
        loop_.post([done = std::move(done)]() mutable { done(tl::unexpected(absent())); });
        return;
    }
    auto& [path, remote] = *found;
    requireAgent();
    used_.insert_or_assign(address, path);
    remote.connection = std::make_unique<BluezConnection>(*connection_, loop_, path);
    remote.connection->connect(std::move(done));
}

void BluezPeripherals::disconnect(const std::string& address)
{
    Remote* remote = find(address);
    used_.erase(address);
    if (remote != nullptr)
        letGo(*remote);
}

void BluezPeripherals::letGo(Remote& remote)
{
    remote.request.reset();
    endNotifications(remote);
    if (remote.battery)
        remote.battery->cancel();
    if (remote.connection)
        remote.connection->disconnect();
}

/// Before the first connection: a peripheral may want a bond at any time.
void BluezPeripherals::requireAgent()
{
    if (agent_)
        return;
    const auto isOurs = [this](const std::string& path) {
        return std::ranges::any_of(used_, [&](const auto& one) { return one.second == path; });
    };
    agent_ = std::make_unique<BluezAgent>(*connection_,
                                          BluezAgent::Site{isOurs, [this](const std::string& path) {
                                                               askForPasskey(path);
                                                           }});
}

void BluezPeripherals::askForPasskey(const std::string& path)
{
    if (const auto found = remotes_.find(path); found != remotes_.end())
        listener_.onPasskeyWanted(found->second.address);
}

void BluezPeripherals::bond(const std::string& address, Done done)
{
    Remote* remote = find(address);
    if (remote != nullptr && remote->connection)
        return remote->connection->bond(std::move(done));
    loop_.post([done = std::move(done)]() mutable { done(tl::unexpected(absent())); });
}

void BluezPeripherals::answerPasskey(const std::string& address, std::uint32_t passkey)
{
    const Remote* remote = find(address);
    if (remote != nullptr && agent_)
        agent_->answerPasskey(remote->path, passkey);
}

/// Of each adapter that has one.
void BluezPeripherals::removeBond(const std::string& address)
{
    if (!isComplete_)
        unbonded_.insert(address);
    const auto [first, last] = paths_.equal_range(address);
    for (auto entry = first; entry != last; ++entry) {
        Remote& remote = remotes_.at(entry->second);
        if (remote.state.isBonded)
            removeBondOf(remote);
    }
}

/// It is nobody's any more; who is attached again is heard again, and bonded anew.
void BluezPeripherals::removeBondOf(Remote& remote)
{
    if (connection_ == nullptr)
        return;
    letGo(remote);
    removals_.begin(*connection_, remote.state.adapter, remote.path);
}

void BluezPeripherals::onKept(const std::string& path)
{
    if (const auto found = remotes_.find(path); found != remotes_.end())
        listener_.onPeripheralChanged(std::string(found->second.address));
    listener_.onBondsRemoved();
}

void BluezPeripherals::setComplete()
{
    isComplete_ = true;
    unbonded_.clear();
}

void BluezPeripherals::read(const std::string& handle, ReadDone done)
{
    Remote* remote = owner(handle);
    if (remote != nullptr && remote->battery && BluezBattery::isHandle(handle))
        return remote->battery->read(std::move(done));
    if (auto* request = newRequest(handle))
        return request->read(std::move(done));
    loop_.post([done = std::move(done)]() mutable { done(tl::unexpected(absent())); });
}

void BluezPeripherals::write(const std::string& handle, Bytes octets, Done done)
{
    const auto* known = characteristic(handle);
    const auto kind = known && known->onlyTakesCommands ? WriteKind::Command : WriteKind::Request;
    if (auto* request = newRequest(handle))
        return request->write(octets, kind, std::move(done));
    loop_.post([done = std::move(done)]() mutable { done(tl::unexpected(absent())); });
}

void BluezPeripherals::startNotify(const std::string& handle, Done done)
{
    if (BluezBattery::isHandle(handle)) // bluetoothd tells it by itself
        return loop_.post([done = std::move(done), told = base::Expected<void>()]() mutable {
            done(told); // not {}: GCC 12 warns falsely of that
        });
    auto* request = newRequest(handle);
    if (request == nullptr)
        return loop_.post([done = std::move(done)]() mutable { done(tl::unexpected(absent())); });
    request->startNotify(lifetime_.guard(
        [this, handle, done = std::move(done)](const base::Expected<void>& admitted) mutable {
            if (auto* known = characteristic(handle)) {
                known->isNotifying = admitted.has_value();
                known->pace.restart();
            }
            done(admitted);
        }));
}

void BluezPeripherals::countValue(KnownCharacteristic& known)
{
    const bool mayChange = known.isNotifying && known.offersSocket && !known.socket;
    if (mayChange && !known.change && known.pace.count(loop_.now()))
        changeToSocket(known);
}

void BluezPeripherals::changeToSocket(KnownCharacteristic& known)
{
    const std::string& path = known.told.handle;
    known.change = std::make_unique<BluezRequest>(*connection_, loop_, path);
    known.change->changeToSocket(
        lifetime_.guard([this, path](base::Expected<base::UniqueFd> socket) {
            onSocket(path, std::move(socket));
        }));
}

/// Who has no socket to give now is not asked again in this connection.
void BluezPeripherals::onSocket(const std::string& path, base::Expected<base::UniqueFd> socket)
{
    KnownCharacteristic* known = characteristic(path);
    if (known == nullptr || !known->change)
        return; // the connection is another one already
    known->change.reset();
    known->isNotifying = false;
    if (!socket)
        return onNotificationsEnded(path);
    if (!socket->isOpen())
        return;
    known->socket = std::make_unique<NotificationSocket>(
        loop_,
        std::move(*socket),
        NotificationSocket::Listener{[this, path](base::ByteView octets) {
                                         if (const Remote* remote = owner(path))
                                             listener_.onValueNotification(
                                                 std::string(remote->address), path, octets);
                                     },
                                     [this, path] {
                                         onNotificationsEnded(path);
                                     }});
}

/// Although it may still be connected: who is not has no socket any more.
void BluezPeripherals::onNotificationsEnded(const std::string& path)
{
    const Remote* remote = owner(path);
    KnownCharacteristic* known = characteristic(path);
    if (known == nullptr)
        return;
    known->socket.reset();
    listener_.onNotificationsEnded(std::string(remote->address), std::string(path));
}

void BluezPeripherals::endNotifications(Remote& remote)
{
    for (auto& [path, known] : remote.characteristics) {
        // Who has not answered before its connection was lost never does: see NotificationPace.
        if (known.change)
            known.offersSocket = false;
        known.isNotifying = false;
        known.change.reset();
        known.socket.reset();
    }
}

BluezPeripherals::KnownCharacteristic* BluezPeripherals::characteristic(const std::string& path)
{
    Remote* remote = owner(path);
    if (remote == nullptr)
        return nullptr;
    const auto found = remote->characteristics.find(path);
    return found == remote->characteristics.end() ? nullptr : &found->second;
}

/// The one that a connection was wanted of, else one that is connected, else the one that was heard
/// last; never one that bluetoothd is about to forget.
const BluezPeripherals::Remote* BluezPeripherals::find(const std::string& address) const
{
    const auto used = used_.find(address);
    const auto isThere = [this](const std::string& path) {
        return remotes_.contains(path) && !removals_.isUnderWay(path);
    };
    if (used != used_.end() && isThere(used->second))
        return &remotes_.at(used->second);
    const Remote* best = nullptr;
    const auto [first, last] = paths_.equal_range(address);
    for (auto entry = first; entry != last; ++entry) {
        const Remote& remote = remotes_.at(entry->second);
        const auto rank = [](const Remote& one) {
            return std::pair(one.state.isConnected, one.heard);
        };
        if (isThere(remote.path) && (best == nullptr || rank(remote) > rank(*best)))
            best = &remote;
    }
    return best;
}

BluezPeripherals::Remote* BluezPeripherals::find(const std::string& address)
{
    const Remote* found = std::as_const(*this).find(address);
    return found == nullptr ? nullptr : &remotes_.at(found->path);
}

BluezPeripherals::Remote* BluezPeripherals::owner(const std::string& attributePath)
{
    const auto found = remotes_.find(deviceOf(attributePath));
    return found == remotes_.end() ? nullptr : &found->second;
}

BluezRequest* BluezPeripherals::newRequest(const std::string& handle)
{
    Remote* remote = owner(handle);
    if (remote == nullptr || connection_ == nullptr)
        return nullptr;
    remote->request = std::make_unique<BluezRequest>(*connection_, loop_, handle);
    return remote->request.get();
}

} // namespace causeway::bridges::ble
