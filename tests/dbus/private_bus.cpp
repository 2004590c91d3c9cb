// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/private_bus.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace causeway::tests {

namespace {

// Everybody may do everything, as on a session bus, but nothing is started on demand.
constexpr const char* configuration = R"(<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
)";

constexpr int addressDescriptor = 3;

std::string readLine(int fd)
{
    std::string line;
    char character = 0;
    while (::read(fd, &character, 1) == 1 && character != '\n')
        line += character;
    return line;
}

} // namespace

PrivateBus::PrivateBus()
{
    directory_.write("bus.conf", fmt::format(configuration, directory_.path().string()));
    // Other users may connect, as on the system bus.
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    start();
}

PrivateBus::~PrivateBus()
{
    end();
}

void PrivateBus::restart()
{
    end();
    start();
}

void PrivateBus::start()
{
    const auto option = "--config-file=" + (directory_.path() / "bus.conf").string();
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    daemon_ = ::fork();
    if (daemon_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (ends[1] == addressDescriptor)
            ::fcntl(addressDescriptor, F_SETFD, 0);
        else
            ::dup2(ends[1], addressDescriptor);
        ::execlp("dbus-daemon",
                 "dbus-daemon",
                 option.c_str(),
                 "--nofork",
                 "--nopidfile",
                 "--print-address=3",
                 nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    const auto printed = readLine(ends[0]);
    address_ = printed.substr(0, printed.find(','));
    if (firstAddress_.empty())
        firstAddress_ = printed;
    ::close(ends[0]);
    BOOST_REQUIRE_MESSAGE(!address_.empty(), "dbus-daemon did not start");
}

void PrivateBus::end()
{
    int status = 0;
    ::kill(daemon_, SIGTERM);
    ::waitpid(daemon_, &status, 0);
    BOOST_CHECK_MESSAGE((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
                            (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM),
                        "dbus-daemon ended with status " << status);
}

} // namespace causeway::tests
