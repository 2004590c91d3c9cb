// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bluez_sim_adaptor.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

/// One characteristic of a peripheral, as it is whether or not somebody is connected.
struct GattValue
{
    std::string service; ///< canonicalUuid()s
    std::string uuid;
    std::vector<std::string> flags;
    base::Bytes octets;
    bool refusesSocket = false; ///< its configuration cannot be written again
    bool hasNoSockets = false;  ///< AcquireNotify is NotSupported
    bool isTaken = false;       ///< by another program, with AcquireNotify
    int socketsGiven = 0;
    int socketsDenied = 0;
    int socketsSpoilt = 0; ///< AcquireNotify of what is refused, which is never answered
};

inline const std::string batteryService = "0000180f-0000-1000-8000-00805f9b34fb";

/// What a peripheral has and does; it outlives bluetoothd's view of it.
struct SimulatedPeripheral
{
    std::deque<GattValue> values;
    bool isReachable = true;
    bool isConnected = false;
    bool wantsBond = false; ///< else it refuses whatever is asked of its characteristics
    bool isBonded = false;
    int bondsAsked = 0;
    int bondsMade = 0;
    bool connectsLate = false;            ///< Connect is answered once a bond is asked for
    std::optional<std::uint32_t> passkey; ///< that it shows; without one bonding just works
};

class SimulatedService final : public sdbus::AdaptorInterfaces<org::bluez::GattService1_adaptor,
                                                               sdbus::ManagedObject_adaptor>
{
public:
    SimulatedService(sdbus::IConnection& connection, const std::string& path, std::string uuid);
    ~SimulatedService();
    SimulatedService(const SimulatedService&) = delete;
    SimulatedService& operator=(const SimulatedService&) = delete;

private:
    std::string UUID() override { return uuid_; }

    std::string uuid_;
};

class SimulatedCharacteristic final
    : public sdbus::AdaptorInterfaces<org::bluez::GattCharacteristic1_adaptor,
                                      sdbus::ManagedObject_adaptor,
                                      sdbus::Properties_adaptor>
{
public:
    /// Peripheral and value outlive this.
    SimulatedCharacteristic(sdbus::IConnection& connection,
                            const std::string& path,
                            const SimulatedPeripheral& peripheral,
                            GattValue& value);
    ~SimulatedCharacteristic();
    SimulatedCharacteristic(const SimulatedCharacteristic&) = delete;
    SimulatedCharacteristic& operator=(const SimulatedCharacteristic&) = delete;

    [[nodiscard]] const GattValue& value() const { return value_; }

    /// As a peripheral does: it tells who asked for it.
    void onChanged();
    /// As whoever calls StopNotify, or a connection that is lost: its socket is closed.
    void closeSocket();

private:
    base::Bytes ReadValue(const std::map<std::string, sdbus::Variant>& options) override;
    void WriteValue(const base::Bytes& value,
                    const std::map<std::string, sdbus::Variant>& options) override;
    void StartNotify() override;
    void StopNotify() override;
    void AcquireNotify(sdbus::Result<sdbus::UnixFd, std::uint16_t>&& result,
                       std::map<std::string, sdbus::Variant> options) override;

    std::string UUID() override { return value_.uuid; }

    sdbus::ObjectPath Service() override { return sdbus::ObjectPath{service_}; }

    std::vector<std::string> Flags() override { return value_.flags; }

    base::Bytes Value() override { return value_.octets; }

    bool NotifyAcquired() override { return socket_.isOpen() || value_.isTaken; }

    void require(const std::string& flag) const;
    void requireSocket();

    std::string service_;
    const SimulatedPeripheral& peripheral_;
    GattValue& value_;
    bool isNotifying_ = false;
    base::UniqueFd socket_;
    std::vector<sdbus::Result<sdbus::UnixFd, std::uint16_t>> spoilt_; ///< who waits in vain
};

/// The Battery Service, which bluetoothd shows in a way of its own while there is a connection.
class SimulatedBattery final : public sdbus::AdaptorInterfaces<org::bluez::Battery1_adaptor,
                                                               sdbus::ManagedObject_adaptor,
                                                               sdbus::Properties_adaptor>
{
public:
    /// The value outlives this.
    SimulatedBattery(sdbus::IConnection& connection,
                     const std::string& devicePath,
                     const GattValue& value);
    ~SimulatedBattery();
    SimulatedBattery(const SimulatedBattery&) = delete;
    SimulatedBattery& operator=(const SimulatedBattery&) = delete;

    void onChanged();

private:
    std::uint8_t Percentage() override { return value_.octets.at(0); }

    const GattValue& value_;
};

/// What bluetoothd shows of a peripheral's services, from the first connection on.
class SimulatedGatt
{
public:
    SimulatedGatt(sdbus::IConnection& connection,
                  const std::string& devicePath,
                  SimulatedPeripheral& peripheral);

    [[nodiscard]] SimulatedCharacteristic* find(const std::string& uuid);
    void closeSockets();

private:
    std::vector<std::unique_ptr<SimulatedService>> services_;
    std::vector<std::unique_ptr<SimulatedCharacteristic>> characteristics_;
};

/// The bus may have gone first.
template <typename Adaptor>
void tellGone(Adaptor& object)
{
    try {
        object.emitInterfacesRemovedSignal();
    } catch (const sdbus::Error&) {
        return;
    }
}

/// Says that these properties have other values now.
template <typename Adaptor>
void tellChanged(Adaptor& object, const char* interface, const std::vector<std::string>& names)
{
    const std::vector<bus::PropertyName> properties(names.begin(), names.end());
    object.emitPropertiesChangedSignal(bus::InterfaceName{interface}, properties);
}

} // namespace causeway::tests
