// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace causeway::bridges {

/// value in the new unit = value in the old one * factor + offset
struct UnitConversion
{
    double factor = 1.0;
    double offset = 0.0;
};

/// From one unit to another of the same quantity, as SenML (RFC 8428 §12.1) and the LwM2M registry
/// write them, and as manuals do; nothing for units we do not know or that measure different
/// things.
[[nodiscard]] std::optional<UnitConversion> conversion(std::string_view from, std::string_view to);

/// The units from which there is a conversion to this one, "Cel, degC, K, degF"; empty when we do
/// not know it.
[[nodiscard]] std::string unitsFor(std::string_view to);

} // namespace causeway::bridges
