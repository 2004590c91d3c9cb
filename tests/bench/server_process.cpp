// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/server_process.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::bench {

namespace {

constexpr int patience = 30'000; // milliseconds for the server to begin, and to end

bool isReadable(int fd)
{
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, patience) > 0;
}

} // namespace

ServerProcess::ServerProcess(const std::string& program)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("no socket pair");
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(ends[1], STDIN_FILENO);
        ::dup2(ends[1], STDOUT_FILENO);
        ::execl(program.c_str(), program.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    socket_ = ends[0];
    while (!hasAnswer()) {
        if (!isReadable(socket_)) {
            end();
            throw std::runtime_error("bench-server has not said its port");
        }
        receive();
    }
    port_ = static_cast<std::uint16_t>(std::stoi(takeAnswer()));
}

ServerProcess::~ServerProcess()
{
    end();
}

void ServerProcess::end()
{
    ::close(socket_);
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (!isReadable(process)) {
        std::fputs("bench-server does not end by itself, killing it\n", stderr);
        ::kill(process_, SIGKILL);
    }
    ::close(process);
    int status = 0;
    ::waitpid(process_, &status, 0);
    if (status != 0)
        std::fprintf(stderr, "bench-server ended with status %d\n", status);
}

void ServerProcess::command(const std::string& line)
{
    const auto whole = line + "\n";
    if (::write(socket_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
        throw std::runtime_error("bench-server takes no command");
}

void ServerProcess::receive()
{
    std::array<char, 4096> chunk{};
    const auto size = ::read(socket_, chunk.data(), chunk.size());
    if (size <= 0)
        throw std::runtime_error("bench-server has gone");
    received_.append(chunk.data(), static_cast<std::size_t>(size));
}

std::string ServerProcess::takeAnswer()
{
    const auto end = received_.find('\n');
    const auto line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

} // namespace causeway::bench
