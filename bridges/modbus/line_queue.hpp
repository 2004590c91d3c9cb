// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "bridges/modbus/frame.hpp"

namespace causeway::bridges::modbus {

/// Which goes first. A write is somebody's decision; a technician stands at the device; a read is
/// somebody who waits. Service is asked whatever the circuit breaker says.
enum class Priority : std::uint8_t { Write, Service, Read, Poll };

[[nodiscard]] constexpr bool isUrgent(Priority priority)
{
    return priority != Priority::Poll;
}

/// A request that waits for its turn, and who wants to hear of its end.
struct LineJob
{
    Request request;
    Priority priority = Priority::Poll;
    base::UniqueFunction<void(base::Expected<Answer>)> done;
    base::TimePoint queuedAt;
    bool isRepeat = false;
    /// So long, when all that matters is whether anybody speaks; see Line::knock().
    std::optional<base::Duration> knock{};
    std::uint16_t busyAnswers = 0; ///< so often its unit was busy
    base::TimePoint notBefore{};   ///< the end of the pause that it was given then
    bool isOwed = false;           ///< by a device's former user; who writes there now goes before
};

/// What waits on one Line: urgent before polls, yet polls are never starved, and units take turns.
/// Pure: knows neither time nor wire.
class LineQueue
{
public:
    using MayStart = std::function<bool(const LineJob&)>;

    /// LimitExceeded, and the job untouched, when servers have too much waiting.
    [[nodiscard]] base::Expected<void> push(LineJob& job);

    /// Before everybody else's of its priority, also before those of other units.
    void pushAgain(LineJob job);
    /// Before everybody else's of its priority, when its unit's turn comes.
    void putBack(LineJob job);

    /// Whose turn it is among those that may start; nothing when none may. Good until the queue
    /// changes. Asks in the order of priority and arrival, but for the poll that comes first after
    /// many urgent jobs.
    [[nodiscard]] const LineJob* next(const MayStart& mayStart) const;

    /// Takes what next() has named: its unit has had its turn.
    [[nodiscard]] LineJob take(const LineJob& job);

    /// All that `isWanted`, in their order.
    [[nodiscard]] std::vector<LineJob> takeAll(const MayStart& isWanted);

    void each(const std::function<void(const LineJob&)>& visit) const;

    [[nodiscard]] bool isEmpty() const;

    /// A unit that leaves takes its turn with it.
    void forget(std::uint8_t unitId) { turns_.erase(unitId); }

private:
    using Jobs = std::deque<LineJob>;

    [[nodiscard]] Jobs& of(Priority priority);
    [[nodiscard]] const Jobs& of(Priority priority) const;
    [[nodiscard]] const LineJob* nextOf(const Jobs& jobs, const MayStart& mayStart) const;
    [[nodiscard]] std::uint64_t turnOf(std::uint8_t unitId) const;

    std::array<Jobs, 4> jobs_;                    ///< by Priority
    std::map<std::uint8_t, std::uint64_t> turns_; ///< the higher, the later the unit was asked
    std::uint64_t turn_ = 0;
    std::uint32_t urgentInARow_ = 0;
};

} // namespace causeway::bridges::modbus
