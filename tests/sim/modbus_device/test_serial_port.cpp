// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <map>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "agent/base/unique_fd.hpp"
#include "tests/sim/modbus_device/serial_wire.hpp"
#include "tests/sim/modbus_device/wire_fixture.hpp"
#include "tests/unit/modbus/register_device.hpp"

using namespace causeway;
using namespace causeway::bridges;
using namespace std::chrono_literals;
using base::Bytes;
using sim::SerialWire;
using Fixture = sim::WireFixture;

namespace {

/// What a driver that knows RS-485 was asked for; no pty does, so this stands in for one.
struct Rs485Driver
{
    std::atomic<bool> isThere = false;
    std::atomic<std::uint32_t> flags = 0;
    std::atomic<std::uint32_t> before = 0;
    std::atomic<std::uint32_t> after = 0;
    std::atomic<std::uint32_t> longest = 100; ///< delay that it takes
};

Rs485Driver
    driver; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): ioctl() has no owner

/// A speed that a port cannot have; a pty has them all.
std::atomic<speed_t> refusedSpeed =
    B0; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): nor has tcsetattr()

/// Whether it has two stop bits; a pty has them.
std::atomic<bool> hasLongStops =
    true; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the same

/// What the driver was asked for last; a pty forgets parity (Linux, drivers/tty/pty.c).
std::atomic<tcflag_t> wantedFlags =
    0; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the same

std::atomic<int> writesToFail =
    0; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): nor has write()

int get(serial_rs485& now)
{
    now.flags = driver.flags;
    now.delay_rts_before_send = driver.before;
    now.delay_rts_after_send = driver.after;
    return 0;
}

int set(serial_rs485& wanted)
{
    wanted.delay_rts_before_send =
        std::min<std::uint32_t>(wanted.delay_rts_before_send, driver.longest);
    driver.flags = wanted.flags;
    driver.before = wanted.delay_rts_before_send;
    driver.after = wanted.delay_rts_after_send;
    return 0;
}

} // namespace

/// The program's own goes before the library's.
extern "C" int
ioctl(int fd, unsigned long request, ...) noexcept // NOLINT(cert-dcl50-cpp): libc's signature
{
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    if (request == TIOCGRS485 && driver.isThere)
        return get(*static_cast<serial_rs485*>(argument));
    if (request == TIOCSRS485 && driver.isThere)
        return set(*static_cast<serial_rs485*>(argument));
    return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}

/// Keeps the speed that it has, as a driver does that cannot have another.
extern "C" int tcsetattr(int fd, int actions, const termios* wanted) noexcept
{
    using Original = int (*)(int, int, const termios*);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as dlsym() is made
    static const auto original = reinterpret_cast<Original>(::dlsym(RTLD_NEXT, "tcsetattr"));
    wantedFlags = wanted->c_cflag;
    termios taken = *wanted;
    termios before{};
    if (refusedSpeed != B0 && ::cfgetospeed(wanted) == refusedSpeed &&
        ::tcgetattr(fd, &before) == 0)
        ::cfsetspeed(&taken, ::cfgetospeed(&before));
    if (!hasLongStops)
        taken.c_cflag &= ~static_cast<tcflag_t>(CSTOPB);
    return original(fd, actions, &taken);
}

/// Fails as the kernel does for an adapter that is about to vanish; on the gateway's side alone.
extern "C" ssize_t write(int fd, const void* octets, std::size_t size) // NOLINT(cert-dcl58-cpp)
{
    constexpr unsigned firstPty = 136; // the test's side is /dev/ptmx

    struct stat port
    {};

    if (writesToFail > 0 && ::fstat(fd, &port) == 0 && S_ISCHR(port.st_mode) &&
        major(port.st_rdev) == firstPty && writesToFail-- > 0) {
        errno = EIO;
        return -1;
    }
    return ::syscall(SYS_write, fd, octets, size);
}

BOOST_AUTO_TEST_SUITE(serial_port)

namespace {

/// A meter at unit 7 with 230.1 V; units 1 and 2 besides, for who wants several.
struct Port : Fixture
{
    std::map<std::uint8_t, modbus::RegisterDevice> units;

    Port()
    {
        for (const std::uint8_t unitId : {1, 2, 7}) {
            units.emplace(unitId, modbus::RegisterDevice(unitId));
            for (std::uint16_t address = 0; address < 400; ++address)
                units.at(unitId).holding[address] = 0;
            units.at(unitId).holding[0] = 0x4366;
            units.at(unitId).holding[1] = 0x199A;
        }
    }

    ~Port()
    {
        driver.isThere = false;
        driver.flags = 0;
        refusedSpeed = B0;
        hasLongStops = true;
    }

    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    Bytes answer(const Bytes& frame)
    {
        const auto unit = frame.empty() ? units.end() : units.find(frame[0]);
        return unit == units.end() ? Bytes() : unit->second.answer(frame);
    }

    [[nodiscard]] std::string lastError() const { return buses.lineStatus("rtu-0")->lastError; }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(reads_through_an_adapter_that_gives_back_what_it_sends, Port)
{
    const SerialWire wire(link, [this](Bytes octets, const termios&) {
        const Bytes reply = answer(octets);
        octets.insert(octets.end(), reply.begin(), reply.end());
        return octets;
    });
    auto line = rtu();
    line.localEcho = true;
    BOOST_REQUIRE(buses.addLine(line));

    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);

    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(!buses.lineStatus("rtu-0")->counters.contains("wrongEchoes"));
}

BOOST_FIXTURE_TEST_CASE(tells_of_collisions_and_makes_no_value_of_them, Port)
{
    const SerialWire wire(link, [this](Bytes octets, const termios&) {
        const Bytes reply = answer(octets);
        octets.back() ^= 1U;
        octets.insert(octets.end(), reply.begin(), reply.end());
        return octets;
    });
    auto line = rtu();
    line.localEcho = true;
    BOOST_REQUIRE(buses.addLine(line));

    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);

    BOOST_TEST(comesTrue([&] { return listener.isAvailable == false; }));
    BOOST_TEST(listener.reason.find("two have spoken at once") != std::string::npos);
    BOOST_TEST(listener.values.empty());
    BOOST_TEST(
        comesTrue([&] { return buses.lineStatus("rtu-0")->counters.contains("wrongEchoes"); }));
}

BOOST_FIXTURE_TEST_CASE(a_port_that_cannot_turn_the_line_round_says_so, Port)
{
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    auto line = rtu();
    line.rs485 = api::LineSettings::Rs485::RtsOnSend;
    BOOST_REQUIRE(buses.addLine(line));

    BOOST_TEST(comesTrue([&] { return !lastError().empty(); }));

    BOOST_TEST(lastError().find("cannot turn an RS-485 line round") != std::string::npos);
    BOOST_TEST(!buses.lineStatus("rtu-0")->isUp);
}

BOOST_FIXTURE_TEST_CASE(tells_the_driver_how_to_turn_the_line_round, Port)
{
    driver.isThere = true;
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    auto line = rtu();
    line.rs485 = api::LineSettings::Rs485::RtsAfterSend;
    line.rs485DelayBefore = 2ms;
    line.rs485DelayAfter = 5ms;
    BOOST_REQUIRE(buses.addLine(line));

    BOOST_TEST(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));

    BOOST_TEST(driver.flags == (SER_RS485_ENABLED | SER_RS485_RTS_AFTER_SEND));
    BOOST_TEST(driver.before == 2U);
    BOOST_TEST(driver.after == 5U);
}

BOOST_FIXTURE_TEST_CASE(gives_the_port_back_to_its_driver_as_it_was, Port)
{
    driver.isThere = true;
    driver.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    auto line = rtu();
    line.rs485 = api::LineSettings::Rs485::RtsAfterSend;
    BOOST_REQUIRE(buses.addLine(line));
    BOOST_TEST(
        comesTrue([&] { return driver.flags == (SER_RS485_ENABLED | SER_RS485_RTS_AFTER_SEND); }));

    BOOST_REQUIRE(buses.changeLine(rtu()));

    BOOST_TEST(
        comesTrue([&] { return driver.flags == (SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND); }));
}

BOOST_FIXTURE_TEST_CASE(opens_its_port_anew_when_the_kernel_cannot_write, Port)
{
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    BOOST_REQUIRE(buses.addLine(rtu()));
    BOOST_TEST(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
    writesToFail = 1;

    const auto bridge = attach("eastron-sdm120", "rtu-0", 7);

    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(writesToFail == 0);
    BOOST_TEST(
        comesTrue([&] { return buses.lineStatus("rtu-0")->counters.at("connections") == 2U; }));
}

BOOST_FIXTURE_TEST_CASE(waits_for_a_port_that_another_program_uses, Port)
{
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    base::UniqueFd other(::open(link.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    BOOST_REQUIRE(::flock(other.get(), LOCK_EX) == 0);
    BOOST_REQUIRE(buses.addLine(rtu()));
    BOOST_TEST(comesTrue([&] { return !lastError().empty(); }));
    BOOST_TEST(lastError().find("another program uses it") != std::string::npos);

    other.reset();

    BOOST_TEST(comesTrue([&] { return buses.lineStatus("rtu-0")->isUp; }));
}

BOOST_FIXTURE_TEST_CASE(a_port_that_has_not_two_stop_bits_is_not_believed_to_have_them, Port)
{
    hasLongStops = false;
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    auto line = rtu();
    line.stopBits = 2;
    BOOST_REQUIRE(buses.addLine(line));

    BOOST_TEST(comesTrue([&] { return !lastError().empty(); }));

    BOOST_TEST(lastError().find("the port refuses 9600 8N2 and speaks 9600 8N1") !=
               std::string::npos);
    BOOST_TEST(!buses.lineStatus("rtu-0")->isUp);
}

BOOST_FIXTURE_TEST_CASE(a_driver_that_takes_another_delay_is_not_believed_to_take_this_one, Port)
{
    driver.isThere = true;
    driver.longest = 10;
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    auto line = rtu();
    line.rs485 = api::LineSettings::Rs485::RtsOnSend;
    line.rs485DelayBefore = 50ms;
    BOOST_REQUIRE(buses.addLine(line));

    BOOST_TEST(comesTrue([&] { return !lastError().empty(); }));
    driver.longest = 100;

    BOOST_TEST(lastError().find("rts-on-send, 10 ms before and 0 ms after") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(speaks_to_two_units_of_one_line_at_their_own_speeds, Port)
{
    const SerialWire wire(link, [this](const Bytes& octets, const termios& port) {
        // A pty keeps speed and stop bits; it has no parity.
        const bool isLong = (port.c_cflag & CSTOPB) != 0;
        const bool isHeard = octets[0] == 2 ? ::cfgetospeed(&port) == B19200 && isLong
                                            : ::cfgetospeed(&port) == B9600 && !isLong;
        return isHeard ? answer(octets) : Bytes();
    });
    BOOST_REQUIRE(buses.addLine(rtu()));
    BridgeSettings settings{"fast", "rtu-0", 2, 50ms};
    settings.serial.baudRate = 19200;
    settings.serial.stopBits = 2;
    sim::SampleListener fast;
    auto other = buses.createBridge(*library.find("eastron-sdm120"), settings);
    BOOST_REQUIRE(other);
    (*other)->start(fast);

    const auto bridge = attach("eastron-sdm120", "rtu-0", 1);

    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(comesTrue([&] { return fast.values.contains({3316, 0, 5700}); }));
    BOOST_TEST((listener.isAvailable == true));
    BOOST_TEST((fast.isAvailable == true));
}

namespace {

/// Whether the port is now as the device at the other end is.
bool speaks(const termios& port, speed_t speed, tcflag_t parity)
{
    constexpr tcflag_t parityFlags = PARENB | PARODD;
    const bool checksParity = (port.c_iflag & INPCK) != 0;
    return ::cfgetospeed(&port) == speed && (wantedFlags & parityFlags) == parity &&
           (port.c_cflag & PARODD) == (parity & PARODD) && checksParity == (parity != 0);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(speaks_to_each_unit_of_one_line_with_its_own_speed_and_parity, Port)
{
    using Parity = api::LineSettings::Parity;
    const SerialWire wire(link, [this](const Bytes& octets, const termios& port) {
        const bool isHeard = octets[0] == 2   ? speaks(port, B19200, PARENB)
                             : octets[0] == 7 ? speaks(port, B9600, PARENB | PARODD)
                                              : speaks(port, B9600, 0);
        return isHeard ? answer(octets) : Bytes();
    });
    BOOST_REQUIRE(buses.addLine(rtu()));
    sim::SampleListener even;
    sim::SampleListener odd;
    auto first = buses.createBridge(*library.find("eastron-sdm120"),
                                    {"even", "rtu-0", 2, 50ms, {19200, Parity::Even, {}}});
    auto second = buses.createBridge(*library.find("eastron-sdm120"),
                                     {"odd", "rtu-0", 7, 50ms, {{}, Parity::Odd, {}}});
    BOOST_REQUIRE((first && second));
    (*first)->start(even);
    (*second)->start(odd);

    const auto bridge = attach("eastron-sdm120", "rtu-0", 1);

    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(comesTrue([&] { return even.values.contains({3316, 0, 5700}); }));
    BOOST_TEST(comesTrue([&] { return odd.values.contains({3316, 0, 5700}); }));
}

BOOST_FIXTURE_TEST_CASE(a_speed_that_the_port_refuses_takes_nothing_from_the_others, Port)
{
    refusedSpeed = B19200;
    const SerialWire wire(link,
                          [this](const Bytes& octets, const termios&) { return answer(octets); });
    BOOST_REQUIRE(buses.addLine(rtu()));
    const auto bridge = attach("eastron-sdm120", "rtu-0", 1);
    BridgeSettings settings{"fast", "rtu-0", 2, 50ms};
    settings.serial.baudRate = 19200;
    sim::SampleListener fast;
    auto other = buses.createBridge(*library.find("eastron-sdm120"), settings);
    BOOST_REQUIRE(other);

    (*other)->start(fast);

    BOOST_TEST(comesTrue([&] { return fast.isAvailable == false; }));
    listener.values.clear();
    BOOST_TEST(comesTrue([&] { return has({3316, 0, 5700}, 230.1); }));
    BOOST_TEST(fast.reason.find("refuses 19200 baud; the device is set to 19200 8N1") !=
               std::string::npos);
    BOOST_TEST(fast.values.empty());
    BOOST_TEST(buses.lineStatus("rtu-0")->isUp);
    BOOST_TEST(buses.lineStatus("rtu-0")->counters.at("connections") == 1U);
}

BOOST_FIXTURE_TEST_CASE(refuses_a_speed_that_cannot_be, Port)
{
    BOOST_REQUIRE(buses.addLine(rtu()));
    BOOST_REQUIRE(buses.addLine(tcp("127.0.0.1", "502")));
    const auto profile = *library.find("eastron-sdm120");
    api::SerialMode odd;
    odd.baudRate = 12345;

    const auto unknown = buses.createBridge(profile, {"a", "rtu-0", 1, {}, odd});
    const auto none = buses.createBridge(profile, {"b", "tcp-0", 1, {}, odd});

    BOOST_TEST(unknown.error().message.starts_with("baudRate: 12345 is none of 1200 2400 "));
    BOOST_TEST(none.error().message == "tcp-0 is a TCP connection: its devices have no speed");
}

BOOST_AUTO_TEST_SUITE_END()
