// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/connectivity.hpp"
#include "agent/api/inventory.hpp"
#include "agent/base/expected.hpp"
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

class DeviceRegister;
class EventJournal;

/// What the gateway itself has to tell besides its machine; all of it outlives it.
struct MachineServices
{
    EventJournal* events = nullptr;    ///< Object 20; none: it has none
    DeviceRegister* devices = nullptr; ///< Object 25, likewise
    /// For /3/0/4; none: servers may not. Answers when the machine has begun to go down, or why
    /// not.
    std::function<void(base::UniqueFunction<void(base::Expected<void>)>)> reboot{};
    /// Why it must not go down now, for the server that asked; empty or none: it may.
    std::function<std::string()> whyNotNow{};
};

/// What the gateway has in place of a bridge when it is a client of its own: who the machine is,
/// what its disk has room for, and how it reaches its servers. Looks now and then, and tells what
/// has changed; each look is some dozen short reads of /proc and /sys. Main thread. The scheduler
/// outlives it.
class MachineSide
{
public:
    /// What it asks its device for; of these only `localAddress` comes from inside a call.
    struct Owner
    {
        base::UniqueFunction<void(const std::vector<model::Path>&)> changed;
        base::UniqueFunction<void()> instancesChanged;
        std::function<std::string()> localAddress; ///< of a session; empty without one
        std::function<void(const api::ClientState&)> keep;
    };

    MachineSide(MachinePlace place,
                base::Scheduler& scheduler,
                base::Duration period,
                MachineServices services = {});
    ~MachineSide();
    MachineSide(const MachineSide&) = delete;
    MachineSide& operator=(const MachineSide&) = delete;

    /// `kept` is what `keep` got in an earlier life.
    void start(Owner owner, const api::ClientState& kept);

    /// Something may be another now: a session, the firmware.
    void lookSoon() { timer_.start(base::Duration::zero()); }

    /// What the machine tells; empty where it tells nothing.
    [[nodiscard]] lwm2m::DeviceIdentity identity() const;
    /// Memory Free and Memory Total (/3/0/10 and 21): kilobytes of 1000 octets.
    [[nodiscard]] lwm2m::DeviceObject::Measured measured() const;

    /// Clock, zone, reboot and errors of Object 3, which lives until release().
    void dress(lwm2m::DeviceObject& device);
    /// Objects 4, 20 and 25, which live until release().
    [[nodiscard]] std::vector<std::unique_ptr<lwm2m::Object>>
    makeObjects(const model::Definitions& definitions);
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

    void reboot(lwm2m::Object::Done done) const;
    [[nodiscard]] View look() const;
    void lookAgain();
    void tell(const std::vector<model::Path>& changed);
    [[nodiscard]] std::vector<model::Path> changesTo(View next);
    [[nodiscard]] bool isFull() const;

    MachinePlace place_;
    base::Scheduler& scheduler_;
    base::Duration period_;
    MachineServices services_;
    Owner owner_;
    View view_;
    lwm2m::DeviceObject* device_ = nullptr;
    lwm2m::ConnectivityObject* connectivity_ = nullptr;
    base::Timer timer_;
    base::Timer eventsTimer_;  ///< runs while events are to be told
    base::Timer devicesTimer_; ///< runs while devices have come or gone
};

} // namespace causeway::agent
