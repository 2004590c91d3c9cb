// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "agent/base/unique_fd.hpp"
#include "tests/dbus/command.hpp"

namespace causeway::tests {

/// A program that runs until it is told to end; what it says on either stream is heard.
class RunningProgram
{
public:
    RunningProgram(const std::vector<std::string>& command, const Environment& environment);
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    /// Everything it has said, once `awaited` is in it; or all there is when it ends before.
    [[nodiscard]] const std::string& hearUntil(std::string_view awaited);

    /// Sends the signal when it is none of 0; the exit code, or 128 and the signal that ended it.
    int end(int signal);

private:
    pid_t program_ = -1;
    base::UniqueFd output_;
    std::string heard_;
};

} // namespace causeway::tests
