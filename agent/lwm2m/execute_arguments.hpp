// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace causeway::lwm2m {

/// LwM2M Core §6.3.5: arg *("," arg), arg = DIGIT ["=" "'" *CHAR "'"], each digit once; nothing at
/// all is fine.
[[nodiscard]] bool areExecuteArguments(std::string_view text);

} // namespace causeway::lwm2m
