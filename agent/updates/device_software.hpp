// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/lwm2m/objects/software_object.hpp"
#include "agent/lwm2m/software/software_update.hpp"
#include "agent/model/definition.hpp"
#include "agent/model/path.hpp"

namespace causeway::agent {

/// The software components of one device, over all the lives of its LwM2M Client. Main thread.
class DeviceSoftware
{
public:
    /// Who has the device; hears later, never at once.
    struct Owner
    {
        base::UniqueFunction<void(const api::ClientState&, api::Inventory::Done)> keep;
        /// Resources of Object 9 that may be read anew.
        base::UniqueFunction<void(const std::vector<model::Path>&)> changed;
    };

    /// What all components of the device share; the scheduler outlives them.
    struct Shared
    {
        std::string device; ///< its name
        std::unique_ptr<api::PackageFetcher> repositories;
        base::Scheduler& scheduler;
    };

    /// One station for each component, whose place is its Object Instance ID.
    using Stations = std::vector<std::unique_ptr<api::SoftwareStation>>;

    DeviceSoftware(Shared shared, Stations stations, const api::ClientState& state, Owner owner);
    ~DeviceSoftware();
    DeviceSoftware(const DeviceSoftware&) = delete;
    DeviceSoftware& operator=(const DeviceSoftware&) = delete;

    /// Object 9 for one Client, which this and the definition outlive.
    [[nodiscard]] std::unique_ptr<lwm2m::Object>
    makeObject(const model::ObjectDefinition& definition, lwm2m::SoftwareObject::Access access);

    /// A factory reset leaves nothing of packages, but programs that run go on.
    void reset();

    /// What is kept after that, of those that no program runs for.
    [[nodiscard]] api::ClientState stateAfterReset() const;

private:
    class Part;

    Shared shared_;
    Owner owner_;
    std::vector<std::unique_ptr<Part>> parts_;
};

} // namespace causeway::agent
