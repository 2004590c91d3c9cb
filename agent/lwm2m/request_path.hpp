// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "agent/lwm2m/refusal.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// The Uri-Path of a request. 4.04 for a path that is no LwM2M path at all, 4.05 for one that
/// breaks its rules: more than four levels, or a level that is no identifier.
[[nodiscard]] OrRefusal<model::Path> parseRequestPath(std::span<const std::string> segments);

} // namespace causeway::lwm2m
