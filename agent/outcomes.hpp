// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/error.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::agent {

/// The one table from what a bridge says to what a server hears. Field-bus failures become 5.00
/// with a sentence: Leshan treats 5.03 and 5.04 as illegal answers to device management.
[[nodiscard]] model::Outcome outcomeOf(const base::Error& error);

} // namespace causeway::agent
