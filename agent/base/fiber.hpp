// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <ucontext.h>

#include "agent/base/unique_function.hpp"

namespace causeway::base {

/// A function that stands still in the middle, below a C library's frames too, while the thread
/// that runs it does something else: for libraries whose callback must return an answer that takes
/// long, and whose call cannot be begun anew. It runs on a stack of its own, on the thread of who
/// resumes it, and on no other.
class Fiber
{
public:
    /// Begins with the first resume(). Throws std::system_error when there is no memory for a
    /// stack.
    explicit Fiber(Task body);
    /// The body has ended, or never begun: who owns what is on its stack sees to that.
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Runs the body until it suspends or ends. What it throws is logged, and ends it.
    void resume();
    /// Of the body: returns when it is resumed. Not from inside a catch block, which belongs to
    /// the thread.
    void suspend();

    [[nodiscard]] bool hasEnded() const { return hasEnded_; }

private:
    static void enter(unsigned high, unsigned low);
    void run();

    Task body_;
    void* stack_;
    ucontext_t inside_{};
    ucontext_t outside_{};
    bool hasBegun_ = false;
    bool hasEnded_ = false;
};

} // namespace causeway::base
