// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/control.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace causeway::sim {

namespace {

int listenAt(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error("path of the control socket is too long: " + path);
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::unlink(path.c_str());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 16) != 0)
        throw std::runtime_error("cannot listen at " + path);
    return fd;
}

} // namespace

void Control::Caller::write(const std::string& line) const
{
    std::string rest = line + "\n";
    while (out >= 0 && !rest.empty()) {
        const auto written = ::write(out, rest.data(), rest.size());
        if (written <= 0)
            return;
        rest.erase(0, static_cast<std::size_t>(written));
    }
}

Control::Control(bool readsStandardInput, const std::string& socketPath, OnLine onLine)
    : onLine_(std::move(onLine))
    , socketPath_(socketPath)
{
    callers_.push_back({readsStandardInput ? STDIN_FILENO : -1, STDOUT_FILENO, {}});
    if (!socketPath_.empty())
        listener_ = listenAt(socketPath_);
}

Control::~Control()
{
    if (listener_ >= 0) {
        ::close(listener_);
        ::unlink(socketPath_.c_str());
    }
}

void Control::addTo(std::vector<pollfd>& watched) const
{
    if (listener_ >= 0)
        watched.push_back({listener_, POLLIN, 0});
    for (const auto& caller : callers_)
        if (caller.in >= 0)
            watched.push_back({caller.in, POLLIN, 0});
}

void Control::process(const std::vector<pollfd>& watched)
{
    for (const auto& ready : watched) {
        if (ready.revents == 0)
            continue;
        if (ready.fd == listener_) {
            accept();
            continue;
        }
        const auto caller = std::find_if(
            callers_.begin(), callers_.end(), [&](const auto& one) { return one.in == ready.fd; });
        if (caller != callers_.end())
            read(*caller);
    }
}

void Control::accept()
{
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0)
        callers_.push_back({fd, fd, {}});
}

void Control::read(Caller& caller)
{
    std::array<char, 65536> chunk{};
    const auto size = ::read(caller.in, chunk.data(), chunk.size());
    if (size <= 0) {
        hasEnded_ = hasEnded_ || caller.in == STDIN_FILENO;
        if (caller.in != STDIN_FILENO) {
            ::close(caller.in);
            caller.out = -1;
        }
        caller.in = -1;
        return;
    }
    caller.received.append(chunk.data(), static_cast<std::size_t>(size));
    for (auto end = caller.received.find('\n'); end != std::string::npos;
         end = caller.received.find('\n')) {
        const auto line = caller.received.substr(0, end);
        caller.received.erase(0, end + 1);
        if (!line.empty())
            onLine_(caller, line);
    }
}

void Control::tellAll(const std::string& line) const
{
    for (const auto& caller : callers_)
        caller.write(line);
}

} // namespace causeway::sim
