// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/modbus/circuit_breaker.hpp"
#include "bridges/modbus/framing.hpp"
#include "bridges/modbus/line_parts.hpp"
#include "bridges/modbus/line_queue.hpp"
#include "bridges/modbus/line_report.hpp"
#include "bridges/modbus/line_statistics.hpp"
#include "bridges/modbus/line_trace.hpp"
#include "bridges/modbus/line_tuning.hpp"
#include "bridges/modbus/line_user.hpp"
#include "bridges/modbus/link.hpp"
#include "bridges/modbus/under_way.hpp"

namespace causeway::bridges::modbus {

class LastWrites;

/// One link's queue: one request at a time, or as many as the servers take where answers name their
/// request; writes before reads before polls, the silence before each frame, quarantine after a
/// failure, a circuit breaker for each unit. Lives on the field thread. A write is sent at most
/// once, and again only when its unit was too busy to take it; a read that somebody waits for is
/// repeated once, and as often as its unit is busy.
class Line final : public LinkListener
{
public:
    using Done = decltype(LineJob::done);
    using Report = std::function<void(const LineReport&)>;

    Line(base::Scheduler& scheduler, const LineTuning& tuning, LineParts parts, Report report);
    ~Line() override;
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void open();

    /// Other settings: everything under way fails, the units stay.
    void change(LineParts parts);

    /// The user outlives its membership; is told at once, from inside the call, when the Line is up
    /// or known to be down.
    void join(std::uint8_t unitId, LineUser& user, const UnitTerms& terms = {});
    /// What it still has in the queue is Cancelled. What it owes its device is sent as LastWrites
    /// says, as the unit is spoken to, also after it has left.
    void leave(std::uint8_t unitId, const std::vector<Request>& owed = {});

    /// Whether just this is under way: a leaving unit cannot know what became of it.
    [[nodiscard]] bool isOnWire(const Request& request) const;
    [[nodiscard]] bool hasLastWrites() const;
    /// How often this unit was asked, or could not be, since its port cannot speak as it does.
    [[nodiscard]] std::uint64_t attemptsAt(std::uint8_t unitId) const;
    /// How often this unit has not answered; requests that waited together have met one silence.
    [[nodiscard]] std::uint64_t silencesOf(std::uint8_t unitId) const;
    /// `settled` comes once, later, when nothing is owed any more. A line that is gone calls
    /// nobody.
    void whenSettled(base::Task settled);

    /// `done` comes exactly once, never from inside the call.
    void submit(Request request, Priority priority, Done done);
    /// Only to hear whether anybody speaks: waits so long and no longer, needs no quiet afterwards,
    /// and a late answer of this unit is as good as its own. For who has reserved the Line.
    void knock(Request request, base::Duration patience, Done done);

    [[nodiscard]] bool isUp() const { return isUp_; }

    [[nodiscard]] LineTrace& trace() { return trace_; }

    /// Until release() only Priority::Service is served; the users hear that the Line is down.
    /// `onUp` is told each time the link comes.
    void reserve(const std::string& reason, std::function<void()> onUp);
    void release();

    /// Lets the link go; change() opens the Line again.
    void close(const std::string& reason);

private:
    struct UnitRecord
    {
        CircuitBreaker breaker;
        UnitTerms terms;
        LineStatistics statistics;
        base::TimePoint silentAt{}; ///< when the last of its silences ended
        std::uint64_t silences = 0;
        std::uint64_t attempts = 0;
        bool answersWrongly = false; ///< since its last answer that was one
        std::string unspeakable;     ///< why the link cannot speak as it does; empty when it can
    };

    void onUp() override;
    void onDown(const base::Error& reason) override;
    void onOctets(base::ByteView octets) override;

    void take(base::ByteView octets);
    void onStandstill();
    void startNext();
    void failHopeless();
    void add(LineJob job);
    void withdrawOwed(const Request& by);
    [[nodiscard]] std::optional<base::Error> whyHopeless(const LineJob& job, base::TimePoint now);
    [[nodiscard]] base::TimePoint firstReleaseOrExpiry() const;
    [[nodiscard]] static std::string whyNotAsked(const UnitRecord& unit);
    void send(LineJob job);
    void refuse(LineJob job, const base::Error& why);
    void giveUpFirst();
    void finish(Framing::Number number, base::Expected<Answer> result);
    void note(const Exchange& exchange, const base::Expected<Answer>& result);
    [[nodiscard]] const LineJob* nextInTurn() const;
    [[nodiscard]] std::uint16_t outstandingOf(std::uint8_t unitId) const;
    void count(const base::Expected<Answer>& result);
    [[nodiscard]] bool
    deservesRepeat(const LineJob& job, const base::Error& error, bool followsSilence);
    [[nodiscard]] bool isPutOff(LineJob& job, const base::Error& error);
    void rest(bool needsQuiet);
    [[nodiscard]] bool isConnectionDead();
    void wakeUp();
    void goDown(const base::Error& reason);
    [[nodiscard]] bool mayReconnect() const;
    void reconnect(const base::Error& reason);
    void startIdleTime();
    void onIdle();
    void fallAsleep();
    [[nodiscard]] bool isIdle() const;
    void learnIdleTimeout();
    void failAll(const base::Error& reason);
    void expectLateAnswer();
    [[nodiscard]] base::Duration quietAfterOpening() const;
    [[nodiscard]] UnitRecord& record(std::uint8_t unitId);
    [[nodiscard]] const UnitTerms* termsOf(std::uint8_t unitId) const;
    [[nodiscard]] base::Duration responseTimeout(std::uint8_t unitId) const;
    [[nodiscard]] std::optional<base::TimePoint> heldUntil(const LineJob& job) const;
    /// From when on the silence before this job is over.
    [[nodiscard]] base::TimePoint silentFor(const LineJob& job) const;
    void tellUsersUp();
    void tellUsersDown(const std::string& reason);
    void reportSoon();
    void reportNow();

    base::Scheduler& scheduler_;
    LineTuning tuning_;
    LineParts parts_;
    Report report_;

    /// Its users know nothing of its sleep: who asks wakes it.
    enum class Sleep : std::uint8_t { None, Asleep, Waking };

    bool isUp_ = false;
    bool isWanted_ = false;    ///< open; else it is down because somebody said so
    bool hasAnswered_ = false; ///< somebody, over this connection
    Sleep sleep_ = Sleep::None;
    base::Duration idleTimeout_{}; ///< the shortest that a unit wants; zero: none
    std::string lastError_;
    std::string reservedFor_; ///< empty when the Line is everybody's
    std::function<void()> onReservedUp_;
    std::map<std::uint8_t, LineUser*> users_;
    std::map<std::uint8_t, UnitRecord> units_;

    std::unique_ptr<LastWrites> lastWrites_;
    LineQueue queue_;
    UnderWay underWay_;
    base::TimePoint lastOctetAt_{};
    base::TimePoint quietUntil_{};
    std::uint32_t silentInARow_ = 0;
    base::TimePoint silentAt_{};             ///< when the last silence that was counted ended
    base::TimePoint doubtedAt_{};            ///< when RTU over TCP was connected anew for silence
    base::Duration doubtPause_{};            ///< before that may be again
    std::optional<std::uint8_t> silentUnit_; ///< who did not answer the last request

    std::map<std::string, std::uint64_t> counters_;
    LineTrace trace_;
    base::Timer timer_;      ///< end of silence, of quarantine, or of waiting
    base::Timer answer_;     ///< end of the patience with who has not answered
    base::Timer standstill_; ///< of a frame that has begun
    base::Timer idleTimer_;
    base::Timer reportTimer_;
};

} // namespace causeway::bridges::modbus
