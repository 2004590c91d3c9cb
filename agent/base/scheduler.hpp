// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "agent/base/unique_function.hpp"

namespace causeway::base {

using Duration = std::chrono::nanoseconds;
/// Monotonic time; the only clock that timers know.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// What the calendar says; it may jump. For timestamps in values and logs only.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

class Timer;

/// Time, and work for later, on one thread. EventLoop is the real one; tests advance a fake one.
/// Everything but post() belongs to the thread that runs it.
class Scheduler
{
public:
    Scheduler() = default;
    virtual ~Scheduler() = default;
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual WallTime wallNow() const = 0;

    /// Thread-safe: the one door into this thread. Runs the task soon, in order, never from inside
    /// the call. Tasks still waiting when the scheduler goes are destroyed without running.
    virtual void post(Task task) = 0;

private:
    friend class Timer;
    virtual void arm(Timer& timer) = 0;
    virtual void disarm(Timer& timer) = 0;
};

/// Runs its task once after a delay, on its scheduler's thread; start() again restarts it.
/// O(log n) to start and stop; no descriptor. May go inside its task; tries again after a fault.
class Timer
{
public:
    Timer(Scheduler& scheduler, Task task)
        : scheduler_(scheduler)
        , task_(std::move(task))
    {}

    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// A negative delay counts as zero.
    void start(Duration delay);
    void startAt(TimePoint due);
    void stop();

    [[nodiscard]] bool isRunning() const { return isArmed_; }

    /// Only while running.
    [[nodiscard]] TimePoint due() const { return due_; }

private:
    friend class TimerHeap;
    void fire();

    Scheduler& scheduler_;
    Task task_;
    TimePoint due_{};
    std::size_t heapIndex_ = 0;
    bool isArmed_ = false;
    bool* wasDestroyed_ = nullptr;
};

/// The heap that schedulers keep their timers in: earliest first, equal ones in no set order.
class TimerHeap
{
public:
    void add(Timer& timer);
    void remove(Timer& timer);

    [[nodiscard]] bool empty() const { return heap_.empty(); }

    /// Only when not empty.
    [[nodiscard]] TimePoint earliest() const { return heap_.front()->due_; }

    /// Fires the earliest timer if it is due; says whether there was one.
    bool fireOne(TimePoint now);

private:
    void place(std::size_t index, Timer* timer);
    void siftUp(std::size_t index);
    void siftDown(std::size_t index);

    std::vector<Timer*> heap_;
};

} // namespace causeway::base
