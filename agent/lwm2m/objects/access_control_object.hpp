// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// Object 2: the rules of AccessControl, which outlives it. Servers read all of them and write
/// those they own; instances come and go with what they protect.
class AccessControlObject final : public Object
{
public:
    AccessControlObject(const model::ObjectDefinition& definition, AccessControl& access);

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

    [[nodiscard]] bool allowsResourceReplace() const override { return true; }

    void removeInstances(const model::Path& target, Done done) override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;

private:
    const model::ObjectDefinition& definition_;
    AccessControl& access_;
};

} // namespace causeway::lwm2m
