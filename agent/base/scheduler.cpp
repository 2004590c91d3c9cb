// SPDX-License-Identifier: Apache-2.0
#include "agent/base/scheduler.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

#include "agent/base/door.hpp"
#include "agent/base/survival.hpp"

namespace causeway::base {

Timer::~Timer()
{
    stop();
    if (wasDestroyed_ != nullptr)
        *wasDestroyed_ = true;
}

void Timer::start(Duration delay)
{
    startAt(scheduler_.now() + std::max(delay, Duration::zero()));
}

void Timer::startAt(TimePoint due)
{
    stop();
    due_ = due;
    isArmed_ = true;
    scheduler_.arm(*this);
}

void Timer::stop()
{
    if (!std::exchange(isArmed_, false))
        return;
    scheduler_.disarm(*this);
}

void Timer::fire()
{
    isArmed_ = false;
    // The task may destroy this Timer: it runs from the stack and comes back only to a living one.
    Task task = std::move(task_);
    const Survival lives(wasDestroyed_);
    try {
        task();
    } catch (const std::exception&) {
        // What the task is the engine of must not stand still for ever.
        if (lives) {
            task_ = std::move(task);
            if (!isArmed_)
                start(restAfterFault);
        }
        throw;
    }
    if (lives)
        task_ = std::move(task);
}

void TimerHeap::add(Timer& timer)
{
    heap_.push_back(&timer);
    timer.heapIndex_ = heap_.size() - 1;
    siftUp(timer.heapIndex_);
}

void TimerHeap::remove(Timer& timer)
{
    const std::size_t index = timer.heapIndex_;
    assert(index < heap_.size() && heap_[index] == &timer);
    Timer* const last = heap_.back();
    heap_.pop_back();
    if (last == &timer)
        return;
    place(index, last);
    siftUp(index);
    siftDown(last->heapIndex_);
}

bool TimerHeap::fireOne(TimePoint now)
{
    if (heap_.empty() || heap_.front()->due_ > now)
        return false;
    Timer& timer = *heap_.front();
    remove(timer);
    timer.fire();
    return true;
}

void TimerHeap::place(std::size_t index, Timer* timer)
{
    heap_[index] = timer;
    timer->heapIndex_ = index;
}

void TimerHeap::siftUp(std::size_t index)
{
    Timer* const timer = heap_[index];
    while (index > 0) {
        const std::size_t parent = (index - 1) / 2;
        if (heap_[parent]->due_ <= timer->due_)
            break;
        place(index, heap_[parent]);
        index = parent;
    }
    place(index, timer);
}

void TimerHeap::siftDown(std::size_t index)
{
    Timer* const timer = heap_[index];
    for (std::size_t child = 2 * index + 1; child < heap_.size(); child = 2 * index + 1) {
        if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_)
            ++child;
        if (timer->due_ <= heap_[child]->due_)
            break;
        place(index, heap_[child]);
        index = child;
    }
    place(index, timer);
}

} // namespace causeway::base
