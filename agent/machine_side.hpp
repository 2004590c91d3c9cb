// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/connectivity.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/host/machine.hpp"
#include "agent/host/network.hpp"
#include "agent/lwm2m/objects/connectivity_object.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "agent/model/definition.hpp"

namespace causeway::agent {

/// Where the gateway's own machine is looked at; elsewhere in tests.
struct MachinePlace
{
    std::filesystem::path root = "/";
    std::filesystem::path storage = "/var/lib/causeway"; ///< whose file system is told in Object 3
    std::string serialNumber; ///< of a machine that tells none: base::machineSerial()
    std::function<std::vector<host::InterfaceAddress>()> ipv4 = host::ipv4Addresses;
};

/// What the gateway has in place of a bridge when it is a client of its own: who the machine is,
/// what its disk has room for, and how it reaches its servers. Looks now and then, and tells what
/// has changed; each look is some dozen short reads of /proc and /sys. Main thread. The scheduler
/// outlives it.
class MachineSide
{
public:
    using Changed = base::UniqueFunction<void(const std::vector<model::Path>&)>;

    MachineSide(MachinePlace place, base::Scheduler& scheduler, base::Duration period);

    /// `changed` never comes from inside a call; `localAddress` is that of a session, or empty.
    void start(Changed changed, std::function<std::string()> localAddress);

    /// Something may be another now: a session, the firmware.
    void lookSoon() { timer_.start(base::Duration::zero()); }

    /// What the machine tells; empty where it tells nothing.
    [[nodiscard]] lwm2m::DeviceIdentity identity() const;
    /// Memory Free and Memory Total (/3/0/10 and 21): kilobytes of 1000 octets.
    [[nodiscard]] lwm2m::DeviceObject::Measured measured() const;

    /// Clock, zone, reboot and errors of Object 3, which lives until release().
    void dress(lwm2m::DeviceObject& device);
    /// Object 4, which lives until release().
    [[nodiscard]] std::unique_ptr<lwm2m::Object>
    makeConnectivity(const model::Definitions& definitions);
    /// The client goes, with the Objects that were made for it.
    void release();

private:
    struct View
    {
        host::Machine machine;
        std::optional<host::Storage> storage; ///< rounded to what is worth telling
        std::string timezone;
        std::string utcOffset;
        api::Connectivity connectivity;
    };

    [[nodiscard]] View look() const;
    void lookAgain();
    [[nodiscard]] std::vector<model::Path> changesTo(View next);
    [[nodiscard]] bool isFull() const;

    MachinePlace place_;
    base::Scheduler& scheduler_;
    base::Duration period_;
    Changed changed_;
    std::function<std::string()> localAddress_;
    View view_;
    lwm2m::DeviceObject* device_ = nullptr;
    lwm2m::ConnectivityObject* connectivity_ = nullptr;
    base::Timer timer_;
};

} // namespace causeway::agent
