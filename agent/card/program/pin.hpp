// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/base/secret.hpp"

namespace causeway::card {

/// What LoadCredential=smartcard-pin:… of the unit gave, without its end of line; nothing without.
[[nodiscard]] std::optional<base::Secret> readPin();

} // namespace causeway::card
