// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// The devices behind a gateway, each by the Object Instance ID that it keeps.
class GatewayInventory
{
public:
    virtual ~GatewayInventory() = default;

    /// Ascending.
    [[nodiscard]] virtual std::vector<model::Id> devices() const = 0;
    /// Its endpoint name.
    [[nodiscard]] virtual std::string deviceId(model::Id device) const = 0;
    /// Its Objects and Object Instances as links, as in its own Register.
    [[nodiscard]] virtual std::string objects(model::Id device) const = 0;
};

/// Object 25, LwM2M Gateway, to read: which devices are behind this Client. Each is a Client of its
/// own, so the prefix that the definition wants leads nowhere. The definition, inventory and
/// scheduler outlive it.
class GatewayObject final : public Object
{
public:
    GatewayObject(const model::ObjectDefinition& definition,
                  const GatewayInventory& inventory,
                  base::Scheduler& scheduler);

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

private:
    const model::ObjectDefinition& definition_;
    const GatewayInventory& inventory_;
    base::Scheduler& scheduler_;
};

} // namespace causeway::lwm2m
