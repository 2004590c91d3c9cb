// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "agent/api/device_account.hpp"
#include "agent/api/inventory.hpp"

namespace causeway::lwm2m {

/// What is to change of the rules of Object 2 that are kept (an empty text: no more) when these are
/// the accounts: whoever has an account under the Short Server ID of one that has gone is nobody's
/// heir. Its entries go, and what it owned gets the owner with the most rights to write and delete,
/// as when a Bootstrap-Server deletes it (LwM2M Core §6.1.7.6). Pure. Who the servers are is kept
/// beside the rules.
[[nodiscard]] api::ClientState withoutDeparted(const api::ClientState& kept,
                                               std::span<const api::DeviceAccount> accounts);

} // namespace causeway::lwm2m
