// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "agent/api/bootstrap_store.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/bootstrap/staged_objects.hpp"
#include "agent/lwm2m/object_tree.hpp"

namespace causeway::lwm2m {

/// What the accounts that are delivered belong to.
struct DeliveryTarget
{
    std::string device;                         ///< its name: they are named after it
    std::span<const api::DeviceAccount> before; ///< as they are in force
    const ObjectTree& tree;                     ///< what else was bootstrapped
    std::optional<base::WallTime> at{};         ///< for /1/x/12
    api::Provisioner from = api::Provisioner::BootstrapServer;
};

/// The consistency check at Bootstrap-Finish (LwM2M Core §6.1.7.4), and what is to be kept when it
/// passes: exactly one Bootstrap-Server account and at least one server account (on a smartcard at
/// most one, and at least one of either kind), each of Object 0 with
/// exactly one of Object 1 of the same, unique Short Server ID and the other way round, everything
/// mandatory there, a URI, binding and security mode that go together and that this client has, a
/// credential where one is needed, rules that can be read, other Objects whole. What depends on
/// other devices and on the quality of keys is for the owner to check. The error is a sentence for
/// the Bootstrap-Server (4.06), who may correct it and finish again.
[[nodiscard]] base::Expected<api::BootstrapResult> assembleDelivery(const StagedObjects& staged,
                                                                    const DeliveryTarget& target);

/// What is to be kept when the account of the Bootstrap-Server goes: the others, as they are.
[[nodiscard]] api::BootstrapResult
withoutBootstrapServer(std::span<const api::DeviceAccount> before);

} // namespace causeway::lwm2m
