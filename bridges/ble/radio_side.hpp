// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "bridges/ble/bluez.hpp"
#include "bridges/ble/connection_slots.hpp"
#include "bridges/ble/listening.hpp"
#include "bridges/ble/peripheral.hpp"
#include "bridges/ble/sensor.hpp"

namespace causeway::bridges::ble {

/// What was heard in a scan, by address; or why nothing could be.
using ScanDone = base::UniqueFunction<void(base::Expected<std::vector<Advertisement>>)>;

/// All Sensors and Peripherals and what they hear by; everything here runs on the radio's thread.
/// The main thread speaks to it by posted tasks and knows its devices by number. bluetoothd is
/// bothered only while there is a device or a scan.
class RadioSide final : public RadioListener
{
public:
    /// Of all devices: how they are listened for, and why nobody does.
    using Told = std::function<void(Listening listening, const std::string& reason)>;

    /// An empty address means the system bus.
    RadioSide(base::EventLoop& loop, std::string busAddress, Told told = {});
    ~RadioSide() override;
    RadioSide(const RadioSide&) = delete;
    RadioSide& operator=(const RadioSide&) = delete;

    void addSensor(std::uint64_t id,
                   std::string address,
                   std::shared_ptr<const DeviceProfile> profile,
                   Sensor::Report report);
    void startSensor(std::uint64_t id);
    void removeSensor(std::uint64_t id);
    void addPeripheral(std::uint64_t id, Peripheral::Settings settings, Sensor::Report report);

    [[nodiscard]] Peripheral& peripheral(std::uint64_t id) { return *peripherals_.at(id); }

    void startPeripheral(std::uint64_t id);
    void removePeripheral(std::uint64_t id);
    /// To a peripheral: its passkey, as admitPasskey() wants it.
    void setKey(std::uint64_t id, base::Secret key);
    /// What bluetoothd has of a peripheral beyond its connection, also of one that is none of ours
    /// any more; as soon as bluetoothd is there, if that is before this goes.
    void removeBond(const std::string& address);

    /// `done` is called here; never when this goes first.
    void scan(base::Duration duration, ScanDone done);

private:
    struct Scan
    {
        base::TimePoint until;
        ScanDone done;
    };

    [[nodiscard]] bool isAttached(const std::string& address) const override;
    void onAdvertisement(const Advertisement& advertisement) override;
    void onRadio(Listening listening, const std::string& reason) override;
    void onPeripheralChanged(const std::string& address) override;
    void onCharacteristicGone(const std::string& address, const std::string& handle) override;
    void onPasskeyWanted(const std::string& address) override;
    void onBondsRemoved() override;
    void onValueNotification(const std::string& address,
                             const std::string& handle,
                             base::ByteView octets) override;
    void onNotificationsEnded(const std::string& address, const std::string& handle) override;
    [[nodiscard]] Peripheral* peripheralAt(const std::string& address);
    void remember(const Advertisement& advertisement);
    void endScans();
    void listen();
    void listenOrRest();
    [[nodiscard]] ListeningWish wish() const;
    void tell(Listening listening);

    base::EventLoop& loop_;
    std::string busAddress_;
    Told told_;
    std::string reason_; ///< why nobody listens
    std::map<std::uint64_t, std::unique_ptr<Sensor>> sensors_;
    std::multimap<std::string, Sensor*, std::less<>> byAddress_;
    std::vector<Scan> scans_;
    std::map<std::string, Advertisement> heard_; ///< while there is a scan
    base::Timer scanTimer_;
    std::unique_ptr<Bluez> bluez_;
    ConnectionSlots slots_;
    std::map<std::uint64_t, std::unique_ptr<Peripheral>> peripherals_; ///< by means of bluez_
    std::map<std::string, Peripheral*> peripheralByAddress_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
