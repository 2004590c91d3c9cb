// SPDX-License-Identifier: Apache-2.0
#include "agent/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/base/guarded_memory.hpp"

namespace causeway::agent {

namespace {

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit); // what we cannot raise shows as an error at the socket
    }
}

} // namespace

void hardenProcess()
{
    base::guardMemory();
    for (const char* variable : {"SSLKEYLOGFILE", "GNUTLS_DEBUG_LEVEL"})
        ::unsetenv(variable);
    // Who starts us may ignore it, and the kernel would then take our children's exit status away.
    std::signal(SIGCHLD, SIG_DFL);
    raiseDescriptorLimit();
}

TerminationSignals::TerminationSignals(base::EventLoop& loop, base::Task terminate)
    : terminate_(std::move(terminate))
{
    sigset_t signals{};
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a vanished peer is an errno, not a death
    fd_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_.isOpen())
        throw std::system_error(errno, std::generic_category(), "signalfd");
    watch_ = loop.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) {
        signalfd_siginfo ignored{};
        while (::read(fd_.get(), &ignored, sizeof ignored) == sizeof ignored) {
        }
        terminate_();
    });
}

} // namespace causeway::agent
