// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/transport.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/refusal.hpp"
#include "agent/lwm2m/server_account.hpp"
#include "agent/model/attributes.hpp"

namespace causeway::lwm2m {

/// The Observe option of a request (RFC 7641 §2).
inline constexpr std::uint32_t observeRegister = 0;
inline constexpr std::uint32_t observeCancel = 1;

/// What is observed, as far as its attributes are concerned.
enum class Observable : std::uint8_t { Number, Boolean, Other, Composite };

/// What lies at `path`, whose Object exists.
[[nodiscard]] Observable observableAt(const ObjectTree& tree, const model::Path& path);

/// Why a server of this version may not attach these to what lies there.
[[nodiscard]] std::optional<std::string>
unfit(const model::NotificationAttributes& attributes, ProtocolVersion version, Observable target);

/// The attributes that an Observe brings itself (LwM2M 1.2 Core §6.4.1): they hold for this
/// observation only and instead of those attached. Nothing when it brings none; 4.00 before 1.2,
/// and for those that do not fit: gt, lt and st need a number, edge a Boolean, a composite knows
/// only pmin, pmax, epmin, epmax and con.
[[nodiscard]] OrRefusal<std::optional<model::NotificationAttributes>>
observeQuery(const api::Request& request, ProtocolVersion version, Observable observed);

} // namespace causeway::lwm2m
