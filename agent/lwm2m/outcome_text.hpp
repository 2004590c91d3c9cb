// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/transport.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::lwm2m {

/// "4.03 Forbidden"
[[nodiscard]] std::string toText(model::OutcomeCode code);

/// The code and, when the peer sent a readable one, its diagnostic text, cut to a line.
[[nodiscard]] std::string describe(const api::Response& response);

/// A Response without payload, or with the diagnostic text when there is one.
[[nodiscard]] api::Response toResponse(const model::Outcome& outcome);

} // namespace causeway::lwm2m
