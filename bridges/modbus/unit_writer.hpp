// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/value.hpp"
#include "bridges/modbus/point_writes.hpp"
#include "bridges/modbus/unit_port.hpp"

namespace causeway::bridges::modbus {

/// The writes of one Unit, one after the other, each as its profile wants it: after a pause, into a
/// part of a register, as a pulse, verified. A device takes a write once: it is never repeated
/// after silence, when nobody knows whether it took effect (the Timeout says so, and the register
/// is read back), nor when the device has acknowledged it and works on it: then it is read until it
/// is done. Only the end of a pulse is sent until the device confirms it. Lives on the field
/// thread, as a part of a Unit.
class UnitWriter
{
public:
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    struct Place
    {
        std::uint8_t unitId = 1;
        Ask ask;
        /// The registers of a point as they were read after a write.
        std::function<void(std::size_t point, std::span<const std::uint16_t> words)> onReadBack;
    };

    UnitWriter(base::Scheduler& scheduler, Place place);

    /// `what` is the point of that number; `words` are what encode() made for it.
    void write(std::size_t number, const Point& what, std::vector<std::uint16_t> words, Done done);

    /// The same for a point whose exponent must be read first.
    void write(std::size_t number, const Point& what, model::Value value, Done done);

    /// The end: what waits is Cancelled and never begun. Returns the ends of all pulses that may
    /// be under way; `isOnWire` says whether a request has been sent.
    [[nodiscard]] std::vector<Request> close(const std::function<bool(const Request&)>& isOnWire);

private:
    struct Job
    {
        std::size_t number = 0;
        Point what;
        std::vector<std::uint16_t> words; ///< what is sent
        std::optional<model::Value> value;
        Done done;
        std::vector<std::uint16_t> wanted; ///< what is to be found then, where that differs
        /// How often it was looked for since the device has acknowledged it; nothing when it has
        /// not.
        std::optional<std::uint32_t> glances{};
        base::TimePoint addedAt{};
    };

    /// A pulse that has begun, until the device has confirmed its end.
    struct Pulse
    {
        std::vector<std::uint16_t> own; ///< what the point is at its end
        Request end;
        std::unique_ptr<base::Timer> timer;
    };

    void add(Job job);
    void startNext();
    void giveUpLate();
    /// Until when it must wait; nothing when it need not.
    [[nodiscard]] std::optional<base::TimePoint> steadyAt(const Job& job) const;
    void rest(const Point& what);
    void readState();
    void onState(const Answer& found);
    void begin();
    void mergeForeign(std::vector<std::uint16_t> foreign);
    void send();
    void unlock(const Unlock& with);
    void sendUnlocked();
    void onWritten(const base::Expected<Answer>& result);
    void onAcknowledged();
    [[nodiscard]] bool isDone(const Answer& found) const;
    [[nodiscard]] bool looksAgain(const base::Expected<Answer>& result);
    [[nodiscard]] base::Expected<void> verdict(const base::Expected<Answer>& result) const;
    void readBack(bool isVerified);
    void onReadBack(const base::Expected<Answer>& result, bool isVerified);
    void endPulseAfter(base::Duration pause, std::size_t number, const Point& what);
    void mergePulseEnd(std::size_t number, const Point& what);
    void sendPulseEnd(std::size_t number, const Point& what);
    void onPulseEnded(const base::Expected<Answer>& result, std::size_t number, const Point& what);
    void answer(base::Expected<void> result);
    void end();

    base::Scheduler& scheduler_;
    Place place_;
    std::deque<Job> jobs_; ///< the first is under way
    bool isUnderWay_ = false;
    bool isMerging_ = false; ///< the end of a pulse into its register: no job begins meanwhile
    std::map<WriteTarget, base::TimePoint> writtenAt_;
    std::map<WriteTarget, Pulse> pulses_;
    /// When what a device shows that was changed over can be believed.
    std::map<WriteTarget, base::TimePoint> steadyAt_;
    base::Timer settle_;
    base::Timer steady_;
};

} // namespace causeway::bridges::modbus
