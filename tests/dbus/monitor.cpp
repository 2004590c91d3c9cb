// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/monitor.hpp"

#include <array>
#include <csignal>
#include <string>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::tests {

namespace {

bool readSome(int fd, std::string& into)
{
    std::array<char, 65536> chunk{};
    const auto count = ::read(fd, chunk.data(), chunk.size());
    if (count <= 0)
        return false;
    into.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

} // namespace

Monitor::Monitor(const std::string& address)
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    output_.reset(ends[0]);
    program_ = ::fork();
    if (program_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(ends[1], STDOUT_FILENO);
        ::execlp("dbus-monitor", "dbus-monitor", "--address", address.c_str(), "--binary", nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    // Its own NameAcquired or NameLost is the first thing it hears.
    BOOST_REQUIRE_MESSAGE(readSome(output_.get(), heard_), "dbus-monitor did not start");
}

Monitor::~Monitor()
{
    int status = 0;
    ::kill(program_, SIGTERM);
    ::waitpid(program_, &status, 0);
    BOOST_CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGTERM : WEXITSTATUS(status) == 0);
}

const std::string& Monitor::hearUntil(std::string_view last)
{
    while (heard_.find(last) == std::string::npos && readSome(output_.get(), heard_)) {
    }
    return heard_;
}

} // namespace causeway::tests
