// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/radio_side.hpp"

#include <algorithm>
#include <utility>

#include "agent/base/log.hpp"
#include "bridges/ble/passkey.hpp"

namespace causeway::bridges::ble {

namespace {

/// In a busy place there are some hundred; phones change their addresses all the time.
constexpr std::size_t mostHeard = 1000;

/// The cheapest adapters bear no more connections at a time (CSR8510).
constexpr std::size_t slotsPerAdapter = 5;

} // namespace

RadioSide::RadioSide(base::EventLoop& loop, std::string busAddress, Told told)
    : loop_(loop)
    , busAddress_(std::move(busAddress))
    , told_(std::move(told))
    , scanTimer_(loop, [this] { endScans(); })
    , slots_(slotsPerAdapter)
{}

RadioSide::~RadioSide() = default;

void RadioSide::addSensor(std::uint64_t id,
                          std::string address,
                          std::shared_ptr<const DeviceProfile> profile,
                          Sensor::Report report)
{
    auto sensor = std::make_unique<Sensor>(loop_, address, std::move(profile), std::move(report));
    byAddress_.emplace(std::move(address), sensor.get());
    sensors_.emplace(id, std::move(sensor));
    listenOrRest();
}

void RadioSide::startSensor(std::uint64_t id)
{
    sensors_.at(id)->start(reason_);
}

void RadioSide::removeSensor(std::uint64_t id)
{
    const auto sensor = sensors_.extract(id);
    std::erase_if(byAddress_,
                  [&](const auto& entry) { return entry.second == sensor.mapped().get(); });
    listenOrRest();
}

void RadioSide::addPeripheral(std::uint64_t id,
                              Peripheral::Settings settings,
                              Sensor::Report report)
{
    listen();
    const Peripheral::Site site{loop_, bluez_->gatt(), slots_, id};
    auto peripheral = std::make_unique<Peripheral>(site, std::move(settings), std::move(report));
    peripheralByAddress_.emplace(peripheral->address(), peripheral.get());
    peripherals_.emplace(id, std::move(peripheral));
    listenOrRest();
}

void RadioSide::startPeripheral(std::uint64_t id)
{
    peripherals_.at(id)->start(reason_);
}

void RadioSide::removePeripheral(std::uint64_t id)
{
    auto peripheral = peripherals_.extract(id);
    peripheralByAddress_.erase(peripheral.mapped()->address());
    peripheral.mapped().reset(); // it disconnects, and leaves its slot to another
    listenOrRest();
}

void RadioSide::setKey(std::uint64_t id, base::Secret key)
{
    if (const auto sensor = sensors_.find(id); sensor != sensors_.end())
        sensor->second->setKey(std::move(key));
    else if (const auto found = peripherals_.find(id); found != peripherals_.end())
        found->second->setPasskey(passkeyIn(key.view()));
}

void RadioSide::removeBond(const std::string& address)
{
    listen();
    bluez_->gatt().removeBond(address);
    listenOrRest();
}

void RadioSide::scan(base::Duration duration, ScanDone done)
{
    scans_.push_back({loop_.now() + duration, std::move(done)});
    if (!scanTimer_.isRunning() || scanTimer_.due() > scans_.back().until)
        scanTimer_.startAt(scans_.back().until);
    listenOrRest();
}

void RadioSide::endScans()
{
    std::vector<Advertisement> all;
    for (const auto& [address, advertisement] : heard_)
        all.push_back(advertisement);
    for (auto& scan : std::exchange(scans_, {})) {
        if (scan.until > loop_.now()) {
            scans_.push_back(std::move(scan));
            scanTimer_.startAt(scans_.back().until);
        } else if (all.empty() && !reason_.empty()) {
            scan.done(base::fail(base::ErrorKind::Unreachable, reason_, base::Retry::Later));
        } else {
            scan.done(all);
        }
    }
    if (scans_.empty())
        heard_.clear();
    listenOrRest();
}

void RadioSide::listen()
{
    if (!bluez_)
        bluez_ = std::make_unique<Bluez>(loop_, busAddress_, *this);
}

void RadioSide::listenOrRest()
{
    const ListeningWish wished = wish();
    if (wished.isWanted || (bluez_ && bluez_->hasBondsToRemove())) {
        listen();
        bluez_->setWish(wished);
    } else {
        bluez_.reset();
    }
    if (wished.isWanted)
        return;
    reason_.clear();
    tell(Listening::Not);
}

/// A peripheral is found by discovery, and a scan wants to see everybody.
ListeningWish RadioSide::wish() const
{
    ListeningWish wish;
    wish.isWanted = !sensors_.empty() || !peripherals_.empty() || !scans_.empty();
    if (!peripherals_.empty() || !scans_.empty())
        return wish;
    std::vector<std::shared_ptr<const DeviceProfile>> profiles;
    for (const auto& [id, sensor] : sensors_)
        profiles.push_back(sensor->profile());
    wish.patterns = patternsOf(profiles);
    return wish;
}

void RadioSide::tell(Listening listening)
{
    if (told_)
        told_(listening, reason_);
}

bool RadioSide::isAttached(const std::string& address) const
{
    return byAddress_.contains(address) || peripheralByAddress_.contains(address);
}

void RadioSide::onAdvertisement(const Advertisement& advertisement)
{
    if (!scans_.empty())
        remember(advertisement);
    if (Peripheral* peripheral = peripheralAt(advertisement.address))
        peripheral->onHeard(advertisement.rssi);
    if (!advertisement.hasData())
        return;
    const auto [first, last] = byAddress_.equal_range(advertisement.address);
    for (auto entry = first; entry != last; ++entry)
        entry->second->onAdvertisement(advertisement);
}

void RadioSide::onRadio(Listening listening, const std::string& reason)
{
    if (listening != Listening::Not)
        log::notice("listening {HOW} for Bluetooth devices", "HOW", toString(listening));
    else
        log::warning("no Bluetooth device can be heard: {ERROR}; trying again", "ERROR", reason);
    reason_ = reason;
    tell(listening);
    for (const auto& [id, sensor] : sensors_)
        sensor->onRadio(reason);
    for (const auto& [id, peripheral] : peripherals_)
        peripheral->onRadio(reason);
}

void RadioSide::onPeripheralChanged(const std::string& address)
{
    if (Peripheral* peripheral = peripheralAt(address))
        peripheral->onChanged();
}

void RadioSide::onCharacteristicGone(const std::string& address, const std::string& handle)
{
    if (Peripheral* peripheral = peripheralAt(address))
        peripheral->onCharacteristicGone(handle);
}

void RadioSide::onPasskeyWanted(const std::string& address)
{
    if (Peripheral* peripheral = peripheralAt(address))
        peripheral->onPasskeyWanted();
}

/// Later, because who tells it may go then.
void RadioSide::onBondsRemoved()
{
    loop_.post(lifetime_.guard([this] { listenOrRest(); }));
}

void RadioSide::onValueNotification(const std::string& address,
                                    const std::string& handle,
                                    base::ByteView octets)
{
    if (Peripheral* peripheral = peripheralAt(address))
        peripheral->onValueNotification(handle, octets);
}

void RadioSide::onNotificationsEnded(const std::string& address, const std::string& handle)
{
    if (Peripheral* peripheral = peripheralAt(address))
        peripheral->onNotificationsEnded(handle);
}

Peripheral* RadioSide::peripheralAt(const std::string& address)
{
    const auto found = peripheralByAddress_.find(address);
    return found == peripheralByAddress_.end() ? nullptr : found->second;
}

void RadioSide::remember(const Advertisement& advertisement)
{
    const auto known = heard_.find(advertisement.address);
    if (known == heard_.end()) {
        if (heard_.size() < mostHeard)
            heard_.emplace(advertisement.address, advertisement);
        return;
    }
    addHeard(known->second, advertisement);
}

} // namespace causeway::bridges::ble
