// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/lwm2m/objects/single_object.hpp"
#include "agent/lwm2m/traffic_collection.hpp"

namespace causeway::lwm2m {

/// Object 7, Connectivity Statistics: what this device's own sessions have carried. There is no
/// SMS, so 0 and 1 are absent. The definition, collection and scheduler outlive it.
class StatisticsObject final : public SingleObject
{
public:
    StatisticsObject(const model::ObjectDefinition& definition,
                     TrafficCollection& collection,
                     base::Scheduler& scheduler);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

private:
    TrafficCollection& collection_;
};

/// What begins anew with each collection; between its two ends a Read tells the newest.
[[nodiscard]] std::vector<model::Path> collectedResources();

} // namespace causeway::lwm2m
