// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_fd.hpp"
#include "bridges/ble/bluez_battery.hpp"
#include "bridges/ble/bluez_device.hpp"
#include "bridges/ble/bluez_removals.hpp"
#include "bridges/ble/gatt_radio.hpp"
#include "bridges/ble/notification_pace.hpp"
#include "bridges/ble/radio_listener.hpp"

namespace sdbus {
class IConnection;
} // namespace sdbus

namespace causeway::bridges::ble {

class BluezAgent;
class BluezConnection;
class BluezRequest;
class NotificationSocket;

/// Which of bluetoothd's devices are connected, and what they have, as its signals tell; and the
/// way to ask them. Lives on the radio's thread, as a part of a Bluez.
class BluezPeripherals final : public GattRadio
{
public:
    /// Both outlive this.
    BluezPeripherals(base::EventLoop& loop, RadioListener& listener);
    ~BluezPeripherals() override;
    BluezPeripherals(const BluezPeripherals&) = delete;
    BluezPeripherals& operator=(const BluezPeripherals&) = delete;

    /// Requests go by this from now on; nothing: there is no bus.
    void setConnection(sdbus::IConnection* connection);

    /// It exists; nobody is told. What it has may be taken from now on.
    void knowDevice(const std::string& path, const std::string& address);
    /// What is said of Device1, GattService1 and GattCharacteristic1 at these object paths. Throws
    /// sdbus::Error when a property has another type than BlueZ's documents say.
    void
    takeDevice(const std::string& path, const std::string& address, const Properties& properties);
    void noteHeard(const std::string& path);
    void takeService(const std::string& path, const Properties& properties);
    void takeCharacteristic(const std::string& path, const Properties& properties);
    void takeValue(const std::string& path, const Properties& properties);
    void takeBattery(const std::string& path, const Properties& properties);
    void forgetBattery(const std::string& path);
    void forgetDevice(const std::string& path);
    void forgetAttribute(const std::string& path);
    void forgetAll();

    /// All that bluetoothd knew of itself is known: what is not bonded has no bond to remove.
    void setComplete();

    /// RadioListener::onBondsRemoved() tells when it may be no more so.
    [[nodiscard]] bool hasBondsToRemove() const
    {
        return !unbonded_.empty() || removals_.areUnderWay();
    }

    [[nodiscard]] std::size_t size() const { return remotes_.size(); }

    [[nodiscard]] std::optional<PeripheralState>
    peripheral(const std::string& address) const override;
    [[nodiscard]] std::vector<Characteristic>
    characteristics(const std::string& address) const override;
    void connect(const std::string& address, const std::string& adapter, Done done) override;
    void disconnect(const std::string& address) override;
    void bond(const std::string& address, Done done) override;
    void answerPasskey(const std::string& address, std::uint32_t passkey) override;
    void removeBond(const std::string& address) override;
    void read(const std::string& handle, ReadDone done) override;
    void write(const std::string& handle, base::Bytes octets, Done done) override;
    void startNotify(const std::string& handle, Done done) override;

private:
    struct KnownCharacteristic
    {
        Characteristic told;
        bool onlyTakesCommands = false;
        bool offersSocket = false; ///< for its ValueNotifications
        // Of this connection:
        bool isNotifying = false;
        NotificationPace pace;                ///< of signals
        std::unique_ptr<BluezRequest> change; ///< to a socket
        std::unique_ptr<NotificationSocket> socket;
    };

    /// One of bluetoothd's devices: a peripheral as one adapter sees it.
    struct Remote
    {
        std::string path;
        std::string address;
        PeripheralState state;
        bool wasUnbonded = false;                                   ///< and bluetoothd told so
        std::uint64_t heard = 0;                                    ///< larger: later
        std::map<std::string, std::string> services;                ///< UUID by object path
        std::map<std::string, KnownCharacteristic> characteristics; ///< by object path
        std::optional<BluezBattery> battery;
        std::unique_ptr<BluezConnection> connection;
        std::unique_ptr<BluezRequest> request; ///< the newest
    };

    [[nodiscard]] const Remote* find(const std::string& address) const;
    [[nodiscard]] Remote* find(const std::string& address);
    [[nodiscard]] Remote* owner(const std::string& attributePath);
    void takeServices(Remote& remote, const Properties& properties);
    void takeBond(Remote& remote, const Properties& properties);
    void letGo(Remote& remote);
    void removeBondOf(Remote& remote);
    void onKept(const std::string& path);
    void requireAgent();
    void askForPasskey(const std::string& path);
    [[nodiscard]] KnownCharacteristic* characteristic(const std::string& path);
    void countValue(KnownCharacteristic& known);
    void changeToSocket(KnownCharacteristic& known);
    void onSocket(const std::string& path, base::Expected<base::UniqueFd> socket);
    void onNotificationsEnded(const std::string& path);
    static void endNotifications(Remote& remote);
    [[nodiscard]] BluezRequest* newRequest(const std::string& handle);

    base::EventLoop& loop_;
    RadioListener& listener_;
    sdbus::IConnection* connection_ = nullptr;
    std::unique_ptr<BluezAgent> agent_;             ///< from the first connection on
    std::map<std::string, Remote> remotes_;         ///< by object path
    std::multimap<std::string, std::string> paths_; ///< by address
    std::map<std::string, std::string> used_;       ///< by address, from connect to disconnect
    bool isComplete_ = false;
    std::set<std::string> unbonded_; ///< addresses whose bonds wait to be removed
    BluezRemovals removals_;
    std::uint64_t heard_ = 0;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
