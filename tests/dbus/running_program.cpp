// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/running_program.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::tests {

namespace {

// A program that hangs must fail its test, not the whole suite.
constexpr unsigned longestRun = 30;

[[noreturn]] void
become(const std::vector<std::string>& command, const Environment& environment, int output)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const auto& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str())); // NOLINT: execvp's old signature
    arguments.push_back(nullptr);
    for (const auto& [name, value] : environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    ::alarm(longestRun);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

} // namespace

RunningProgram::RunningProgram(const std::vector<std::string>& command,
                               const Environment& environment)
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    output_.reset(ends[0]);
    program_ = ::fork();
    if (program_ == 0)
        become(command, environment, ends[1]);
    ::close(ends[1]);
}

RunningProgram::~RunningProgram()
{
    if (program_ > 0)
        end(SIGKILL);
}

const std::string& RunningProgram::hearUntil(std::string_view awaited)
{
    std::array<char, 4096> chunk{};
    while (heard_.find(awaited) == std::string::npos) {
        const auto count = ::read(output_.get(), chunk.data(), chunk.size());
        if (count <= 0)
            break;
        heard_.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return heard_;
}

int RunningProgram::end(int signal)
{
    int status = 0;
    if (signal != 0)
        ::kill(program_, signal);
    ::waitpid(std::exchange(program_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace causeway::tests
