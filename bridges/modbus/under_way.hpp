// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/framing.hpp"
#include "bridges/modbus/line_queue.hpp"

namespace causeway::bridges::modbus {

/// A request that has been sent and is not answered yet.
struct Exchange
{
    LineJob job;
    Framing::Number number = 0;
    std::uint16_t outstanding = 1; ///< so many at once its server takes
    base::TimePoint sentAt;
    base::TimePoint deadline;
};

/// What one Line has on the wire: one exchange, or several where all their servers take them. A
/// write is alone with its unit, so that what is asked before and after it stays so. Pure: knows
/// neither time nor wire.
class UnderWay
{
public:
    [[nodiscard]] bool isEmpty() const { return exchanges_.empty(); }

    /// Whether anything could be sent besides.
    [[nodiscard]] bool hasRoom() const;
    /// Whether it could be to a server that takes so many at once.
    [[nodiscard]] bool hasRoomFor(std::uint16_t outstanding) const;
    /// Whether this would be beside a write to its unit, or is one and would not be alone.
    [[nodiscard]] bool keepsApart(const Request& request) const;

    [[nodiscard]] bool holds(const Request& request) const;

    void add(Exchange exchange) { exchanges_.push_back(std::move(exchange)); }

    /// The one with this number; nothing when there is none.
    [[nodiscard]] std::optional<Exchange> take(Framing::Number number);
    /// All, in the order in which they were sent.
    [[nodiscard]] std::vector<Exchange> takeAll();
    /// Those of a unit that leaves; they stay on the wire.
    [[nodiscard]] std::vector<Exchange*> of(std::uint8_t unitId);

    /// Whose deadline is the first; nothing when nothing is under way.
    [[nodiscard]] const Exchange* first() const;

private:
    std::vector<Exchange> exchanges_; ///< in the order in which they were sent
};

} // namespace causeway::bridges::modbus
