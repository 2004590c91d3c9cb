// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/sim/modbus_device/wire_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges;
using namespace std::chrono_literals;
using base::Expected;
using sim::Device;
using sim::Served;
using Fixture = sim::WireFixture;

BOOST_AUTO_TEST_SUITE(line_tools)

BOOST_FIXTURE_TEST_CASE(ends_a_pulse_also_when_the_gateway_stops, Fixture)
{
    const Served device(Device::onTcp(0));
    directory.write(
        "gate.toml",
        "title = \"Gate\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\n[[resource]]\n"
        "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 3\n"
        "write = { pulse-ms = 60000 }\n");
    ProfileLibrary own{{directory.path()}, model::builtInDefinitions()};
    std::optional<FieldBuses> gateway(std::in_place, main);
    BOOST_REQUIRE(gateway->addLine(tcp("127.0.0.1", device->address())));
    auto bridge = gateway->createBridge(*own.find("gate"), {"gate", "tcp-0", 1, 50ms});
    BOOST_REQUIRE(bridge);
    (*bridge)->start(listener);
    BOOST_REQUIRE(comesTrue([&] { return has({3306, 0, 5850}, false); }));
    BOOST_REQUIRE(write(**bridge, {3306, 0, 5850}, true));
    const bool during = device->coil(3);

    bridge->reset();
    const auto removed = gateway->removeLine("tcp-0");
    gateway.reset();

    BOOST_TEST(during);
    BOOST_TEST(removed.has_value());
    BOOST_TEST(!device->coil(3));
}

BOOST_FIXTURE_TEST_CASE(reads_and_writes_registers_by_hand, Fixture)
{
    const Served device(Device::onTcp(0));
    device->setHolding(16, 7);
    BOOST_REQUIRE(buses.addLine(tcp("127.0.0.1", device->address())));
    BOOST_REQUIRE(comesTrue([&] { return buses.lineStatus("tcp-0")->isUp; }));
    std::optional<Expected<void>> written;
    std::optional<Expected<std::vector<std::uint16_t>>> words;
    std::optional<base::Error> refusal;

    buses.writeRegisters("tcp-0", {1, "holding", 17, 2}, {8, 9}, [&](Expected<void> ended) {
        written = std::move(ended);
    });
    buses.readRegisters(
        "tcp-0", {1, "holding", 16, 3}, [&](Expected<std::vector<std::uint16_t>> read) {
            words = std::move(read);
        });
    buses.writeRegisters("tcp-0", {1, "input", 17, 1}, {8}, [&](const Expected<void>& ended) {
        refusal = ended.error();
    });
    BOOST_REQUIRE(buses.addLine(rtu()));
    std::optional<base::Error> broadcast;
    buses.writeRegisters("rtu-0", {0, "holding", 17, 1}, {8}, [&](const Expected<void>& ended) {
        broadcast = ended.error();
    });

    BOOST_REQUIRE(comesTrue([&] { return written && words && refusal && broadcast; }));
    BOOST_TEST(broadcast->message == "unit 0 is not one of 1 to 247");
    BOOST_TEST(written->has_value());
    BOOST_TEST((**words == std::vector<std::uint16_t>{7, 8, 9}));
    BOOST_TEST(refusal->message == "inputs cannot be written");
}

BOOST_FIXTURE_TEST_CASE(shows_the_frames_of_a_device, Fixture)
{
    const Served device(Device::onPty(7, link));
    device->setHolding(16, 258);
    BOOST_REQUIRE(buses.addLine(rtu()));
    BOOST_REQUIRE(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
    std::uint64_t next = 0;
    std::vector<api::TracedFrame> frames;
    const auto look = [&] {
        bool hasAnswered = false;
        buses.traceLine("rtu-0", next, [&](const Expected<api::TracedFrames>& trace) {
            const auto& seen = trace.value();
            next = seen.next;
            frames.insert(frames.end(), seen.frames.begin(), seen.frames.end());
            hasAnswered = true;
        });
        return comesTrue([&] { return hasAnswered; });
    };
    BOOST_REQUIRE(look());

    buses.readRegisters(
        "rtu-0", {7, "holding", 16, 1}, [](const Expected<std::vector<std::uint16_t>>&) {});

    BOOST_REQUIRE(comesTrue([&] { return look() && frames.size() == 2; }));
    BOOST_TEST((frames[0].octets == base::Bytes{7, 3, 0, 16, 0, 1, 0x85, 0xA9}));
    BOOST_TEST(frames[0].text == "read holding registers 16");
    BOOST_TEST((frames[1].octets == base::Bytes{7, 3, 2, 1, 2, 0xB0, 0x15}));
    BOOST_TEST(frames[1].text == "258");
}

BOOST_FIXTURE_TEST_CASE(lends_its_port_to_another_program_while_it_is_paused, Fixture)
{
    const Served device(Device::onPty(7, link));
    device->setFloat(0x0000, 230.1F);
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);
    BOOST_REQUIRE(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));

    const auto paused = buses.pauseLine("rtu-0", true);
    const bool isGone = comesTrue([&] { return listener.isAvailable == false; });
    auto other = rtu();
    other.name = "other";
    FieldBuses another(main, {}, sim::impatient());
    auto slower = rtu();
    slower.extraSilence = 1ms;
    const auto changed = buses.changeLine(slower);
    const auto lent = another.addLine(other);
    const bool isTheirs = comesTrue([&] { return another.lineStatus("other")->isUp; });
    BOOST_REQUIRE(another.removeLine("other"));
    const auto resumed = buses.pauseLine("rtu-0", false);

    BOOST_TEST(paused.has_value());
    BOOST_TEST(isGone);
    BOOST_TEST(changed.has_value());
    BOOST_TEST(lent.has_value());
    BOOST_TEST(isTheirs);
    BOOST_TEST(resumed.has_value());
    BOOST_TEST(comesTrue([&] { return listener.isAvailable == true; }));
    BOOST_TEST(buses.lineStatus("rtu-0")->units.at(7).at("requests") > 0U);
}

/// How often this process has the file open.
std::size_t openings(const std::string& file)
{
    const auto target = std::filesystem::canonical(file);
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the iterator's own
        count += std::filesystem::read_symlink(entry.path(), gone) == target ? 1 : 0;
    }
    return count;
}

BOOST_FIXTURE_TEST_CASE(lends_its_port_to_a_program_and_takes_it_back, Fixture)
{
    const Served device(Device::onPty(7, link));
    device->setFloat(0x0000, 230.1F);
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);
    BOOST_REQUIRE(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    const auto before = openings(link);
    std::optional<Expected<std::string>> lent;
    std::size_t then = before;

    buses.lend("rtu-0", "lent to a test", [&](Expected<std::string> port) {
        lent = std::move(port);
        then = openings(link);
    });

    BOOST_REQUIRE(comesTrue([&] { return lent && listener.isAvailable == false; }));
    BOOST_TEST(lent->value() == link);
    BOOST_TEST(then == before - 1);
    BOOST_TEST(listener.reason.find("lent to a test") != std::string::npos);
    auto slower = rtu();
    slower.extraSilence = 1ms;
    BOOST_REQUIRE(buses.changeLine(slower));
    BOOST_REQUIRE(buses.pauseLine("rtu-0", true));
    BOOST_REQUIRE(buses.pauseLine("rtu-0", false));
    std::string refusal;
    buses.readRegisters(
        "rtu-0", {7, "holding", 16, 1}, [&](const Expected<std::vector<std::uint16_t>>& words) {
            refusal = words ? "" : words.error().message;
        });
    BOOST_REQUIRE(comesTrue([&] { return !refusal.empty(); }));
    BOOST_TEST(refusal == "line rtu-0 is lent to another program");
    BOOST_TEST(openings(link) == before - 1);

    buses.takeBack("rtu-0");

    BOOST_TEST(comesTrue([&] { return listener.isAvailable == true; }));
}

BOOST_FIXTURE_TEST_CASE(stays_paused_when_a_program_gives_it_back, Fixture)
{
    const Served device(Device::onPty(7, link));
    BOOST_REQUIRE(buses.addLine(rtu()));
    BOOST_REQUIRE(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
    bool isLent = false;
    buses.lend("rtu-0", "lent to a test", [&](const Expected<std::string>&) { isLent = true; });
    BOOST_REQUIRE(comesTrue([&] { return isLent; }));
    BOOST_REQUIRE(buses.pauseLine("rtu-0", true));

    buses.takeBack("rtu-0");

    BOOST_TEST(
        comesTrue([&] { return buses.lineStatus("rtu-0")->lastError == "paused by an operator"; }));
    BOOST_REQUIRE(buses.pauseLine("rtu-0", false));
    BOOST_TEST(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
}

BOOST_FIXTURE_TEST_CASE(finds_a_meter_and_its_profile_and_goes_on_polling, Fixture)
{
    const Served device(Device::onPty(7, link));
    device->setFloat(0x0000, 230.1F);
    device->setFloat(0x0046, 50.0F);
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);
    BOOST_REQUIRE(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    api::ScanSettings settings;
    settings.lastUnit = 8;

    const auto started = buses.startScan("rtu-0", settings, {*library.find("eastron-sdm120")});
    BOOST_REQUIRE(comesTrue([&] { return !buses.lineStatus("rtu-0")->scan.isRunning; }));
    const auto scan = buses.lineStatus("rtu-0")->scan;

    BOOST_TEST(started.has_value());
    BOOST_TEST(scan.done == 8U);
    BOOST_REQUIRE(scan.found.size() == 1U);
    BOOST_TEST(scan.found[0].unitId == 7);
    BOOST_TEST((scan.found[0].profiles == std::vector<std::string>{"eastron-sdm120"}));
    BOOST_TEST(comesTrue([&] { return listener.isAvailable == true; }));
}

BOOST_AUTO_TEST_SUITE_END()
