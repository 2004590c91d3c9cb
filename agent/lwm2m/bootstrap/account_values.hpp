// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/api/device_account.hpp"
#include "agent/api/inventory.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/bootstrap/staged_objects.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/server_account.hpp"

/// The settings of an account as Resources of Objects 0 and 1, and back. Keys are not among them.
namespace causeway::lwm2m {

/// /0/`instance` without what only the credential store knows.
[[nodiscard]] StagedInstance securityValues(const api::ServerSettings& settings,
                                            model::Id instance);

/// /1/`instance`
[[nodiscard]] StagedInstance serverValues(const ServerAccount& account);

/// What is in force when a bootstrap begins; outlives the call.
struct InForce
{
    std::span<const api::DeviceAccount> accounts;
    std::vector<const ServerAccount*> servers; ///< as they are now
    const AccessControl* access;               ///< nullptr with one server and no delivered rules
    const ObjectTree& tree;
};

/// Objects 0 to 2, and those of the tree that take a bootstrap.
[[nodiscard]] StagedObjects stageOf(const InForce& inForce);

/// Puts what an instance of Object 0 says into `settings`; what it does not say becomes the
/// default. The error is a sentence for the Bootstrap-Server: a mandatory Resource is missing, or a
/// value cannot be.
[[nodiscard]] base::Expected<void> takeSecurityValues(const StagedInstance& security,
                                                      model::Id instance,
                                                      api::ServerSettings& settings);

/// What an instance of Object 1 says that operators have no setting for, for the account called
/// `name`. Send is muted when it does not say (/1/x/23).
[[nodiscard]] base::Expected<api::ClientState>
takeServerState(const StagedInstance& server, model::Id instance, const std::string& name);

/// The same for an instance of Object 1.
[[nodiscard]] base::Expected<void>
takeServerValues(const StagedInstance& server, model::Id instance, api::ServerSettings& settings);

} // namespace causeway::lwm2m
