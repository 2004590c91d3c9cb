// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"
#include "bridges/modbus/sunspec_walk.hpp"
#include "bridges/modbus/unit_port.hpp"

namespace causeway::bridges::modbus {

/// Registers by which a device shows that it is what its profile says.
struct ProbeStep
{
    RegisterTable table = RegisterTable::HoldingRegister;
    std::uint16_t address = 0;
    std::vector<std::uint16_t> words; ///< what they hold
    std::uint16_t mask = 0xFFFF;      ///< the bits of each word that matter
};

/// What a device must be told before it is polled.
struct SetupStep
{
    RegisterTable table = RegisterTable::HoldingRegister;
    std::uint16_t address = 0;
    std::vector<std::uint16_t> words;
    bool isAlways = false; ///< also when the device holds it already: it is a command
    bool usesMultiple = false;
};

/// What happens between a Unit and its device before the first poll.
struct OpeningSteps
{
    std::vector<ProbeStep> probes;
    std::vector<SetupStep> setup;
    bool walksSunspec = false;

    [[nodiscard]] bool isEmpty() const { return probes.empty() && setup.empty() && !walksSunspec; }
};

/// Whether the registers hold what the probe expects.
[[nodiscard]] bool fits(const ProbeStep& probe, const std::vector<std::uint16_t>& words);

/// Goes through the steps, one request at a time: probes, then setup, then the walk over SunSpec
/// models. What a device holds already is not written again: its memory wears out. Lives on the
/// field thread, as a part of a Unit.
class UnitOpening
{
public:
    using Done = base::UniqueFunction<void(base::Expected<std::vector<SunspecModel>>)>;

    UnitOpening(std::uint8_t unitId, OpeningSteps steps, Ask ask);

    /// Not while it is under way. NotSupported when the device is not what the probes expect.
    void start(Done done);

    [[nodiscard]] bool isUnderWay() const { return static_cast<bool>(done_); }

private:
    void next();
    void probe(const ProbeStep& step);
    void compare(const SetupStep& step);
    void write(const SetupStep& step);
    void walk(Extent extent);
    void end(base::Expected<std::vector<SunspecModel>> result);

    std::uint8_t unitId_;
    OpeningSteps steps_;
    Ask ask_;
    Done done_;
    std::size_t probesDone_ = 0;
    std::size_t setupDone_ = 0;
    SunspecWalk walk_;
};

} // namespace causeway::bridges::modbus
