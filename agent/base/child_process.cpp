// SPDX-License-Identifier: Apache-2.0
#include "agent/base/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::base {

namespace {

/// Between asking a program to end and killing it.
constexpr Duration grace = std::chrono::seconds(5);
/// Milliseconds between SIGKILL and the end: far more than it takes, unless a driver holds the
/// program; that one stays a zombie until we end.
constexpr int deathThroes = 100;
constexpr int firstOfOurs = STDERR_FILENO + 1;

/// What posix_spawn() wants besides the command; freed when it goes.
class SpawnTerms
{
public:
    explicit SpawnTerms(const ChildTerms& given)
    {
        ::posix_spawn_file_actions_init(&actions_);
        if (given.input >= 0)
            ::posix_spawn_file_actions_adddup2(&actions_, given.input, STDIN_FILENO);
        else
            ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (given.output >= 0)
            ::posix_spawn_file_actions_adddup2(&actions_, given.output, STDOUT_FILENO);
        // Not every library that we use marks its descriptors.
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, firstOfOurs);
        ::posix_spawnattr_init(&attributes_);
        sigset_t signals;
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        constexpr auto flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }

    ~SpawnTerms()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    SpawnTerms(const SpawnTerms&) = delete;
    SpawnTerms& operator=(const SpawnTerms&) = delete;

    [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }

    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::vector<char*> pointersTo(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

ChildProcess::ChildProcess(EventLoop& loop,
                           const std::vector<std::string>& command,
                           Duration limit,
                           Ended ended,
                           const ChildTerms& terms)
    : loop_(loop)
    , ended_(std::move(ended))
    , timer_(loop, [this] { onTime(); })
{
    const auto spawned = spawn(command, terms);
    if (!spawned) {
        loop_.post(lifetime_.guard([this, error = spawned.error()] {
            auto told = std::move(ended_); // which may destroy us
            told(fail(error));
        }));
        return;
    }
    watch_ = loop_.watch(process_.get(), EPOLLIN, [this](std::uint32_t) { onExit(); });
    timer_.start(limit);
}

ChildProcess::~ChildProcess()
{
    if (!process_.isOpen())
        return;
    signal(SIGKILL);
    pollfd end{process_.get(), POLLIN, 0};
    ::poll(&end, 1, deathThroes);
    ::waitid(P_PIDFD, static_cast<id_t>(process_.get()), nullptr, WEXITED | WNOHANG);
}

Expected<void> ChildProcess::spawn(const std::vector<std::string>& command, const ChildTerms& given)
{
    const SpawnTerms terms(given);
    auto arguments = command;
    std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
    environment.insert(environment.end(), given.environment.begin(), given.environment.end());
    const int failure = ::posix_spawn(&pid_,
                                      command.front().c_str(),
                                      terms.actions(),
                                      terms.attributes(),
                                      pointersTo(arguments).data(),
                                      pointersTo(environment).data());
    if (failure != 0)
        return fail(ErrorKind::NotFound,
                    fmt::format("{} cannot be started: {}", command.front(), errnoText(failure)));
    // Not by <sys/pidfd.h>, which C++ cannot use in glibc 2.36.
    process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (process_.isOpen())
        return {};
    const int trouble = errno;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0); // which is dead already
    return fail(ErrorKind::Internal,
                fmt::format("{} cannot be waited for: {}", command.front(), errnoText(trouble)));
}

void ChildProcess::terminate()
{
    reason_ = {ErrorKind::Cancelled, "it was ended", Retry::Never};
    isOverdue_ = true;
    if (!process_.isOpen())
        return;
    signal(SIGTERM);
    timer_.start(grace);
}

void ChildProcess::onTime()
{
    if (!isOverdue_)
        reason_ = {ErrorKind::Timeout, "it took too long and was ended", Retry::Never};
    isOverdue_ = true;
    signal(SIGKILL);
}

void ChildProcess::onExit()
{
    const auto id = static_cast<id_t>(process_.get());
    siginfo_t info{};
    const bool isOurs = ::waitid(P_PIDFD, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    if (isOurs && info.si_pid == 0)
        return;
    if (isOurs) {
        signal(SIGKILL); // what it left behind, while its number is still its own
        ::waitid(P_PIDFD, id, nullptr, WEXITED | WNOHANG);
    }
    timer_.stop();
    watch_ = {};
    process_.reset();
    auto ended = std::move(ended_); // which may destroy us
    if (isOverdue_)
        ended(fail(reason_));
    else if (!isOurs)
        ended(fail(ErrorKind::Internal, "somebody else has taken its exit status"));
    else if (info.si_code == CLD_EXITED)
        ended(info.si_status);
    else
        ended(fail(ErrorKind::Refused, fmt::format("ended by signal {}", info.si_status)));
}

// The whole session's first process group.
void ChildProcess::signal(int number) const
{
    ::kill(-pid_, number);
}

} // namespace causeway::base
