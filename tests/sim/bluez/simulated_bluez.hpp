// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bluez_sim_adaptor.h>

#include "agent/base/bus.hpp"
#include "agent/base/bus_compat.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "bridges/ble/advertisement.hpp"
#include "tests/sim/bluez/simulated_agent.hpp"
#include "tests/sim/bluez/simulated_device.hpp"
#include "tests/sim/bluez/simulated_gatt.hpp"
#include "tests/sim/bluez/simulated_monitors.hpp"

namespace causeway::tests {

class SimulatedAdapter final : public sdbus::AdaptorInterfaces<org::bluez::Adapter1_adaptor,
                                                               sdbus::ManagedObject_adaptor,
                                                               sdbus::Properties_adaptor>
{
public:
    using Remove = std::function<void(const std::string& device)>;

    SimulatedAdapter(sdbus::IConnection& connection, Remove remove);
    ~SimulatedAdapter();
    SimulatedAdapter(const SimulatedAdapter&) = delete;
    SimulatedAdapter& operator=(const SimulatedAdapter&) = delete;

    void setPowered(bool isPowered);

    /// As a kernel that is still busy with the discovery of a bluetoothd that was killed: the next
    /// so many StartDiscovery fail, and nothing comes of them.
    void beBusy(int times) { refusals_ = times; }

    [[nodiscard]] bool isDiscovering() const { return isDiscovering_; }

    [[nodiscard]] bool tellsDuplicates() const { return tellsDuplicates_; }

private:
    void SetDiscoveryFilter(const std::map<std::string, sdbus::Variant>& filter) override;
    void StartDiscovery() override;
    void StopDiscovery() override;

    void RemoveDevice(const sdbus::ObjectPath& device) override { remove_(device); }

    std::string Address() override { return "00:00:00:00:00:01"; }

    bool Powered() override { return isPowered_; }

    bool Discovering() override { return isDiscovering_; }

    void setDiscovering(bool isDiscovering);

    Remove remove_;
    bool isPowered_ = true;
    bool isDiscovering_ = false;
    std::string client_; ///< for whom
    bool tellsDuplicates_ = false;
    int refusals_ = 0;
};

/// A bluetoothd without radio on a private bus: what it hears is what a test says. It owns
/// org.bluez as long as it lives.
class SimulatedBluez
{
public:
    SimulatedBluez(base::EventLoop& loop, const std::string& address);
    ~SimulatedBluez();
    SimulatedBluez(const SimulatedBluez&) = delete;
    SimulatedBluez& operator=(const SimulatedBluez&) = delete;

    void addAdapter();
    /// And all that it heard.
    void removeAdapter();

    [[nodiscard]] SimulatedAdapter* adapter() { return adapter_.get(); }

    /// Nothing happens unless somebody listens.
    void advertise(const bridges::ble::Advertisement& advertisement);

    /// As bluetoothd does only when it is started with --experimental.
    void offerMonitors() { monitors_ = std::make_unique<SimulatedMonitors>(bus_.connection()); }

    [[nodiscard]] SimulatedMonitors* monitors() { return monitors_.get(); }

    /// What a peripheral of this address has; made when it is first spoken of.
    [[nodiscard]] SimulatedPeripheral& peripheral(const std::string& address)
    {
        return peripherals_[address];
    }

    /// As without power: it forgets nobody.
    void keepBonds() { keepsBonds_ = true; }

    /// What is bonded is there from the start, as the real one reads it from its disk.
    void remember(const std::string& address, const SimulatedPeripheral& peripheral);

    /// Another value of one of its characteristics, which it tells who asked for it.
    void setValue(const std::string& address, const std::string& uuid, const base::Bytes& octets);
    void dropConnection(const std::string& address);
    /// Another program has called StopNotify.
    void closeSocket(const std::string& address, const std::string& uuid);

private:
    class Root;

    void removeDevice(const std::string& path);
    void forget(const std::string& address);
    [[nodiscard]] SimulatedDevice& device(const std::string& address);

    base::EventLoop& loop_;
    base::Bus bus_;
    std::unique_ptr<Root> root_;
    SimulatedAgents agents_;
    std::unique_ptr<SimulatedAdapter> adapter_;
    std::unique_ptr<SimulatedMonitors> monitors_;            ///< of the adapter
    std::map<std::string, SimulatedPeripheral> peripherals_; ///< by address
    std::map<std::string, std::unique_ptr<SimulatedDevice>> devices_;
    bool keepsBonds_ = false;
    base::Lifetime lifetime_;
};

} // namespace causeway::tests
