// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/sample.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/point.hpp"
#include "bridges/modbus/poll_plan.hpp"

namespace causeway::bridges::modbus {

/// A device came or went; `reason` is a sentence when it went.
struct AvailabilityChange
{
    bool isAvailable = false;
    std::string reason;
};

/// What a Unit tells the main thread after each of its transactions.
struct UnitReport
{
    std::vector<model::Sample> samples;
    std::optional<AvailabilityChange> availability;
    std::map<std::string, std::uint64_t> counters;
};

/// The field half of one device: polls its points, reads and writes them when asked, knows whether
/// it is there. Lives on the field thread.
class Unit final : public LineUser
{
public:
    struct Settings
    {
        std::uint8_t unitId = 1;
        UnitLimits limits;
        std::vector<Point> points;
        std::vector<model::Path> paths; ///< of the points, in the same order
    };

    using Report = std::function<void(UnitReport)>;
    using ReadDone = base::UniqueFunction<void(base::Expected<model::Sample>)>;
    using WriteDone = base::UniqueFunction<void(base::Expected<void>)>;

    Unit(base::Scheduler& scheduler, Line& line, Settings settings, Report report);
    ~Unit() override;
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    void start();
    void read(std::size_t point, ReadDone done);
    /// Once on the wire, never repeated: after silence nobody knows whether it took effect, and the
    /// Timeout says so. Reads back afterwards, to compare when the profile asks for it and to tell
    /// the new value in any case.
    void write(std::size_t point, std::vector<std::uint16_t> words, WriteDone done);

private:
    void onLineUp() override;
    void onLineDown(const std::string& reason) override;

    void pollDue();
    void poll(std::size_t spanIndex);
    void onPolled(std::size_t spanIndex, const base::Expected<Answer>& result);
    void takeSamples(const Span& span, const Answer& answer);
    void takeSample(std::size_t point, std::span<const std::uint16_t> words);
    void onRead(std::size_t point, const base::Expected<Answer>& result, ReadDone done);
    void onWritten(std::size_t point,
                   const std::vector<std::uint16_t>& words,
                   const base::Expected<Answer>& result,
                   WriteDone done);
    void readBack(std::size_t point, const std::vector<std::uint16_t>& words, WriteDone done);

    void note(const base::Expected<Answer>& result);
    void noteFailure(const base::Error& error);
    void becomeAvailable();
    void becomeUnavailable(const std::string& reason);
    void flush();
    void armPoll();

    [[nodiscard]] Request
    readRequest(RegisterTable table, std::uint16_t address, std::uint16_t count) const;
    [[nodiscard]] Request writeRequest(const Point& point, std::vector<std::uint16_t> words) const;

    base::Scheduler& scheduler_;
    Line& line_;
    Settings settings_;
    Report report_;
    PollPlan plan_;
    bool isLineUp_ = false;
    std::optional<bool> isAvailable_; ///< nothing while nobody knows
    std::uint32_t failedPolls_ = 0;
    UnitReport pending_;
    std::map<std::string, std::uint64_t> counters_;
    base::Timer pollTimer_;
};

} // namespace causeway::bridges::modbus
