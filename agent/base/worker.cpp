// SPDX-License-Identifier: Apache-2.0
#include "agent/base/worker.hpp"

#include <system_error>
#include <utility>

#include <pthread.h>

#include "agent/base/door.hpp"

namespace causeway::base {

Worker::Worker(std::string name)
    : name_(std::move(name))
    , thread_([this] { work(); })
{}

Worker::~Worker()
{
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    hasWork_.notify_one();
    thread_.join();
}

void Worker::post(Task task)
{
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    hasWork_.notify_one();
}

void Worker::work()
{
    ::pthread_setname_np(::pthread_self(), name_.c_str());
    while (auto task = next())
        contain(name_, task);
}

Task Worker::next()
{
    std::unique_lock lock(mutex_);
    hasWork_.wait(lock, [this] { return isEnding_ || !tasks_.empty(); });
    if (tasks_.empty())
        return {};
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
}

WorkerPool::WorkerPool(std::string name, std::size_t mostThreads)
    : name_(std::move(name))
    , mostThreads_(mostThreads)
{}

WorkerPool::~WorkerPool()
{
    std::deque<Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
        dropped.swap(tasks_);
    }
    hasWork_.notify_all();
    dropped.clear(); // not under the lock: what tasks own may post
    for (auto& thread : threads_)
        thread.join();
}

void WorkerPool::post(Task task)
{
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    hasWork_.notify_one();
    if (tasks_.size() <= idle_ || threads_.size() >= mostThreads_)
        return;
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        // Threads that are there come to the task later; without any, nobody would.
        if (!threads_.empty())
            return;
        tasks_.pop_back();
        throw;
    }
}

void WorkerPool::work()
{
    ::pthread_setname_np(::pthread_self(), name_.c_str());
    while (auto task = next())
        contain(name_, task);
}

Task WorkerPool::next()
{
    std::unique_lock lock(mutex_);
    ++idle_;
    hasWork_.wait(lock, [this] { return isEnding_ || !tasks_.empty(); });
    --idle_;
    if (isEnding_)
        return {};
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
}

} // namespace causeway::base
