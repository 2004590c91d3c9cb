// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/firmware_update.hpp"
#include "agent/lwm2m/objects/firmware_object.hpp"
#include "agent/model/definition.hpp"
#include "agent/model/path.hpp"

namespace causeway::agent {

/// The firmware update of one device, over all the lives of its LwM2M Client. Main thread.
class DeviceFirmware final : private lwm2m::UpdateListener
{
public:
    /// Who has the device; hears later, never at once.
    struct Owner
    {
        base::UniqueFunction<void(const api::ClientState&, api::Inventory::Done)> keep;
        /// Resources of Object 5 that may be read anew.
        base::UniqueFunction<void(const std::vector<model::Path>&)> changed;
        base::Task installed;
    };

    /// The scheduler outlives it; `device` is its name, `repositories` where it may fetch from.
    DeviceFirmware(std::string device,
                   std::unique_ptr<api::FirmwareStation> station,
                   std::unique_ptr<api::PackageFetcher> repositories,
                   base::Scheduler& scheduler,
                   const api::ClientState& state,
                   Owner owner);
    ~DeviceFirmware() override = default;
    DeviceFirmware(const DeviceFirmware&) = delete;
    DeviceFirmware& operator=(const DeviceFirmware&) = delete;

    /// Object 5 for one Client, which this and the definition outlive.
    [[nodiscard]] std::unique_ptr<lwm2m::Object>
    makeObject(const model::ObjectDefinition& definition, lwm2m::FirmwareObject::Access access);

    /// A factory reset leaves nothing of a package, but an update that is under way goes on.
    void reset() { update_.reset(); }

    [[nodiscard]] bool mayReset() const { return update_.mayReset(); }

private:
    void keepUpdateState(const api::ClientState& state, api::Inventory::Done kept) override;
    void onUpdateChanged() override;
    void onUpdateFailure(const std::string& sentence) override;

    std::string device_;
    std::unique_ptr<api::FirmwareStation> station_;
    std::unique_ptr<api::PackageFetcher> repositories_;
    base::Scheduler& scheduler_;
    Owner owner_;
    std::string logged_; ///< state and result
    lwm2m::FirmwareUpdate update_;
};

} // namespace causeway::agent
