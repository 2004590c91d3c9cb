// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace causeway::lwm2m {

/// Digits with an optional sign and fraction, as attributes have them: no exponent, no leading
/// '+', always finite.
[[nodiscard]] std::optional<double> parseDecimal(std::string_view text);

/// The same with an exponent allowed, as plain text values have it.
[[nodiscard]] std::optional<double> parseFloat(std::string_view text);

/// The shortest digits that give this finite number back, never with an exponent.
[[nodiscard]] std::string formatDecimal(double number);

} // namespace causeway::lwm2m
