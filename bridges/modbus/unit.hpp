// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/api/missing_values.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/sample.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/point.hpp"
#include "bridges/modbus/poll_plan.hpp"
#include "bridges/modbus/unit_factors.hpp"
#include "bridges/modbus/unit_keep_alive.hpp"
#include "bridges/modbus/unit_opening.hpp"
#include "bridges/modbus/unit_writer.hpp"

namespace causeway::bridges::modbus {

/// A device came or went; `reason` is a sentence when it went.
struct AvailabilityChange
{
    bool isAvailable = false;
    std::string reason;
    bool isForTheLine = false; ///< which is down, whatever the device is
    bool isReworded = false;   ///< gone as before, for the newest reason of the same kind
};

/// What a Unit tells the main thread after each of its transactions.
struct UnitReport
{
    std::vector<model::Sample> samples;
    std::vector<api::MissingValue> missing;
    std::optional<AvailabilityChange> availability;
    std::map<std::string, std::uint64_t> counters;
};

/// The field half of one device: opens it as its profile wants, polls its points, reads and writes
/// them when asked, knows whether it is there. Lives on the field thread.
class Unit final : public LineUser
{
public:
    struct Settings
    {
        std::uint8_t unitId = 1;
        UnitLimits limits;
        std::vector<Point> points;
        std::vector<model::Path> paths; ///< of the points, in the same order
        OpeningSteps opening{};
        api::SerialMode serial{};
        std::vector<KeepAlive> keepAlives{};
    };

    using Report = std::function<void(UnitReport)>;
    using ReadDone = base::UniqueFunction<void(base::Expected<model::Sample>)>;
    using WriteDone = base::UniqueFunction<void(base::Expected<void>)>;

    Unit(base::Scheduler& scheduler, Line& line, Settings settings, Report report);
    ~Unit() override;
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    void start();
    void read(std::size_t point, ReadDone done); ///< the Sample is in no report
    /// As UnitWriter says. What it read back has been reported when `done` comes.
    void write(std::size_t point, std::vector<std::uint16_t> words, WriteDone done);
    /// A value with an exponent, which the device must tell first.
    void writeValue(std::size_t point, model::Value value, WriteDone done);

private:
    void onLineUp() override;
    void onLineDown(const std::string& reason) override;

    void begin();
    void onOpened(const base::Expected<std::vector<SunspecModel>>& result);
    [[nodiscard]] base::Duration pauseBeforeReopening(bool hasSaidNo);
    void locate(const std::vector<SunspecModel>& models);
    [[nodiscard]] std::optional<base::Error> whyNotNow(std::size_t point) const;
    void ask(Request request, Priority priority, Line::Done done);
    [[nodiscard]] UnitWriter::Place writerPlace();

    void pollDue();
    void poll(std::size_t spanIndex);
    void onPolled(std::size_t spanIndex, const base::Expected<Answer>& result);
    void onPollFailed(std::size_t spanIndex, const base::Error& error);
    void miss(const Span& span, const base::Error& why);
    void askWhole();
    void takeSamples(const Span& span, const Answer& answer);
    void takeFactor(std::size_t point, const Span& from, std::span<const std::uint16_t> words);
    [[nodiscard]] bool isFactor(std::size_t point) const;
    void takeSample(std::size_t point, std::span<const std::uint16_t> words);
    [[nodiscard]] base::Expected<model::Sample> lastWritten(std::size_t point) const;
    /// Who wants to hear of a write, after what it says of an unreadable point has been reported.
    [[nodiscard]] WriteDone
    noted(std::size_t point, std::vector<std::uint16_t> words, WriteDone done);
    void noteWritten(std::size_t point,
                     std::span<const std::uint16_t> words,
                     const base::Expected<void>& result);
    void remember(std::size_t point, base::Expected<model::Value> value);
    void onRead(std::size_t point, const base::Expected<Answer>& result, ReadDone done);
    void reject(std::size_t point, base::Error why);

    void count(const base::Error& error);
    void note(const base::Expected<Answer>& result);
    void noteFailedPoll(const base::Error& error);
    void noteFailure(const base::Error& error);
    void becomeAvailable();
    void becomeUnavailable(base::ErrorKind kind, const std::string& reason);
    void sayWhyAgain(base::ErrorKind kind, const std::string& reason);
    void flush();
    void armPoll();

    base::Scheduler& scheduler_;
    Line& line_;
    Settings settings_;
    Report report_;
    UnitFactors factors_;
    std::vector<Point> points_;     ///< where they are in this very device; then the factors
    std::set<std::size_t> missing_; ///< points of SunSpec models that it does not have
    PollPlan plan_;
    std::uint32_t planNumber_ = 0; ///< answers to an earlier plan's polls are nobody's
    UnitOpening opening_;
    UnitWriter writer_;
    UnitKeepAlive keepAlive_;
    /// Of points nobody can read: what was written last, or why that is not known.
    std::map<std::size_t, base::Expected<model::Sample>> written_;
    bool isLineUp_ = false;
    bool isOpen_ = false;
    bool isForTheLine_ = false;       ///< unavailable only because the line is down
    std::optional<bool> isAvailable_; ///< nothing while nobody knows
    base::ErrorKind goneFor_{};       ///< what kind of reason was told last why it is unavailable
    std::string whyGone_;             ///< that reason
    std::uint64_t attempts_ = 0;      ///< the Line's when it was told
    std::uint32_t failedPolls_ = 0;
    std::uint64_t countedSilences_ = 0; ///< the Line's when a poll last failed
    UnitReport pending_;
    std::map<std::string, std::uint64_t> counters_;
    base::Timer pollTimer_;
    base::Timer openingTimer_;
    base::Duration refusedPause_{}; ///< the next, of a device that has said no
};

} // namespace causeway::bridges::modbus
