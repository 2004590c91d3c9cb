// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace causeway::sim {

/// Keeps the order in which members were added: lines that people read.
using Json = nlohmann::ordered_json;

} // namespace causeway::sim
