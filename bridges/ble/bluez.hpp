// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "bridges/ble/gatt_radio.hpp"
#include "bridges/ble/known_devices.hpp"
#include "bridges/ble/listening.hpp"
#include "bridges/ble/radio_listener.hpp"

namespace sdbus {
class Message;
} // namespace sdbus

namespace causeway::base {
class Bus;
} // namespace causeway::base

namespace causeway::bridges::ble {

class BluezAdapter;
class BluezObjects;
class BluezPeripherals;

/// BlueZ's bluetoothd over D-Bus, listening on all its adapters while that is wanted. That
/// bluetoothd or an adapter is not there, goes and comes back is all in a day's work: it tries
/// again when they come, and every few seconds when they refuse. Lives on its loop's thread.
class Bluez
{
public:
    /// An empty address means the system bus. The listener outlives this.
    Bluez(base::EventLoop& loop, std::string busAddress, RadioListener& listener);
    ~Bluez();
    Bluez(const Bluez&) = delete;
    Bluez& operator=(const Bluez&) = delete;

    /// At first it shall not; nobody is told of the radio meanwhile.
    void setWish(const ListeningWish& wish);

    /// Removing bonds has to wait until bluetoothd and an adapter are there;
    /// RadioListener::onBondsRemoved() tells when nothing waits any more.
    [[nodiscard]] bool hasBondsToRemove() const;

    /// To connect what is heard.
    [[nodiscard]] GattRadio& gatt();

private:
    friend class BluezAdapter;
    friend class BluezObjects;
    struct Matches;

    void connect();
    [[nodiscard]] std::function<void(sdbus::Message&)>
    contained(void (Bluez::*handler)(sdbus::Message&));
    void onBusLost(const std::string& reason);
    void askForObjects();
    void askForMissed();
    void onOwnerChanged(sdbus::Message& signal);
    void onObjects(sdbus::Message& signal);
    void onProperties(sdbus::Message& signal);
    void onRefused(const std::string& sentence);
    void addAdapter(const std::string& path);
    void onAdapterChanged();
    void onSettled();
    void forgetAll();
    void say(Listening listening, const std::string& reason);
    void onHeardAgain(const std::string& path);
    void noteHeard(const std::string& path, const Advertisement& advertisement);

    [[nodiscard]] bool takePlainAdvertisement(const std::string& path, sdbus::Message& signal);

    template <typename Objects>
    void takeObjects(const Objects& objects);
    template <typename Objects>
    void takeMissed(const Objects& objects);
    template <typename Interfaces>
    void takeObject(const std::string& path, const Interfaces& interfaces);
    template <typename Properties>
    void takeAdapter(const std::string& path, const Properties& properties);
    template <typename Properties>
    void takeDevice(const std::string& path, const Properties& properties);
    template <typename Interfaces>
    void takeDeviceObject(const std::string& path, const Interfaces& interfaces);
    template <typename Interfaces>
    void takeAttribute(const std::string& path, const Interfaces& interfaces);
    void noteTurnedAway(const std::string& path);
    void forgetInterface(const std::string& path, const std::string& interface);

    base::EventLoop& loop_;
    std::string busAddress_;
    RadioListener& listener_;
    ListeningWish wish_;
    Listening listening_ = Listening::Not; ///< as it was told
    std::string said_;                     ///< why no adapter listens; empty when one does
    std::unique_ptr<base::Bus> bus_;
    std::unique_ptr<BluezPeripherals> peripherals_; ///< with proxies of bus_
    std::unique_ptr<Matches> matches_;
    std::unique_ptr<BluezObjects> objects_;
    std::map<std::string, std::unique_ptr<BluezAdapter>> adapters_; ///< by object path
    KnownDevices devices_;
    bool hasTurnedAway_ = false;           ///< somebody for whom there was no place
    bool isCrowdTold_ = false;             ///< that there are so many
    std::unique_ptr<BluezObjects> missed_; ///< those who were turned away, asked for
    base::Timer retry_;
    base::Timer settling_; ///< after an adapter came, until its devices have, too
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
