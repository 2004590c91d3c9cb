// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/connectivity.hpp"
#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

/// Object 4, Connectivity Monitoring: how the machine that the Client runs on reaches its servers.
/// What only a modem knows is absent. The definition and scheduler outlive it.
class ConnectivityObject final : public SingleObject
{
public:
    ConnectivityObject(const model::ObjectDefinition& definition,
                       api::Connectivity now,
                       base::Scheduler& scheduler);

    /// What has changed by it; the owner tells the Client.
    [[nodiscard]] std::vector<model::Path> change(api::Connectivity next);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

private:
    api::Connectivity now_;
};

} // namespace causeway::lwm2m
