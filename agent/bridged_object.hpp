// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/field_side.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::agent {

/// An LwM2M Object whose Resources live in a bridge. Where the definition has them, each instance
/// also shows when its values were taken (5518 Timestamp) and how good they are (6042 Measurement
/// Quality Indicator): the oldest of those that are polled, else the newest, and that of the worst;
/// rejected when the device is gone, or has no value of a Resource that is mandatory, probably so
/// when another one cannot be read any more. Main thread; the definition and the field side outlive
/// it.
class BridgedObject final : public lwm2m::Object
{
public:
    /// Writes and executes of servers need the profile's permission and this one, the operator's.
    BridgedObject(const model::ObjectDefinition& definition,
                  FieldSide& field,
                  bool allowsServerWrites);

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] model::Operations operations(model::Id instance,
                                               model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    [[nodiscard]] model::Outcome
    checkWrite(const std::vector<lwm2m::ResourceWrite>& values) const override;
    void write(model::Id instance,
               std::vector<lwm2m::ResourceWrite> values,
               lwm2m::WriteMode mode,
               Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

    /// Timestamp and quality of the instances that these Resources belong to.
    [[nodiscard]] std::vector<model::Path>
    derivedFrom(const std::vector<model::Path>& resources) const;
    /// Timestamp and quality of all instances.
    [[nodiscard]] std::vector<model::Path> derived() const;

private:
    void addDerived(model::Id instance, std::vector<model::Path>& paths) const;
    [[nodiscard]] bool hasDerived(model::Id instance) const;
    [[nodiscard]] bool isMandatory(const model::Path& path) const;
    [[nodiscard]] bool misses(model::Id instance) const;
    [[nodiscard]] bool hasStale(model::Id instance) const;
    [[nodiscard]] bool weighs(const api::MappedResource& mapped) const;
    [[nodiscard]] std::vector<const model::Sample*> samplesOf(model::Id instance) const;
    [[nodiscard]] std::vector<const model::Sample*> polledSamplesOf(model::Id instance) const;
    [[nodiscard]] base::Expected<model::Sample> readTimestamp(const model::Path& path) const;
    [[nodiscard]] model::Sample readQuality(const model::Path& path) const;

    const model::ObjectDefinition& definition_;
    FieldSide& field_;
    bool allowsServerWrites_;
};

} // namespace causeway::agent
