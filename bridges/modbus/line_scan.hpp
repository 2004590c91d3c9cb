// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/line_tools.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/profile_fit.hpp"

namespace causeway::bridges::modbus {

/// Who is to be looked for on a line.
struct ScanPlan
{
    std::vector<api::LineSettings> variants; ///< speeds and parities to try
    std::uint8_t firstUnit = 1;
    std::uint8_t lastUnit = 247;
    std::vector<FitCandidate> candidates;
};

/// Asks every unit for a register, at every speed, and those that answer for what each profile
/// wants to find; writes nothing. A silent unit costs its line the response timeout and a second,
/// short question. Has the Line for itself from start() until it goes. Lives on the field thread.
class LineScan
{
public:
    using MakeParts = std::function<LineParts(const api::LineSettings&)>;
    using Report = std::function<void(const api::ScanStatus&)>;

    LineScan(
        base::Scheduler& scheduler, Line& line, ScanPlan plan, MakeParts makeParts, Report report);
    /// Gives the Line back to its units; whoever made the scan restores the Line's settings.
    ~LineScan();
    LineScan(const LineScan&) = delete;
    LineScan& operator=(const LineScan&) = delete;

    /// `finished` comes once, later, unless the scan goes first.
    void start(base::Task finished);

private:
    void startVariant();
    void giveVariantUp();
    void onLineUp();
    void nextUnit();
    void knock(std::uint16_t address, base::Duration patience, Line::Done done);
    void knockAgain(base::Duration patience);
    void onAnswer(const base::Expected<Answer>& result);
    [[nodiscard]] base::Duration patience() const;
    void nextCandidate();
    void askCandidate();
    void endUnit();
    void end();
    void ask(Request request, Line::Done done);
    /// `done`, and a limit to the wait for it.
    [[nodiscard]] Line::Done inTime(Line::Done done);
    [[nodiscard]] std::uint32_t unitsPerVariant() const;

    base::Scheduler& scheduler_;
    Line& line_;
    ScanPlan plan_;
    MakeParts makeParts_;
    Report report_;
    base::Task finished_;
    api::ScanStatus status_;
    std::size_t variant_ = 0;
    std::uint32_t unit_ = 0;
    std::size_t candidate_ = 0;
    std::optional<ProfileFit> fit_;
    std::vector<std::pair<std::uint32_t, std::string>> fits_; ///< score, profile
    bool isVariantUp_ = false;
    bool isWaiting_ = false; ///< the line went in the middle: the same unit again when it is back
    base::Timer firstKnock_; ///< when the line has been quiet
    base::Timer giveUp_;     ///< a port may not open with every speed, a line never be quiet
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::modbus
