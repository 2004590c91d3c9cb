// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "agent/base/error.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::base {

/// What a ChildProcess gets besides its command. The descriptors are the caller's, and need not
/// stay open.
struct ChildTerms
{
    int output = -1;                        ///< its standard output; none: ours
    std::vector<std::string> environment{}; ///< "NAME=value", besides PATH and LANG
    int input = -1;                         ///< its standard input; none: nothing to read
};

/// A program that somebody configured: run without a shell, with an environment of its own, no
/// descriptor of ours but the journal, and in its own session, so that what it starts ends with it.
/// Lives on the loop's thread and never blocks it. Destroying it kills the program and, for the
/// moment that this takes, waits for its end.
class ChildProcess
{
public:
    /// The exit status. Timeout: killed at the limit. Refused: ended by a signal. NotFound: could
    /// not be started. Comes once, later, and may destroy the ChildProcess.
    using Ended = UniqueFunction<void(Expected<int>)>;

    /// The first of `command` is the program's path.
    ChildProcess(EventLoop& loop,
                 const std::vector<std::string>& command,
                 Duration limit,
                 Ended ended,
                 const ChildTerms& terms = {});
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Asks it to end, and kills it soon after.
    void terminate();

private:
    [[nodiscard]] Expected<void> spawn(const std::vector<std::string>& command,
                                       const ChildTerms& given);
    void onTime();
    void onExit();
    void signal(int number) const;

    EventLoop& loop_;
    Ended ended_;
    pid_t pid_ = -1;
    UniqueFd process_;
    Watch watch_;
    Timer timer_;
    Error reason_; ///< why we killed it
    bool isOverdue_ = false;
    Lifetime lifetime_;
};

} // namespace causeway::base
