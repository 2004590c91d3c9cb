// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/device_account.hpp"
#include "agent/api/inventory.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/attached_attributes.hpp"
#include "agent/lwm2m/server_account.hpp"

/// What survives a restart of the daemon: values that servers wrote to /1/x, the attributes they
/// attached, and until when they have disabled the client. A registration does not: neither its
/// location nor its observations are kept.
namespace causeway::lwm2m {

/// An account as the operator or a Bootstrap-Server gave it.
[[nodiscard]] ServerAccount makeAccount(api::DeviceAccount given);

/// What to keep of /1/x; an empty text where the operator's own value is in force.
[[nodiscard]] api::ClientState stateOf(const ServerAccount& account);

/// What is to be kept for the account called `server` to begin with this in /1/x/23.
[[nodiscard]] api::ClientState deliveredState(const std::string& server, bool mutesSend);

/// Likewise for it to have /1/x/12; without a time it has none.
[[nodiscard]] api::ClientState bootstrappedState(const std::string& server,
                                                 std::optional<base::WallTime> at);

/// What to keep of the attributes attached at one level.
[[nodiscard]] api::ClientState stateOf(const ServerAccount& account,
                                       const AttachedAttributes& attributes,
                                       const model::Path& path);

/// Puts back what stateOf() gave. A value that a server had written over another setting of the
/// operator than today's is dropped: the operator spoke last. So is what cannot be read.
void restore(const api::ClientState& state, ServerAccount& account, AttachedAttributes& attributes);

} // namespace causeway::lwm2m
