// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/interrupts.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <sys/signalfd.h>

namespace causeway::dbus::ctl {

Interrupts::Interrupts(base::EventLoop& loop, base::Task interrupted)
    : interrupted_(std::move(interrupted))
{
    sigset_t signals{};
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGINT);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    fd_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_.isOpen())
        throw std::system_error(errno, std::generic_category(), "signalfd");
    watch_ = loop.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { interrupted_(); });
}

} // namespace causeway::dbus::ctl
