// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "agent/model/value.hpp"

namespace causeway::lwm2m {

/// RFC 3339 date and time, "2026-03-21T20:04:00Z" or with an offset; a fraction of a second is
/// dropped.
[[nodiscard]] std::optional<model::Time> parseTimeText(std::string_view text);

} // namespace causeway::lwm2m
