// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/smartcard.hpp"

namespace causeway::card {

/// SHA-256 of the salt and all of the report but its digest, in hex.
[[nodiscard]] std::string digestOf(const api::CardReport& report, const std::string& salt);

} // namespace causeway::card
