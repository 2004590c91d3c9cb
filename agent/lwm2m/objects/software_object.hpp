// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/objects/firmware_object.hpp"
#include "agent/lwm2m/software/software_update.hpp"

namespace causeway::lwm2m {

/// Object 9: shows the software components of a device to the servers of one Client, each as an
/// instance, numbered as they come. Servers make none: what a component is, the profile says. The
/// definition, updates and scheduler outlive it.
class SoftwareObject final : public Object
{
public:
    using Access = FirmwareObject::Access;

    struct Component
    {
        std::string name; ///< PkgName
        std::reference_wrapper<SoftwareUpdate> update;
    };

    SoftwareObject(const model::ObjectDefinition& definition,
                   std::vector<Component> components,
                   base::Scheduler& scheduler,
                   Access access);

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] model::Operations operations(model::Id instance,
                                               model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    [[nodiscard]] bool takesPieces(const model::Path& resource) const override;
    void writePiece(ResourcePiece piece, Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

private:
    [[nodiscard]] SoftwareUpdate& updateOf(model::Id instance) const;

    const model::ObjectDefinition& definition_;
    std::vector<Component> components_;
    base::Scheduler& scheduler_;
    Access access_;
};

/// What changes by itself in an instance of Object 9.
[[nodiscard]] std::vector<model::Path> changingSoftwareResources(model::Id instance);

} // namespace causeway::lwm2m
