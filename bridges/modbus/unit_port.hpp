// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "bridges/modbus/frame.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

/// The way from the parts of a Unit to its Line. The callback comes exactly once, never from inside
/// the call; Cancelled when the Unit goes.
using Ask = std::function<void(Request, Priority, Line::Done)>;

[[nodiscard]] Request readRequest(std::uint8_t unitId, RegisterTable table, Extent extent);

/// Function code 5 or 6 for one value unless `usesMultiple`, else 15 or 16.
[[nodiscard]] Request writeRequest(std::uint8_t unitId,
                                   RegisterTable table,
                                   std::uint16_t address,
                                   std::vector<std::uint16_t> words,
                                   bool usesMultiple);

/// How the point's write rule, if any, wants `words` to be written.
[[nodiscard]] Request
writeRequest(std::uint8_t unitId, const Point& point, std::vector<std::uint16_t> words);

} // namespace causeway::bridges::modbus
