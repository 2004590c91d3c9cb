// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/api/request.hpp"

namespace causeway::lwm2m {

/// LwM2M Core §6.3.5: arg *("," arg), arg = DIGIT ["=" "'" *CHAR "'"], each digit once; nothing at
/// all is fine.
[[nodiscard]] bool areExecuteArguments(std::string_view text);

/// Those of an Execute: its payload, or what some servers send as ?0=U instead of 0='U'.
[[nodiscard]] std::string executeArgumentsOf(const api::Request& request);

} // namespace causeway::lwm2m
