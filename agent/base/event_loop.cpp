// SPDX-License-Identifier: Apache-2.0
#include "agent/base/event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>

#include "agent/base/door.hpp"
#include "agent/base/survival.hpp"

namespace causeway::base {

namespace {

void check(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
}

// A loop with nothing to wait for still looks at stop() now and then through its eventfd; this only
// keeps the timespec in range.
constexpr Duration longestWait = std::chrono::hours(1);

} // namespace

struct Watch::Entry
{
    void call(std::uint32_t ready);

    void control(int operation) { check(tryToControl(operation), "epoll_ctl"); }

    int tryToControl(int operation);
    void rest();

    EventLoop& loop;
    int fd;
    std::uint32_t events;
    UniqueFunction<void(std::uint32_t)> callback;
    bool* wasDestroyed = nullptr;
    std::unique_ptr<Timer> resting = nullptr; ///< while it is left alone after a fault
};

void Watch::Entry::call(std::uint32_t ready)
{
    const Survival lives(wasDestroyed);
    // From the stack, so that a callback may destroy its own Watch.
    auto called = std::move(callback);
    const bool hasEnded = contain("a descriptor's callback", [&] { called(ready); });
    if (!lives)
        return;
    callback = std::move(called);
    if (!hasEnded)
        rest();
}

int Watch::Entry::tryToControl(int operation)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    return ::epoll_ctl(loop.epoll_.get(), operation, fd, &event);
}

// What makes the callback throw may still wait in the descriptor, and would wake the loop at once.
void Watch::Entry::rest()
{
    tryToControl(EPOLL_CTL_DEL);
    resting = std::make_unique<Timer>(loop, [this] {
        control(EPOLL_CTL_ADD);
        resting.reset();
    });
    resting->start(restAfterFault);
}

Watch::Watch(std::unique_ptr<Entry> entry)
    : entry_(std::move(entry))
{}

Watch::Watch() = default;

Watch::Watch(Watch&& other) noexcept
    : entry_(std::move(other.entry_))
{}

Watch& Watch::operator=(Watch&& other) noexcept
{
    Watch old(std::move(*this));
    entry_ = std::move(other.entry_);
    return *this;
}

Watch::~Watch()
{
    if (!entry_)
        return;
    entry_->tryToControl(EPOLL_CTL_DEL);
    entry_->loop.forget(*entry_);
    if (entry_->wasDestroyed != nullptr)
        *entry_->wasDestroyed = true;
}

void Watch::setEvents(std::uint32_t events)
{
    entry_->events = events;
    if (!entry_->resting)
        entry_->control(EPOLL_CTL_MOD);
}

BeforeWait::BeforeWait(EventLoop& loop, Task task)
    : loop_(loop)
    , task_(std::move(task))
{
    loop_.beforeWait_.push_back(this);
}

BeforeWait::~BeforeWait()
{
    std::erase(loop_.beforeWait_, this);
}

EventLoop::EventLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC))
    , wakeUp_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    check(epoll_.get(), "epoll_create1");
    check(wakeUp_.get(), "eventfd");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeUp_.get(), &event), "epoll_ctl");
    readClock();
}

EventLoop::~EventLoop() = default;

void EventLoop::run()
{
    while (!isStopping_)
        runOnce(longestWait);
    isStopping_ = false;
}

void EventLoop::runOnce(Duration longest)
{
    for (BeforeWait* hook : beforeWait_)
        contain("what runs before each wait", hook->task_);
    wait(longest);
    dispatch();
    runTimers();
    runPosted();
}

void EventLoop::stop()
{
    isStopping_ = true;
    post([] {});
}

Watch EventLoop::watch(int fd, std::uint32_t events, UniqueFunction<void(std::uint32_t)> callback)
{
    std::unique_ptr<Watch::Entry> entry(new Watch::Entry{*this, fd, events, std::move(callback)});
    entry->control(EPOLL_CTL_ADD);
    return Watch(std::move(entry));
}

WallTime EventLoop::wallNow() const
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void EventLoop::post(Task task)
{
    // The first one wakes the loop, for all that come until it has taken them; and inside the lock:
    // who takes them takes the wake-up too, or it would wake for nothing until somebody posts
    // again.
    const std::lock_guard lock(postedMutex_);
    if (posted_.empty())
        ::eventfd_write(wakeUp_.get(), 1);
    posted_.push_back(std::move(task));
}

void EventLoop::readClock()
{
    now_ = std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

void EventLoop::wait(Duration longest)
{
    readClock();
    Duration timeout = std::min(longest, longestWait);
    if (!timers_.empty())
        timeout = std::clamp(timers_.earliest() - now_, Duration::zero(), timeout);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
    const timespec limit{seconds.count(), (timeout - seconds).count()};
    const int count = ::epoll_pwait2(
        epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), &limit, nullptr);
    if (count < 0 && errno != EINTR)
        check(count, "epoll_pwait2");
    readyCount_ = count < 0 ? 0 : static_cast<std::size_t>(count);
    readClock();
}

void EventLoop::dispatch()
{
    for (readyNext_ = 0; readyNext_ < readyCount_;) {
        const epoll_event& event = ready_[readyNext_++];
        auto* const entry = static_cast<Watch::Entry*>(event.data.ptr);
        if (entry != nullptr) // else the eventfd, or a Watch that went during this round
            entry->call(event.events);
    }
    readyCount_ = 0;
}

void EventLoop::runTimers()
{
    // Only what was due when the round began: a task that restarts its own timer at zero delay
    // must not keep descriptors from being served. The clock stands still during a round, hence the
    // nanosecond.
    const TimePoint round = now_;
    now_ += Duration(1);
    constexpr int mostPerRound = 256;
    bool isMore = true;
    for (int i = 0; i < mostPerRound && isMore; ++i)
        contain("a timer's task", [&] { isMore = timers_.fireOne(round); });
}

void EventLoop::runPosted()
{
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(postedMutex_);
        if (posted_.empty())
            return;
        tasks.swap(posted_);
        eventfd_t ignored = 0;
        ::eventfd_read(wakeUp_.get(), &ignored);
    }
    for (auto& task : tasks)
        contain("a posted task", task);
}

void EventLoop::forget(const Watch::Entry& entry)
{
    for (std::size_t i = readyNext_; i < readyCount_; ++i) {
        if (ready_[i].data.ptr == &entry)
            ready_[i].data.ptr = nullptr;
    }
}

} // namespace causeway::base
