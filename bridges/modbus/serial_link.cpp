// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/serial_link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <asm/ioctls.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace causeway::bridges::modbus {

using api::LineSettings;
using base::Duration;
using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using base::UniqueFd;

namespace {

struct Speed
{
    std::uint32_t baudRate;
    speed_t code;
};

// Only these: another number silently becoming 9600 has cost others days.
constexpr std::array speeds{
    Speed{1200, B1200},
    Speed{2400, B2400},
    Speed{4800, B4800},
    Speed{9600, B9600},
    Speed{19200, B19200},
    Speed{38400, B38400},
    Speed{57600, B57600},
    Speed{115200, B115200},
    Speed{230400, B230400},
    Speed{460800, B460800},
    Speed{500000, B500000},
    Speed{576000, B576000},
    Speed{921600, B921600},
    Speed{1000000, B1000000},
};

const Speed* speedOf(std::uint32_t baudRate)
{
    const auto found = std::ranges::find(speeds, baudRate, &Speed::baudRate);
    return found == speeds.end() ? nullptr : &*found;
}

tcflag_t controlFlags(const LineSettings& settings)
{
    tcflag_t flags = CS8 | CREAD | CLOCAL;
    if (settings.parity != LineSettings::Parity::None)
        flags |= PARENB;
    if (settings.parity == LineSettings::Parity::Odd)
        flags |= PARODD;
    if (settings.stopBits == 2)
        flags |= CSTOPB;
    return flags;
}

/// FTDI adapters hold octets back for 16 ms otherwise. Not every port knows it; none needs it.
void askLowLatency(int fd)
{
    serial_struct port{};
    if (::ioctl(fd, TIOCGSERIAL, &port) != 0)
        return;
    port.flags |= ASYNC_LOW_LATENCY;
    static_cast<void>(::ioctl(fd, TIOCSSERIAL, &port));
}

tl::unexpected<base::Error> cannot(const std::string& port, const std::string& why)
{
    return fail(ErrorKind::Unreachable, fmt::format("{}: {}", port, why), Retry::AfterReconnect);
}

} // namespace

SerialLink::SerialLink(base::EventLoop& loop,
                       const LineTuning& tuning,
                       const LineSettings& settings)
    : DescriptorLink(loop, tuning)
    , settings_(settings)
{}

Expected<void> SerialLink::check(const LineSettings& settings)
{
    if (!settings.serialPort.starts_with('/'))
        return fail(ErrorKind::InvalidArgument,
                    "a serial line needs the absolute path of its port, like /dev/ttyUSB0");
    if (speedOf(settings.baudRate) == nullptr)
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("{} baud is not a speed that serial ports have", settings.baudRate));
    if (settings.stopBits != 1 && settings.stopBits != 2)
        return fail(ErrorKind::InvalidArgument, "a serial line has 1 or 2 stop bits");
    return {};
}

Duration SerialLink::characterTime() const
{
    const std::uint32_t parityBits = settings_.parity == LineSettings::Parity::None ? 0 : 1;
    const std::uint32_t bits = 1 + 8 + parityBits + settings_.stopBits;
    return std::chrono::nanoseconds(std::uint64_t{bits} * 1'000'000'000U / settings_.baudRate);
}

Duration SerialLink::wireTime(std::size_t octets) const
{
    return characterTime() * static_cast<std::int64_t>(octets);
}

Duration SerialLink::silence() const
{
    // Serial Line V1.02 §2.5.1.1: 3.5 characters of 11 bits, and 1.75 ms above 19200 baud.
    constexpr Duration fast = std::chrono::microseconds(1750);
    constexpr std::uint64_t bitsTimesTwo = 77;
    const Duration slow =
        std::chrono::nanoseconds(bitsTimesTwo * 500'000'000U / settings_.baudRate);
    return (settings_.baudRate > 19200 ? fast : slow) + settings_.extraSilence;
}

void SerialLink::tryOpen()
{
    auto port = openPort();
    if (port)
        came(std::move(*port));
    else
        failed(port.error());
}

Expected<UniqueFd> SerialLink::openPort() const
{
    // O_NONBLOCK also so that open() does not wait for a carrier.
    UniqueFd fd(::open(settings_.serialPort.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!fd.isOpen())
        return cannot(settings_.serialPort, base::errnoText(errno));
    if (::isatty(fd.get()) == 0)
        return cannot(settings_.serialPort, "not a serial port");
    if (::ioctl(fd.get(), TIOCEXCL) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    if (auto done = configure(fd.get()); !done)
        return fail(done.error());
    return fd;
}

Expected<void> SerialLink::configure(int fd) const
{
    termios settings{};
    if (::tcgetattr(fd, &settings) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    ::cfmakeraw(&settings);
    settings.c_cflag = controlFlags(settings_);
    // A damaged octet stays in its place, so that the CRC sees it.
    settings.c_iflag = settings_.parity == LineSettings::Parity::None ? 0 : INPCK;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    const speed_t speed = speedOf(settings_.baudRate)->code;
    if (::cfsetspeed(&settings, speed) != 0 || ::tcsetattr(fd, TCSANOW, &settings) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    // tcsetattr() succeeds when any one of the changes was made.
    termios actual{};
    if (::tcgetattr(fd, &actual) != 0 || ::cfgetospeed(&actual) != speed)
        return cannot(settings_.serialPort,
                      fmt::format("the port refuses {} baud", settings_.baudRate));
    askLowLatency(fd);
    ::tcflush(fd, TCIOFLUSH);
    return {};
}

} // namespace causeway::bridges::modbus
