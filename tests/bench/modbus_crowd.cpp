// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/modbus_crowd.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::bench {

namespace {

constexpr std::size_t requestSize = 12; // MBAP header and a read
constexpr int backlog = 1024;
constexpr unsigned perNet = 250;

int listenEverywhere()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
        ::listen(fd, backlog) != 0)
        throw std::runtime_error("nothing to listen on");
    return fd;
}

std::vector<std::uint8_t> answerTo(const std::uint8_t* request)
{
    const unsigned registers = (request[10] << 8U) | request[11];
    const unsigned octets = registers * 2;
    std::vector<std::uint8_t> answer{request[0],
                                     request[1],
                                     0,
                                     0,
                                     0,
                                     static_cast<std::uint8_t>(3 + octets),
                                     request[6],
                                     request[7],
                                     static_cast<std::uint8_t>(octets)};
    for (unsigned i = 0; i < registers; ++i)
        answer.insert(answer.end(), {0x43, 0x66});
    return answer;
}

void answerAll(int fd)
{
    std::array<std::uint8_t, requestSize * 64> octets{};
    const auto size = ::read(fd, octets.data(), octets.size());
    if (size <= 0) {
        ::close(fd);
        return;
    }
    std::vector<std::uint8_t> answers;
    for (std::size_t at = 0; at + requestSize <= static_cast<std::size_t>(size);
         at += requestSize) {
        const auto answer = answerTo(octets.data() + at);
        answers.insert(answers.end(), answer.begin(), answer.end());
    }
    if (::write(fd, answers.data(), answers.size()) < 0)
        ::close(fd);
}

void watch(int ready, int fd)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(ready, EPOLL_CTL_ADD, fd, &event);
}

void admit(int ready, int listener)
{
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(ready, fd);
}

[[noreturn]] void serve(int listener)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int ready = ::epoll_create1(EPOLL_CLOEXEC);
    watch(ready, listener);
    std::array<epoll_event, 256> events{};
    for (;;) {
        const int count = ::epoll_wait(ready, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener)
                admit(ready, listener);
            else
                answerAll(fd);
        }
    }
}

} // namespace

ModbusCrowd::ModbusCrowd()
{
    const int listener = listenEverywhere();
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.sin_port);
    process_ = ::fork();
    if (process_ == 0)
        serve(listener);
    ::close(listener);
    if (process_ < 0)
        throw std::runtime_error("no process for the devices");
}

ModbusCrowd::~ModbusCrowd()
{
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

std::string ModbusCrowd::address(unsigned n)
{
    return "127.1." + std::to_string(n / perNet) + "." + std::to_string(n % perNet + 1);
}

} // namespace causeway::bench
