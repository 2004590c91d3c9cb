// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/modbus_device/wire_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges;
using namespace std::chrono_literals;
using base::ErrorKind;
using base::Expected;
using model::Path;
using sim::Device;
using sim::Served;
using Fixture = sim::WireFixture;

BOOST_AUTO_TEST_SUITE(wire)

namespace {

boost::test_tools::assertion_result hasPymodbus(boost::unit_test::test_unit_id)
{
    return std::getenv("PYMODBUS_DEVICE") != nullptr;
}

/// The pymodbus gateway with unit 1 behind it, ended by the end of its standard input.
class Pymodbus
{
public:
    Pymodbus()
    {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        BOOST_REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
        input_.reset(in[1]);
        const base::UniqueFd theirInput(in[0]);
        const base::UniqueFd theirOutput(out[1]);
        const base::UniqueFd output(out[0]);
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(theirInput.get(), STDIN_FILENO);
            ::dup2(theirOutput.get(), STDOUT_FILENO);
            const char* program = std::getenv("PYMODBUS_DEVICE");
            ::execl(program, program, "1", nullptr);
            ::_exit(127);
        }
        std::string line;
        for (char octet = 0; octet != '\n'; line += octet)
            BOOST_REQUIRE(::read(output.get(), &octet, 1) == 1);
        port_ = line.substr(std::string("ready ").size());
    }

    ~Pymodbus()
    {
        input_.reset();
        int status = -1;
        ::waitpid(process_, &status, 0);
        BOOST_TEST(status == 0);
    }

    Pymodbus(const Pymodbus&) = delete;
    Pymodbus& operator=(const Pymodbus&) = delete;

    [[nodiscard]] const std::string& port() const { return port_; }

private:
    base::UniqueFd input_;
    pid_t process_ = -1;
    std::string port_;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(reads_a_meter_on_a_serial_line, Fixture)
{
    const Served device(Device::onPty(7, link));
    device->setFloat(0x0000, 230.1F);
    device->setFloat(0x0048, 342.7F);
    BOOST_REQUIRE(buses.addLine(rtu()));

    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);

    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(comesTrue([&] { return has({3305, 0, 5805}, 342700.0); }));
    BOOST_TEST((listener.isAvailable == true));
    BOOST_TEST(bridge->counters().at("samples") > 0U);
}

BOOST_FIXTURE_TEST_CASE(switches_a_relay_over_tcp_exactly_once, Fixture)
{
    const Served device(Device::onTcp(0));
    BOOST_REQUIRE(buses.addLine(tcp("127.0.0.1", device->address())));
    const auto bridge = attach("waveshare-relay-8ch", "tcp-0");
    BOOST_REQUIRE(comesTrue([&] { return has({3306, 3, 5850}, false); }));

    const auto written = write(*bridge, {3306, 3, 5850}, true);

    BOOST_TEST(written.has_value());
    BOOST_TEST(device->coil(3));
    BOOST_TEST(device->writes() == 1U);
    BOOST_TEST(comesTrue([&] { return has({3306, 3, 5850}, true); }));
}

BOOST_FIXTURE_TEST_CASE(leaves_the_connection_to_others_while_it_needs_none, Fixture)
{
    const Served device(Device::onTcp(0));
    device->setInput(1, 0x0131);
    BOOST_REQUIRE(buses.addLine(tcp("127.0.0.1", device->address())));
    auto profile = std::make_shared<DeviceProfile>(**library.find("xy-md02"));
    profile->limits.idleTimeout = 1s;
    auto rarely = buses.createBridge(profile, {"device", "tcp-0", 1, 1h});
    BOOST_REQUIRE(rarely);
    (*rarely)->start(listener);
    BOOST_REQUIRE(comesTrue([&] { return has({3303, 0, 5700}, 30.5); }));
    const auto counter = [&](const char* name) {
        return buses.lineStatus("tcp-0")->counters[name];
    };
    BOOST_TEST(comesTrue([&] { return counter("idleCloses") == 1U; }));

    std::optional<Expected<model::Sample>> sample;
    (*rarely)->read({3303, 0, 5700}, [&](Expected<model::Sample> read) { sample = read; });

    BOOST_TEST(comesTrue([&] { return sample.has_value(); }));
    BOOST_TEST(sample->has_value());
    BOOST_TEST(comesTrue([&] { return counter("connections") == 2U; }));
    BOOST_TEST(listener.changes == 1); // nobody was told that it had gone
    BOOST_TEST(buses.lineStatus("tcp-0")->isUp);
}

BOOST_FIXTURE_TEST_CASE(speaks_rtu_through_a_serial_server_found_by_name, Fixture)
{
    const Served device(Device::onRtuOverTcp(1));
    device->setInput(1, 0x0131);
    auto line = tcp("localhost", device->address());
    line.kind = api::LineSettings::Kind::RtuOverTcp;
    BOOST_REQUIRE(buses.addLine(line));

    const auto bridge = attach("xy-md02", "tcp-0");

    BOOST_TEST(comesTrue([&] { return has({3303, 0, 5700}, 30.5); }));
}

BOOST_FIXTURE_TEST_CASE(reads_one_unit_while_another_is_dead_behind_pymodbus,
                        Fixture,
                        *boost::unit_test::precondition(hasPymodbus))
{
    const Pymodbus gateway;
    auto line = tcp("127.0.0.1", gateway.port());
    line.responseTimeout = 100ms;
    BOOST_REQUIRE(buses.addLine(line));
    const auto living = attach("xy-md02", "tcp-0", 1);
    sim::SampleListener silence;
    auto dead = buses.createBridge(*library.find("xy-md02"), {"dead", "tcp-0", 9, 50ms});
    BOOST_REQUIRE(dead);
    (*dead)->start(silence);

    BOOST_TEST(comesTrue([&] { return has({3303, 0, 5700}, 100.1); }));
    BOOST_TEST(comesTrue([&] { return silence.isAvailable == false; }));
    BOOST_TEST((listener.isAvailable == true));
    BOOST_TEST(silence.values.empty());
}

BOOST_FIXTURE_TEST_CASE(waits_for_a_port_that_is_not_there_yet, Fixture)
{
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("xy-md02", "rtu-0");
    BOOST_REQUIRE(comesTrue([&] { return listener.isAvailable == false; }));
    const std::string reason = listener.reason;

    const Served device(Device::onPty(1, link));
    device->setInput(2, 555);

    BOOST_TEST(comesTrue([&] { return has({3304, 0, 5700}, 55.5); }));
    BOOST_TEST((listener.isAvailable == true));
    BOOST_TEST(reason == "the line is down: " + link + ": No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(survives_that_the_adapter_is_pulled_and_plugged, Fixture)
{
    auto device = std::make_unique<Served>(Device::onPty(1, link));
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("xy-md02", "rtu-0");
    BOOST_REQUIRE(comesTrue([&] { return listener.isAvailable == true; }));

    device.reset();
    const bool isGone = comesTrue([&] { return listener.isAvailable == false; });
    const bool isLineDown = !buses.lineStatus("rtu-0")->isUp;
    device = std::make_unique<Served>(Device::onPty(1, link));

    BOOST_TEST(isGone);
    BOOST_TEST(isLineDown);
    BOOST_TEST(comesTrue([&] { return listener.isAvailable == true; }));
    BOOST_TEST(listener.changes == 3);
    BOOST_TEST(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
}

BOOST_FIXTURE_TEST_CASE(tells_once_that_a_device_fell_silent_and_once_that_it_is_back, Fixture)
{
    const Served device(Device::onPty(1, link));
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("xy-md02", "rtu-0");
    BOOST_REQUIRE(comesTrue([&] { return listener.isAvailable == true; }));

    device->setSilent(true);
    const bool isGone = comesTrue([&] { return listener.isAvailable == false; });
    device->setSilent(false);

    BOOST_TEST(isGone);
    BOOST_TEST(comesTrue([&] { return listener.isAvailable == true; }));
    BOOST_TEST(listener.changes == 3);
}

BOOST_FIXTURE_TEST_CASE(reports_silence_after_a_write_as_unknown, Fixture)
{
    const Served device(Device::onPty(1, link));
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("waveshare-relay-8ch", "rtu-0");
    BOOST_REQUIRE(comesTrue([&] { return listener.isAvailable == true; }));
    device->setSilent(true);

    const auto written = write(*bridge, {3306, 0, 5850}, true);

    BOOST_REQUIRE(!written);
    BOOST_TEST((written.error().kind == ErrorKind::Timeout));
    BOOST_TEST(written.error().message == "no answer: whether the write took effect is unknown");
}

BOOST_FIXTURE_TEST_CASE(refuses_a_second_device_on_a_unit, Fixture)
{
    BOOST_REQUIRE(buses.addLine(rtu()));
    auto first = buses.createBridge(*library.find("xy-md02"), {"boiler", "rtu-0", 3, {}});

    const auto second = buses.createBridge(*library.find("xy-md02"), {"attic", "rtu-0", 3, {}});
    first->reset();
    const auto third = buses.createBridge(*library.find("xy-md02"), {"attic", "rtu-0", 3, {}});

    BOOST_REQUIRE(!second);
    BOOST_TEST((second.error().kind == ErrorKind::AlreadyExists));
    BOOST_TEST(second.error().message == "unit 3 on line rtu-0 is boiler already");
    BOOST_TEST(third.has_value());
}

BOOST_FIXTURE_TEST_CASE(cancels_what_is_asked_when_the_bridge_goes, Fixture)
{
    const Served device(Device::onPty(1, link));
    device->setSilent(true);
    BOOST_REQUIRE(buses.addLine(rtu()));
    auto bridge = attach("xy-md02", "rtu-0");
    int ended = 0;
    ErrorKind kind{};

    bridge->read({3303, 0, 5700}, [&](const Expected<model::Sample>& result) {
        ++ended;
        kind = result.error().kind;
    });
    bridge.reset();

    BOOST_TEST(comesTrue([&] { return ended > 0; }));
    BOOST_TEST(ended == 1);
    BOOST_TEST((kind == ErrorKind::Cancelled));
}

BOOST_FIXTURE_TEST_CASE(keeps_its_devices_when_a_line_changes, Fixture)
{
    const Served first(Device::onTcp(0));
    const Served second(Device::onTcp(0));
    second->setCoil(0, true);
    BOOST_REQUIRE(buses.addLine(tcp("127.0.0.1", first->address())));
    const auto bridge = attach("waveshare-relay-8ch", "tcp-0");
    BOOST_REQUIRE(comesTrue([&] { return has({3306, 0, 5850}, false); }));

    BOOST_REQUIRE(buses.changeLine(tcp("127.0.0.1", second->address())));

    BOOST_TEST(comesTrue([&] { return has({3306, 0, 5850}, true); }));
}

BOOST_FIXTURE_TEST_CASE(refuses_settings_that_can_never_work, Fixture)
{
    auto slow = rtu();
    slow.baudRate = 9601;
    auto portless = rtu();
    portless.serialPort.clear();
    auto hostless = tcp("", "502");
    auto strange = rtu();
    strange.serialPort += '\n';
    BOOST_REQUIRE(buses.addLine(rtu()));
    auto twin = rtu();
    twin.name = "rtu-1";

    BOOST_TEST((FieldBuses::check(slow).error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST((FieldBuses::check(portless).error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST((FieldBuses::check(strange).error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST((FieldBuses::check(hostless).error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST((buses.addLine(rtu()).error().kind == ErrorKind::AlreadyExists));
    BOOST_TEST((buses.addLine(twin).error().kind == ErrorKind::AlreadyExists));
    auto second = tcp("192.0.2.7", "502");
    second.name = "tcp-1";
    BOOST_REQUIRE(buses.addLine(tcp("192.0.2.7", "502")));
    BOOST_TEST(buses.addLine(second).error().message ==
               "line tcp-0 has 192.0.2.7 port 502 already; all units there share it");
    BOOST_TEST((buses.removeLine("rtu-9").error().kind == ErrorKind::NotFound));
    const auto profile = *library.find("xy-md02");
    BOOST_TEST(
        (buses.createBridge(profile, {"a", "rtu-9", 1, {}}).error().kind == ErrorKind::NotFound));
    BOOST_TEST((buses.createBridge(profile, {"a", "rtu-0", 248, {}}).error().kind ==
                ErrorKind::InvalidArgument));
}

BOOST_FIXTURE_TEST_CASE(removes_a_line_only_when_nobody_uses_it, Fixture)
{
    BOOST_REQUIRE(buses.addLine(rtu()));
    auto bridge = attach("xy-md02", "rtu-0");

    const auto refused = buses.removeLine("rtu-0");
    bridge.reset();
    const auto removed = buses.removeLine("rtu-0");

    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().message == "line rtu-0 is in use by device");
    BOOST_TEST(removed.has_value());
    BOOST_TEST(!buses.lineStatus("rtu-0"));
}

BOOST_AUTO_TEST_SUITE_END()
