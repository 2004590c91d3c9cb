// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

namespace causeway::card {

/// What LoadCredential=smartcard-pin:… of the unit gave, without its end of line; nothing without.
/// LimitExceeded: that is no PIN, and a part of it would be a wrong one.
[[nodiscard]] base::Expected<std::optional<base::Secret>> readPin();

} // namespace causeway::card
