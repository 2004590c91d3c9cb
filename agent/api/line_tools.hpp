// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"

/// What a technician does with a field bus by hand.
namespace causeway::api {

/// Neighbouring registers or bits of one unit. `table` is "coil", "discrete-input", "input" or
/// "holding"; `address` counts from 0.
struct RegisterRange
{
    std::uint8_t unitId = 1;
    std::string table;
    std::uint16_t address = 0;
    std::uint16_t count = 1;
};

using RegistersDone = base::UniqueFunction<void(base::Expected<std::vector<std::uint16_t>>)>;

/// Which units to look for, and how they may speak. Empty lists mean: as the line is set.
struct ScanSettings
{
    std::vector<std::uint32_t> baudRates;
    std::vector<LineSettings::Parity> parities;
    std::uint8_t firstUnit = 1;
    std::uint8_t lastUnit = 247; ///< Serial Line V1.02 §2.2
    /// Units answer a wrong address in some milliseconds; who needs longer is found with more.
    std::chrono::milliseconds responseTimeout{150};
};

/// A unit that answered a scan.
struct FoundUnit
{
    LineSettings line; ///< with the speed and parity at which it answered
    std::uint8_t unitId = 1;
    std::vector<std::string> profiles; ///< that fit, the likeliest first
};

struct ScanStatus
{
    bool isRunning = false;
    std::uint32_t done = 0; ///< of `total` units asked
    std::uint32_t total = 0;
    std::vector<FoundUnit> found;
};

/// Since the line came: requests, answers, timeouts, corruptAnswers, exceptions, refusedSpeeds,
/// requestsPerMinute, meanLatencyMicroseconds, longestLatencyMicroseconds.
using UnitStatistics = std::map<std::string, std::uint64_t>;

/// A frame on a line, or its absence.
struct TracedFrame
{
    enum class Direction : std::uint8_t { Sent, Received };

    base::WallTime at{};
    Direction direction = Direction::Sent;
    std::optional<std::uint8_t> unitId; ///< none: octets that nobody asked for
    base::Bytes octets;                 ///< empty when nothing came
    std::string text;                   ///< what it says: a request, values, what is wrong
};

struct TracedFrames
{
    std::vector<TracedFrame> frames;
    std::uint64_t next = 1;   ///< what to ask for next time
    std::uint64_t missed = 0; ///< frames between the last time and the oldest there is
};

using TraceDone = base::UniqueFunction<void(base::Expected<TracedFrames>)>;

/// The part of GatewayControl for who stands at the device. Main thread only; callbacks come later,
/// exactly once.
class LineTools
{
public:
    virtual ~LineTools() = default;

    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    /// Asks a unit by hand, whether a device is attached to it or not; polls go on around it.
    virtual void
    readRegisters(const std::string& line, const RegisterRange& range, RegistersDone done) = 0;
    /// One write of all `words`, function code 5 or 6 for one and 15 or 16 for more.
    virtual void writeRegisters(const std::string& line,
                                const RegisterRange& range,
                                std::vector<std::uint16_t> words,
                                Done done) = 0;
    /// A paused line is closed, so that another program can use the port. Not kept over a restart.
    virtual void pauseLine(const std::string& name, bool isPaused, Done done) = 0;
    /// Looks for units; meanwhile no device of the line is polled. LineStatus::scan tells.
    virtual void startScan(const std::string& line, const ScanSettings& settings, Done done) = 0;
    virtual void stopScan(const std::string& line, Done done) = 0;
    /// What went over the line since frame number `since`; 0: from now on. A line keeps its frames
    /// only while somebody asks every 30 seconds, the latest 1,000 then.
    virtual void traceLine(const std::string& line, std::uint64_t since, TraceDone done) = 0;
    /// Reads the profiles' directories anew. Devices whose profile changed begin again with it; all
    /// others are left alone.
    virtual void reloadProfiles(Done done) = 0;
};

} // namespace causeway::api
