// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/firmware_update.hpp"
#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

/// Object 5: shows a FirmwareUpdate to the servers of one Client. The definition, update and
/// scheduler outlive it.
class FirmwareObject final : public SingleObject
{
public:
    /// What servers may do; who may do nothing still sees the state.
    enum class Access : std::uint8_t { ReadOnly, Full };

    FirmwareObject(const model::ObjectDefinition& definition,
                   FirmwareUpdate& update,
                   base::Scheduler& scheduler,
                   Access access);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
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
    [[nodiscard]] std::int64_t protocolAt(std::size_t index) const;

    FirmwareUpdate& update_;
    Access access_;
};

/// What changes by itself in Object 5.
[[nodiscard]] std::vector<model::Path> changingFirmwareResources();

} // namespace causeway::lwm2m
