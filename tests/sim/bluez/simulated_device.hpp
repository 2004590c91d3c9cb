// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bluez_sim_adaptor.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/advertisement.hpp"
#include "tests/sim/bluez/simulated_agent.hpp"
#include "tests/sim/bluez/simulated_gatt.hpp"

namespace causeway::tests {

/// A device as bluetoothd shows it.
class SimulatedDevice final : public sdbus::AdaptorInterfaces<org::bluez::Device1_adaptor,
                                                              sdbus::ManagedObject_adaptor,
                                                              sdbus::Properties_adaptor>
{
public:
    /// What it works with; all of it outlives it.
    struct Site
    {
        sdbus::IConnection& connection;
        base::Scheduler& scheduler;
        SimulatedAgents& agents;
    };

    /// The peripheral outlives this.
    SimulatedDevice(const Site& site,
                    const std::string& path,
                    std::string address,
                    SimulatedPeripheral& peripheral);
    ~SimulatedDevice();
    SimulatedDevice(const SimulatedDevice&) = delete;
    SimulatedDevice& operator=(const SimulatedDevice&) = delete;

    /// One advertisement; as bluetoothd, it tells equal data again only when it was asked to.
    void advertise(const bridges::ble::Advertisement& advertisement, bool tellsDuplicates);

    /// The peripheral has another value now.
    void onChanged(const std::string& uuid);
    /// Another program has called StopNotify.
    void closeSocket(const std::string& uuid);
    /// The connection is lost.
    void dropConnection();
    /// As 5.66 does with whom it is to forget: it disconnects first, and then this is told.
    void leave(std::function<void()> done);

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    void Connect(sdbus::Result<>&& result) override;
    void Disconnect(sdbus::Result<>&& result) override;
    void Pair(sdbus::Result<>&& result) override;
    void endBond(bool isAccepted);
    void endConnect();
    void tellConnection();

    std::vector<std::string> UUIDs() override;

    bool Connected() override { return peripheral_.isConnected; }

    bool Paired() override { return peripheral_.isBonded; }

    bool ServicesResolved() override { return peripheral_.isConnected; }

    std::string Address() override { return address_; }

    std::string Name() override;

    std::int16_t RSSI() override { return newest_.rssi.value_or(0); }

    std::map<std::uint16_t, sdbus::Variant> ManufacturerData() override;
    std::map<std::string, sdbus::Variant> ServiceData() override;

    Site site_;
    std::string path_;
    std::string address_;
    SimulatedPeripheral& peripheral_;
    std::unique_ptr<SimulatedGatt> gatt_;
    std::unique_ptr<SimulatedBattery> battery_; ///< while connected
    bridges::ble::Advertisement newest_;
    bool isKnown_ = false;
    std::optional<sdbus::Result<>> connect_;   ///< who waits for Connect's answer
    std::vector<sdbus::Result<>> disconnects_; ///< who waits for the end of the connection
    base::Timer closing_;
    std::function<void()> left_; ///< who waits for that because the device is to be forgotten
    std::optional<sdbus::Result<>> bond_; ///< who waits for a bond
    std::unique_ptr<SimulatedQuestion> question_;
};

} // namespace causeway::tests
