// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <optional>

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>

#include "agent/base/child_process.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;

namespace {

struct ProcessFixture
{
    base::Expected<int> run(const std::vector<std::string>& command, base::Duration limit = 60s)
    {
        start(command, limit);
        return wait();
    }

    void start(const std::vector<std::string>& command, base::Duration limit = 60s)
    {
        process.emplace(loop, command, limit, [this](base::Expected<int> status) {
            ended = std::move(status);
            process.reset(); // as an owner may
        });
    }

    base::Expected<int> wait()
    {
        for (int round = 0; round < 1000 && !ended; ++round)
            loop.runOnce(100ms);
        BOOST_REQUIRE(ended.has_value());
        return *std::exchange(ended, std::nullopt);
    }

    base::EventLoop loop;
    std::optional<base::ChildProcess> process;
    std::optional<base::Expected<int>> ended;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(child_process, ProcessFixture)

BOOST_AUTO_TEST_CASE(tells_the_exit_status)
{
    BOOST_TEST(run({"/bin/true"}).value() == 0);
    BOOST_TEST(run({"/bin/sh", "-c", "exit 7"}).value() == 7);
}

BOOST_AUTO_TEST_CASE(gives_arguments_as_they_are)
{
    BOOST_TEST(run({"/usr/bin/test", "a b; exit 1 $HOME", "=", "a b; exit 1 $HOME"}).value() == 0);
}

BOOST_AUTO_TEST_CASE(gives_nothing_of_our_environment_and_descriptors)
{
    ::setenv("CAUSEWAY_TEST_SECRET", "1", 1);
    const base::UniqueFd leaky(::dup(STDERR_FILENO)); // without FD_CLOEXEC

    const auto status = run({"/bin/sh",
                             "-c",
                             "test -z \"$CAUSEWAY_TEST_SECRET\" && test ! -e /proc/self/fd/" +
                                 std::to_string(leaky.get())});

    BOOST_TEST(status.value() == 0);
}

BOOST_AUTO_TEST_CASE(says_that_a_program_is_not_there)
{
    const auto status = run({"/nonexistent/program"});

    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::NotFound));
    BOOST_TEST(status.error().message.starts_with("/nonexistent/program cannot be started: "));
}

BOOST_AUTO_TEST_CASE(ends_a_program_at_its_limit)
{
    const auto status = run({"/bin/sh", "-c", "trap '' TERM; exec tail -f /dev/null"}, 50ms);

    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::Timeout));
}

BOOST_AUTO_TEST_CASE(says_that_a_signal_ended_it)
{
    const auto status = run({"/bin/sh", "-c", "kill -9 $$"});

    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::Refused));
    BOOST_TEST(status.error().message == "ended by signal 9");
}

BOOST_AUTO_TEST_CASE(ends_also_when_somebody_else_takes_the_status)
{
    const auto former = std::signal(SIGCHLD, SIG_IGN);

    const auto status = run({"/bin/true"});

    std::signal(SIGCHLD, former);
    BOOST_REQUIRE(!status);
    BOOST_CHECK(status.error().kind == ErrorKind::Internal);
}

BOOST_AUTO_TEST_CASE(ends_a_program_that_is_no_longer_wanted)
{
    start({"/usr/bin/tail", "-f", "/dev/null"});
    process->terminate();

    const auto status = wait();

    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::Cancelled));
}

BOOST_AUTO_TEST_CASE(leaves_no_zombie_when_it_is_destroyed)
{
    start({"/usr/bin/tail", "-f", "/dev/null"});

    process.reset();

    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
    BOOST_TEST(errno == ECHILD);
}

BOOST_AUTO_TEST_SUITE_END()
