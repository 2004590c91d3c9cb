// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "bridges/modbus/frame.hpp"
#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

// What is written to a point, bit by bit. All of it is pure.

[[nodiscard]] WriteRule ruleOf(const Point& point);

/// Which coil or register a write goes to, and its first bit there. Several points may share one.
using WriteTarget = std::tuple<RegisterTable, std::uint16_t, std::uint8_t>;
[[nodiscard]] WriteTarget targetOf(const Point& point);

/// The bits of others that a write would change; none where the device keeps them itself.
[[nodiscard]] std::vector<std::uint16_t> bitsToKeep(const Point& point);

/// Whether each write changes the device over.
[[nodiscard]] bool changesOver(const Point& point);

/// Whether what is written depends on what the device holds now, besides a register's other bits.
[[nodiscard]] bool dependsOnState(const Point& point);

/// The bit the other way round, its register's others as they are.
[[nodiscard]] std::vector<std::uint16_t> flipped(const Point& point,
                                                 std::vector<std::uint16_t> found);

/// Whether the point's own bits are as written; its neighbours may have changed meanwhile.
[[nodiscard]] bool
holds(const Point& point, Answer found, const std::vector<std::uint16_t>& written);

/// The point's own bits when its pulse has ended; no others.
[[nodiscard]] std::vector<std::uint16_t> ended(const Point& point,
                                               const std::vector<std::uint16_t>& words);

/// With the other bits as they are, where we keep them.
[[nodiscard]] std::vector<std::uint16_t> withOthers(const Point& point,
                                                    std::vector<std::uint16_t> own,
                                                    const std::vector<std::uint16_t>& found);

/// The request that ends a pulse which `words` have begun.
[[nodiscard]] Request
pulseEnd(std::uint8_t unitId, const Point& what, const std::vector<std::uint16_t>& words);

} // namespace causeway::bridges::modbus
