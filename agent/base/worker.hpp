// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "agent/base/unique_function.hpp"

namespace causeway::base {

/// One thread for one blocking library: SQLite and the TPM, or name look-up. Runs tasks in order.
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

} // namespace causeway::base
