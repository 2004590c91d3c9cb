// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::base {

/// What somebody may have meant who wrote `word`, which is none of these; nothing when none is
/// near: one wrong letter in three is a slip, more is another word.
[[nodiscard]] std::optional<std::string> nearestWord(std::string_view word,
                                                     const std::vector<std::string>& candidates);

} // namespace causeway::base
