// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using causeway::tests::Finished;
using causeway::tests::RunningGateway;

namespace {

struct Fixture : RunningGateway
{
    Fixture()
        : RunningGateway(dbus::ServiceSettings{{},
                                               "0.1.0",
                                               dbus::Authorisation::Automatic,
                                               std::chrono::milliseconds(5000),
                                               std::chrono::milliseconds(10)})
    {}

    /// Each question is a program with its start and end: a hundred of them are many seconds.
    Finished ctlWhenItIsBack(const std::vector<std::string>& arguments)
    {
        auto finished = ctl(arguments);
        for (int i = 0; i < 100 && finished.exitCode != 0; ++i)
            finished = ctl(arguments);
        return finished;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(bus_that_restarts, Fixture)

BOOST_AUTO_TEST_CASE(finds_the_gateway_again_with_what_came_meanwhile)
{
    restartBus();
    inside([](World& world) {
        world.gateway.lines["rtu-1"].settings.name = "rtu-1";
        world.gateway.listener->onLineAdded("rtu-1");
    });

    const auto status = ctlWhenItIsBack({"status"});
    const auto lines = ctl({"lines"});

    BOOST_TEST(status.exitCode == 0, status.errors);
    BOOST_TEST(lines.output.find("rtu-1") != std::string::npos, lines.output);
}

BOOST_AUTO_TEST_CASE(may_restart_again)
{
    for (int i = 0; i < 3; ++i) {
        restartBus();
        BOOST_TEST(ctlWhenItIsBack({"line", "change", "rtu-0", "--baud-rate", "19200"}).exitCode ==
                   0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
