// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/server_process.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::bench {

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
    while (!hasAnswer())
        receive();
    port_ = static_cast<std::uint16_t>(std::stoi(takeAnswer()));
}

ServerProcess::~ServerProcess()
{
    ::close(socket_);
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
