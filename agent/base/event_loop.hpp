// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <sys/epoll.h>

#include "agent/base/scheduler.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::base {

class EventLoop;

/// A descriptor's callback, from EventLoop::watch() until this goes. Does not own the descriptor:
/// destroy the Watch before closing it. May go inside its callback; rests when that has thrown.
class Watch
{
public:
    Watch();
    ~Watch();
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// EPOLLIN, EPOLLOUT, …; level-triggered.
    void setEvents(std::uint32_t events);

private:
    friend class EventLoop;
    struct Entry;
    explicit Watch(std::unique_ptr<Entry> entry);

    std::unique_ptr<Entry> entry_;
};

/// Runs its task before each wait of the loop, until this goes: for libraries that say what they
/// wait for only when asked. The task must be cheap and neither makes nor destroys a BeforeWait.
class BeforeWait
{
public:
    BeforeWait(EventLoop& loop, Task task);
    ~BeforeWait();
    BeforeWait(const BeforeWait&) = delete;
    BeforeWait& operator=(const BeforeWait&) = delete;

private:
    friend class EventLoop;

    EventLoop& loop_;
    Task task_;
};

/// One thread's world: descriptors, timers and posted tasks, on epoll with nanosecond time-outs.
/// Finds a ready descriptor by pointer, so 10,000 sockets cost what one costs. Lives on the thread
/// that calls run(); only post() and stop() may be called from elsewhere.
class EventLoop final : public Scheduler
{
public:
    EventLoop();
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Until stop(). What a callback throws ends here (door.hpp): a device's fault is its own.
    void run();
    /// One wait of at most `longest`, and everything that is ready then. For tests and tools.
    void runOnce(Duration longest);
    /// Thread-safe.
    void stop();

    [[nodiscard]] Watch
    watch(int fd, std::uint32_t events, UniqueFunction<void(std::uint32_t)> callback);

    /// Read once per round: all callbacks of one round see the same time.
    [[nodiscard]] TimePoint now() const override { return now_; }

    [[nodiscard]] WallTime wallNow() const override;
    void post(Task task) override;

private:
    friend class Watch;
    friend class BeforeWait;

    void arm(Timer& timer) override { timers_.add(timer); }

    void disarm(Timer& timer) override { timers_.remove(timer); }

    void readClock();
    void wait(Duration longest);
    void dispatch();
    void runTimers();
    void runPosted();
    void forget(const Watch::Entry& entry);

    UniqueFd epoll_;
    UniqueFd wakeUp_;
    TimePoint now_{};
    TimerHeap timers_;
    std::vector<BeforeWait*> beforeWait_;
    std::atomic<bool> isStopping_ = false;

    // The batch of the current round; forget() clears entries whose Watch went meanwhile.
    std::array<epoll_event, 64> ready_{};
    std::size_t readyCount_ = 0;
    std::size_t readyNext_ = 0;

    std::mutex postedMutex_;
    std::vector<Task> posted_;
};

} // namespace causeway::base
