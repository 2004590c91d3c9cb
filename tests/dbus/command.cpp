// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/command.hpp"

#include <array>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

namespace {

using base::UniqueFd;

// A program that hangs must fail its test, not the whole suite.
constexpr unsigned longestRun = 10;

struct Pipe
{
    UniqueFd reading;
    UniqueFd writing;

    Pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) < 0)
            throw std::system_error(errno, std::generic_category(), "pipe2");
        reading.reset(ends[0]);
        writing.reset(ends[1]);
    }
};

[[noreturn]] void become(const std::vector<std::string>& command, const Environment& environment)
{
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

bool drain(int fd, std::string& into)
{
    std::array<char, 4096> chunk{};
    const auto count = ::read(fd, chunk.data(), chunk.size());
    if (count <= 0)
        return false;
    into.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

void collect(UniqueFd output, UniqueFd errors, Finished& finished)
{
    std::array<pollfd, 2> ends{{{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (::poll(ends.data(), ends.size(), -1) < 0)
            continue;
        if (ends[0].revents != 0 && !drain(ends[0].fd, finished.output))
            ends[0].fd = -1;
        if (ends[1].revents != 0 && !drain(ends[1].fd, finished.errors))
            ends[1].fd = -1;
    }
}

int waitFor(pid_t child)
{
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Finished run(const std::vector<std::string>& command,
             const std::string& input,
             const Environment& environment)
{
    Pipe in;
    Pipe out;
    Pipe error;
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in.reading.get(), STDIN_FILENO);
        ::dup2(out.writing.get(), STDOUT_FILENO);
        ::dup2(error.writing.get(), STDERR_FILENO);
        become(command, environment);
    }
    in.reading.reset();
    out.writing.reset();
    error.writing.reset();
    // Inputs of tests are shorter than a pipe's buffer.
    [[maybe_unused]] const auto written = ::write(in.writing.get(), input.data(), input.size());
    in.writing.reset();
    Finished finished;
    collect(std::move(out.reading), std::move(error.reading), finished);
    finished.exitCode = waitFor(child);
    return finished;
}

} // namespace causeway::tests
