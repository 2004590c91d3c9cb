// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/bootstrap/staged_objects.hpp"

/// The settings of an account as Resources of Objects 0 and 1, and back. Keys are not among them.
namespace causeway::lwm2m {

/// /0/`instance` without what only the credential store knows.
[[nodiscard]] StagedInstance securityValues(const api::ServerSettings& settings,
                                            model::Id instance);

/// /1/`instance`
[[nodiscard]] StagedInstance serverValues(const api::ServerSettings& settings, model::Id instance);

/// All of Object 2.
void stageRules(const AccessControl& access, StagedObjects& staged);

/// Puts what an instance of Object 0 says into `settings`; what it does not say becomes the
/// default. The error is a sentence for the Bootstrap-Server: a mandatory Resource is missing, or a
/// value cannot be.
[[nodiscard]] base::Expected<void> takeSecurityValues(const StagedInstance& security,
                                                      model::Id instance,
                                                      api::ServerSettings& settings);

/// The same for an instance of Object 1.
[[nodiscard]] base::Expected<void>
takeServerValues(const StagedInstance& server, model::Id instance, api::ServerSettings& settings);

} // namespace causeway::lwm2m
