// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/api/device_account.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// Object 0: one instance per account, the Bootstrap-Server's included, which Object links may name
/// and which nobody may read. Its values live in the account's settings and in the credential
/// store, not here.
class SecurityObject final : public Object
{
public:
    SecurityObject(const model::ObjectDefinition& definition,
                   std::span<const api::DeviceAccount> accounts);

    /// These are the accounts from now on.
    void follow(std::span<const api::DeviceAccount> accounts);

    [[nodiscard]] const model::ObjectDefinition& definition() const override;
    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] model::Operations operations(model::Id instance,
                                               model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

private:
    const model::ObjectDefinition& definition_;
    std::vector<model::Id> instances_;
};

} // namespace causeway::lwm2m
