// SPDX-License-Identifier: Apache-2.0
#include "tests/store/swtpm.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace causeway::tests {

namespace {

constexpr int mostAttempts = 20;    // someone else may take a port between choosing and binding
constexpr int longestStart = 10000; // ms

/// A bound socket and its port; no socket when the port is taken.
std::pair<base::UniqueFd, std::uint16_t> bindPort(std::uint16_t port)
{
    base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd.get(), generic, size) < 0 || ::getsockname(fd.get(), generic, &size) < 0)
        return {base::UniqueFd(), 0};
    return {std::move(fd), ntohs(address.sin_port)};
}

} // namespace

Swtpm::Swtpm(std::filesystem::path state)
    : state_(std::move(state))
{
    for (int i = 0; i < mostAttempts; ++i) {
        choosePorts();
        if (tryToStart())
            return;
    }
    throw std::runtime_error("swtpm does not start");
}

Swtpm::~Swtpm()
{
    if (process_ >= 0)
        abandon();
}

std::string Swtpm::tcti() const
{
    return "swtpm:host=127.0.0.1,port=" + std::to_string(port_);
}

void Swtpm::stop()
{
    signal(SIGTERM);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    // It writes its process id before it handles the signal: stopped at once, it ends by it.
    const bool isEndedBySignal = WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
    const bool isEndedByItself = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!isEndedBySignal && !isEndedByItself)
        throw std::runtime_error("swtpm did not end cleanly");
}

void Swtpm::start()
{
    if (!tryToStart())
        throw std::runtime_error("swtpm does not start again");
}

void Swtpm::hang()
{
    signal(SIGSTOP);
}

void Swtpm::resume()
{
    signal(SIGCONT);
}

/// The TCTI expects the control channel on the next port.
void Swtpm::choosePorts()
{
    for (int i = 0; i < mostAttempts; ++i) {
        const auto [data, port] = bindPort(0);
        if (data.get() < 0 || port == UINT16_MAX)
            continue;
        if (bindPort(static_cast<std::uint16_t>(port + 1)).first.get() < 0)
            continue;
        port_ = port;
        return;
    }
    throw std::runtime_error("no two ports in a row are free");
}

bool Swtpm::tryToStart()
{
    std::filesystem::create_directories(state_);
    std::filesystem::remove(state_ / "pid");
    // It writes its process id once it listens.
    const base::UniqueFd written(::inotify_init1(IN_CLOEXEC));
    ::inotify_add_watch(written.get(), state_.c_str(), IN_CLOSE_WRITE);
    spawn();
    const base::UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
    while (!std::filesystem::exists(state_ / "pid") ||
           std::filesystem::file_size(state_ / "pid") == 0) {
        std::array<pollfd, 2> events{{{written.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}}};
        const int ready = ::poll(events.data(), events.size(), longestStart);
        if (ready <= 0 || events[1].revents != 0) {
            abandon();
            return false;
        }
        std::array<char, 4096> ignored{};
        if (::read(written.get(), ignored.data(), ignored.size()) < 0)
            throw std::runtime_error("inotify");
    }
    return true;
}

void Swtpm::spawn()
{
    std::array<std::string, 14> words{"swtpm",
                                      "socket",
                                      "--tpm2",
                                      "--tpmstate",
                                      "dir=" + state_.string(),
                                      "--server",
                                      "type=tcp,port=" + std::to_string(port_),
                                      "--ctrl",
                                      "type=tcp,port=" + std::to_string(port_ + 1),
                                      "--flags",
                                      "not-need-init,startup-clear",
                                      "--pid",
                                      "file=" + (state_ / "pid").string(),
                                      "--log=file=" + (state_ / "log").string()};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::posix_spawnp(&process_, "swtpm", nullptr, nullptr, arguments.data(), environ) != 0)
        throw std::runtime_error("swtpm is not installed");
}

void Swtpm::abandon()
{
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void Swtpm::signal(int number) const
{
    if (process_ < 0 || ::kill(process_, number) < 0)
        throw std::runtime_error("swtpm is not running");
}

} // namespace causeway::tests
