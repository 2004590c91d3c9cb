// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "agent/api/settings.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/worker.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/line_scan.hpp"
#include "bridges/modbus/line_tuning.hpp"
#include "bridges/modbus/unit.hpp"

namespace causeway::bridges::modbus {

/// All Lines and Units; everything here runs on the field thread. The main thread speaks to it by
/// posted tasks and knows its units by number.
class FieldSide
{
public:
    FieldSide(base::EventLoop& loop, const LineTuning& tuning);
    ~FieldSide();
    FieldSide(const FieldSide&) = delete;
    FieldSide& operator=(const FieldSide&) = delete;

    void addLine(const api::LineSettings& settings, Line::Report report);
    void changeLine(const api::LineSettings& settings);
    /// The line stays, unseen, until it has ended the pulses of its last devices.
    void removeLine(const std::string& name);
    /// Takes everything away; `done` comes later, when no pulse is owed any more, or at the limit.
    void close(base::Task done);
    /// Closes the line until changeLine(); its users hear the reason.
    void closeLine(const std::string& name, const std::string& reason);

    /// By hand, whether the unit is a device of ours or not.
    void ask(const std::string& line, Request request, Line::Done done);
    [[nodiscard]] api::TracedFrames trace(const std::string& line, std::uint64_t since);
    void startScan(const std::string& line, ScanPlan plan, LineScan::Report report);
    /// Nothing happens when there is none.
    void stopScan(const std::string& line);

    void addUnit(std::uint64_t id,
                 const std::string& line,
                 Unit::Settings settings,
                 Unit::Report report);
    void removeUnit(std::uint64_t id);

    /// Only a number from addUnit().
    [[nodiscard]] Unit& unit(std::uint64_t id) { return *units_.at(id); }

private:
    /// A removed line that still has to end a pulse.
    struct Leaving
    {
        std::unique_ptr<Line> line;
        std::unique_ptr<base::Timer> limit;
    };

    void retire(std::unique_ptr<Line> line);
    void onRetired(std::uint64_t number);
    [[nodiscard]] LineParts makeParts(const api::LineSettings& settings);
    [[nodiscard]] base::WorkerPool& resolver();

    base::EventLoop& loop_;
    LineTuning tuning_;
    std::unique_ptr<base::WorkerPool> resolver_; ///< once a TCP line exists
    std::map<std::uint64_t, Leaving> leaving_;
    std::uint64_t nextLeaving_ = 1;
    base::Task closed_;
    std::map<std::string, std::unique_ptr<Line>> lines_;
    std::map<std::string, api::LineSettings> settings_;
    std::map<std::string, std::unique_ptr<LineScan>> scans_; ///< after the lines they use
    std::map<std::uint64_t, std::unique_ptr<Unit>> units_;   ///< likewise
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::modbus
