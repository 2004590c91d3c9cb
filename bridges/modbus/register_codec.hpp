// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/model/value.hpp"
#include "bridges/modbus/point.hpp"

/// Registers to values and back. Pure.
namespace causeway::bridges::modbus {

/// The value of `point`, of its Resource's type. `words` are the registers of its extent() in the
/// order of their addresses, or the one bit of a coil or discrete input. A value marked "not
/// available" (sentinel, NaN, infinity) is Refused; what cannot be right (bad BCD, bad UTF-8, out
/// of range, a number without a meaning) is Corrupt.
[[nodiscard]] base::Expected<model::Value> decode(const Point& point,
                                                  std::span<const std::uint16_t> words);

/// The registers that stand for `value`; InvalidArgument when it is outside the write's range or
/// between its steps, is not of the Resource's type or does not fit the registers. A field comes
/// with zeros around it.
[[nodiscard]] base::Expected<std::vector<std::uint16_t>> encode(const Point& point,
                                                                const model::Value& value);

/// The same for a point with an exponent: `words` are the registers of its extent(), which say it.
[[nodiscard]] base::Expected<std::vector<std::uint16_t>>
encode(const Point& point, const model::Value& value, std::span<const std::uint16_t> words);

/// Whether the value may be written, whatever the registers for it are.
[[nodiscard]] base::Expected<void> checkWrite(const Point& point, const model::Value& value);

/// The bits of the point's field that a write of a part of a register must leave alone, as the
/// registers stand on the wire; empty when the point has its registers for itself.
[[nodiscard]] std::vector<std::uint16_t> foreignBits(const Point& point);

} // namespace causeway::bridges::modbus
