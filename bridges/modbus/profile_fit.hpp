// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/model/path.hpp"
#include "bridges/modbus/poll_plan.hpp"
#include "bridges/modbus/sunspec_walk.hpp"
#include "bridges/modbus/unit_opening.hpp"

namespace causeway::bridges::modbus {

/// A profile that an unknown unit may fit.
struct FitCandidate
{
    std::string profile;
    OpeningSteps opening; ///< only its probes and the SunSpec walk: a scan writes nothing
    UnitLimits limits;
    std::vector<Point> points;
    std::vector<model::Path> paths; ///< of the points, in the same order
};

/// Finds out whether a unit looks like what a profile describes: its probes hold, it has the
/// registers, some of them hold something, and voltages, frequencies, temperatures and humidities
/// are such as the world has.
/// Pure: says what to read, and is handed what came.
class ProfileFit
{
public:
    explicit ProfileFit(const FitCandidate& candidate);

    struct Question
    {
        RegisterTable table = RegisterTable::HoldingRegister;
        Extent extent;
    };

    /// Nothing when it is decided.
    [[nodiscard]] std::optional<Question> next() const;
    void take(std::span<const std::uint16_t> words);
    /// The unit says no, or nothing.
    void refused();

    /// How well it fits, once it is decided: 0 not at all; a probe counts most, then believable
    /// quantities, then the number of values.
    [[nodiscard]] std::uint32_t score() const;

private:
    enum class Stage : std::uint8_t { Probes, Walk, Spans, Over };

    void advance();
    void plan();
    void takeSpan(std::span<const std::uint16_t> words);
    void fail();
    [[nodiscard]] bool isProven() const;

    const FitCandidate* candidate_;
    Stage stage_ = Stage::Probes;
    std::size_t step_ = 0;
    SunspecWalk walk_;
    std::vector<Point> points_;
    std::vector<std::size_t> indices_; ///< of points_ in the candidate
    std::vector<Span> spans_;
    std::uint32_t believable_ = 0;
    std::uint32_t values_ = 0;
    bool saysSomething_ = false; ///< more than registers that are all zero
    bool fits_ = true;
};

} // namespace causeway::bridges::modbus
