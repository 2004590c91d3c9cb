// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <optional>

namespace causeway::lwm2m {

/// The same number in single precision when nothing is lost; TLV and CBOR then need half the
/// octets.
[[nodiscard]] inline std::optional<float> toSingle(double number)
{
    if (std::isfinite(number) && std::abs(number) > std::numeric_limits<float>::max())
        return std::nullopt; // the conversion would be undefined
    const auto single = static_cast<float>(number);
    if (!std::isnan(number) && static_cast<double>(single) != number)
        return std::nullopt;
    return single;
}

} // namespace causeway::lwm2m
