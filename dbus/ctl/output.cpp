// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/output.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus/ctl/failure.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr int unknownReason = 0;

[[noreturn]] void failOutput(int reason)
{
    throw Failure(base::ErrorKind::StorageFailed,
                  "standard output cannot be written" +
                      (reason == unknownReason ? "" : ": " + base::errnoText(reason)));
}

/// Behind its end, so that it stays as long as it is. Not every file system can do that.
void reserveFile(const struct stat& file, std::size_t octets)
{
    const auto position = std::max(::lseek(STDOUT_FILENO, 0, SEEK_CUR), file.st_size);
    const auto room = static_cast<off_t>(octets);
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        limit.rlim_cur < static_cast<rlim_t>(position + room))
        failOutput(EFBIG);
    if (::fallocate(STDOUT_FILENO, FALLOC_FL_KEEP_SIZE, position, room) < 0 &&
        (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO || errno == EBADF))
        failOutput(errno);
}

} // namespace

void occupyStandardStreams()
{
    // Each open() takes the lowest that is free. Not writable: what is printed there must fail.
    int descriptor = 0;
    do
        descriptor = ::open("/dev/null", O_RDONLY); // NOLINT: 0 to 2 are for programs we start, too
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        ::close(descriptor);
}

void reserveOutput(std::size_t octets)
{
    struct stat status
    {};

    if (::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        return reserveFile(status, octets);
    // A device that is always full refuses nothing, too; a pipe without a reader says so by poll().
    if (::write(STDOUT_FILENO, "", 0) < 0)
        failOutput(errno);
    pollfd end{STDOUT_FILENO, POLLOUT, 0};
    if (::poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLNVAL)) != 0)
        failOutput(EPIPE);
}

void finishOutput()
{
    std::cout.flush(); // CLI11 prints its help there
    const bool isFlushed = std::fflush(stdout) == 0;
    const int reason = errno;
    if (!isFlushed || std::ferror(stdout) != 0 || !std::cout)
        failOutput(isFlushed ? unknownReason : reason);
}

} // namespace causeway::dbus::ctl
