// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/unique_function.hpp"

namespace causeway::base {

/// One thread for one blocking library: SQLite, or the TPM. Runs tasks in order.
/// Results go back by Scheduler::post(). Going away, it finishes what was posted, then joins.
class Worker
{
public:
    /// `name` shows in ps and gdb, at most 15 characters.
    explicit Worker(std::string name);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Thread-safe. What a task throws is logged and ends that task alone.
    void post(Task task);

private:
    void work();
    /// Blocks; an empty task when the worker ends.
    Task next();

    std::string name_;
    std::mutex mutex_;
    std::condition_variable hasWork_;
    std::deque<Task> tasks_;
    bool isEnding_ = false;
    std::thread thread_;
};

/// Some threads for calls that block for long and need nothing of each other: looking names up.
/// Tasks begin in order. Going away, it drops those that have not begun, then joins.
class WorkerPool
{
public:
    /// `name` as Worker's. A thread starts when a task finds none free, up to `mostThreads`.
    WorkerPool(std::string name, std::size_t mostThreads);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Thread-safe. What a task throws is logged and ends that task alone.
    void post(Task task);

private:
    void work();
    /// Blocks; an empty task when the pool ends.
    Task next();

    std::string name_;
    std::size_t mostThreads_;
    std::mutex mutex_;
    std::condition_variable hasWork_;
    std::deque<Task> tasks_;
    std::size_t idle_ = 0; ///< threads that wait
    bool isEnding_ = false;
    std::vector<std::thread> threads_;
};

} // namespace causeway::base
