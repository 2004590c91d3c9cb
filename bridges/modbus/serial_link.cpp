// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/serial_link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <asm/ioctls.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
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

std::string speedsInWords()
{
    std::string words;
    for (const Speed& speed : speeds)
        words += fmt::format("{}{}", words.empty() ? "" : " ", speed.baudRate);
    return words;
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

Duration characterTime(const LineSettings& settings)
{
    const std::uint32_t parityBits = settings.parity == LineSettings::Parity::None ? 0 : 1;
    const std::uint32_t bits = 1 + 8 + parityBits + settings.stopBits;
    return std::chrono::nanoseconds(std::uint64_t{bits} * 1'000'000'000U / settings.baudRate);
}

Duration silenceOf(const LineSettings& settings)
{
    // Serial Line V1.02 §2.5.1.1: 3.5 characters of 11 bits, and 1.75 ms above 19200 baud.
    constexpr Duration fast = std::chrono::microseconds(1750);
    constexpr std::uint64_t bitsTimesTwo = 77;
    const Duration slow = std::chrono::nanoseconds(bitsTimesTwo * 500'000'000U / settings.baudRate);
    return (settings.baudRate > 19200 ? fast : slow) + settings.extraSilence;
}

/// Like "9600 8E1".
std::string modeText(const LineSettings& settings)
{
    using Parity = LineSettings::Parity;
    const char parity = settings.parity == Parity::None   ? 'N'
                        : settings.parity == Parity::Even ? 'E'
                                                          : 'O';
    return fmt::format("{} 8{}{}", settings.baudRate, parity, settings.stopBits);
}

/// What a port may do otherwise than it is told. A pty has no parity, and its users know that.
tcflag_t comparedFlags(int fd)
{
    constexpr unsigned firstPty = 136; // Linux, Documentation/admin-guide/devices.txt
    constexpr unsigned lastPty = 143;

    struct stat port
    {};

    const bool isPty = ::fstat(fd, &port) == 0 && major(port.st_rdev) >= firstPty &&
                       major(port.st_rdev) <= lastPty;
    return CSTOPB | CSIZE | (isPty ? 0U : PARENB | PARODD);
}

/// Whether octets pass as they are.
bool isRaw(const termios& settings)
{
    constexpr tcflag_t changing = ICANON | ECHO | ISIG | IEXTEN;
    return (settings.c_lflag & changing) == 0 && (settings.c_oflag & OPOST) == 0;
}

/// Like "9600 8E1", as it is read back.
std::string modeText(const termios& settings)
{
    const auto* const speed = std::ranges::find(speeds, ::cfgetospeed(&settings), &Speed::code);
    const char parity = (settings.c_cflag & PARENB) == 0   ? 'N'
                        : (settings.c_cflag & PARODD) == 0 ? 'E'
                                                           : 'O';
    return fmt::format("{} 8{}{}",
                       speed == speeds.end() ? "another speed" : std::to_string(speed->baudRate),
                       parity,
                       (settings.c_cflag & CSTOPB) == 0 ? 1 : 2);
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

constexpr const char* inUse = "another program uses it";

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
    , spoken_(settings)
{}

SerialLink::~SerialLink()
{
    giveDirectionBack(descriptor());
}

Expected<void> SerialLink::check(const LineSettings& settings)
{
    if (!settings.serialPort.starts_with('/'))
        return fail(ErrorKind::InvalidArgument,
                    "a serial line needs the absolute path of its port, like /dev/ttyUSB0");
    if (speedOf(settings.baudRate) == nullptr)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("baudRate: {} is none of {}", settings.baudRate, speedsInWords()));
    if (settings.stopBits != 1 && settings.stopBits != 2)
        return fail(ErrorKind::InvalidArgument, "a serial line has 1 or 2 stop bits");
    constexpr std::chrono::milliseconds longestDelay{100}; // RS485_MAX_RTS_DELAY in serial_core.c
    for (const auto delay : {settings.rs485DelayBefore, settings.rs485DelayAfter}) {
        if (delay.count() < 0 || delay > longestDelay)
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("the delays of RS-485 are 0 to {} ms", longestDelay.count()));
    }
    return {};
}

LineSettings SerialLink::with(LineSettings settings, const api::SerialMode& mode)
{
    settings.baudRate = mode.baudRate.value_or(settings.baudRate);
    settings.parity = mode.parity.value_or(settings.parity);
    settings.stopBits = mode.stopBits.value_or(settings.stopBits);
    return settings;
}

Duration SerialLink::wireTime(std::size_t octets) const
{
    return characterTime(spoken_) * static_cast<std::int64_t>(octets) + spoken_.rs485DelayBefore +
           spoken_.rs485DelayAfter;
}

Duration SerialLink::silence() const
{
    return silenceOf(spoken_);
}

Duration SerialLink::silenceBefore(const api::SerialMode& mode) const
{
    return std::max(silence(), silenceOf(with(settings_, mode)));
}

Expected<void> SerialLink::speak(const api::SerialMode& mode)
{
    LineSettings wanted = with(settings_, mode);
    if (wanted == spoken_ && !isAstray_)
        return {};
    const LineSettings before = std::exchange(spoken_, std::move(wanted));
    const auto done = setMode(descriptor());
    isAstray_ = !done;
    if (done)
        return {};
    const std::string mine = modeText(spoken_);
    spoken_ = before;
    // The others' speed is good: this is no reason to take the line from them.
    if (auto back = setMode(descriptor()); !back) {
        failLater(back.error().message);
        return back;
    }
    isAstray_ = false;
    return fail(ErrorKind::Unreachable,
                fmt::format("{}; the device is set to {}, give it what its port can speak",
                            done.error().message,
                            mine),
                Retry::Later);
}

void SerialLink::tryOpen()
{
    spoken_ = settings_;
    isAstray_ = false;
    auto port = openPort();
    if (port)
        came(std::move(*port));
    else
        failed(port.error());
}

Expected<UniqueFd> SerialLink::openPort()
{
    // O_NONBLOCK also so that open() does not wait for a carrier.
    UniqueFd fd(::open(settings_.serialPort.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!fd.isOpen() && errno == EBUSY)
        return cannot(settings_.serialPort, inUse);
    if (!fd.isOpen())
        return cannot(settings_.serialPort, base::errnoText(errno));
    if (::isatty(fd.get()) == 0)
        return cannot(settings_.serialPort, "not a serial port");
    // TIOCEXCL keeps out who comes later and is not root; the lock tells of who was here before,
    // where he locks as well.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return cannot(settings_.serialPort,
                      errno == EWOULDBLOCK ? std::string(inUse) : base::errnoText(errno));
    if (::ioctl(fd.get(), TIOCEXCL) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    if (auto done = configure(fd.get()); !done) {
        giveDirectionBack(fd.get());
        return fail(done.error());
    }
    return fd;
}

Expected<void> SerialLink::configure(int fd)
{
    if (auto done = setMode(fd); !done)
        return done;
    askLowLatency(fd);
    return setDirection(fd);
}

void SerialLink::onClosing()
{
    giveDirectionBack(descriptor());
}

// The driver keeps it for whoever opens the port next, and "none" is as the system has set it up.
void SerialLink::giveDirectionBack(int fd)
{
    if (auto found = std::exchange(foundDirection_, {}))
        static_cast<void>(::ioctl(fd, TIOCSRS485, &*found));
}

Expected<void> SerialLink::setMode(int fd) const
{
    termios settings{};
    if (::tcgetattr(fd, &settings) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    ::cfmakeraw(&settings);
    settings.c_cflag = controlFlags(spoken_);
    // A damaged octet stays in its place, so that the CRC sees it.
    settings.c_iflag = spoken_.parity == LineSettings::Parity::None ? 0 : INPCK;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    const speed_t speed = speedOf(spoken_.baudRate)->code;
    if (::cfsetspeed(&settings, speed) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    // It succeeds when any one of the changes was made, and glibc has it fail by EINVAL when a
    // parity that the port has not was the only one: what is read back decides.
    const bool isSet = ::tcsetattr(fd, TCSANOW, &settings) == 0;
    if (!isSet && errno != EINVAL)
        return cannot(settings_.serialPort, base::errnoText(errno));
    termios actual{};
    if (::tcgetattr(fd, &actual) != 0)
        return cannot(settings_.serialPort, base::errnoText(errno));
    if (::cfgetospeed(&actual) != speed)
        return cannot(settings_.serialPort,
                      fmt::format("the port refuses {} baud", spoken_.baudRate));
    if (((actual.c_cflag ^ settings.c_cflag) & comparedFlags(fd)) != 0)
        return cannot(
            settings_.serialPort,
            fmt::format("the port refuses {} and speaks {}", modeText(spoken_), modeText(actual)));
    if (!isSet && !isRaw(actual))
        return cannot(settings_.serialPort, base::errnoText(EINVAL));
    ::tcflush(fd, TCIOFLUSH); // what came at another speed is nothing
    return {};
}

// Linux, Documentation/driver-api/serial/serial-rs485.rst.
Expected<void> SerialLink::setDirection(int fd)
{
    using Rs485 = LineSettings::Rs485;
    if (settings_.rs485 == Rs485::None)
        return {};
    constexpr std::uint32_t flags =
        SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND | SER_RS485_RTS_AFTER_SEND;
    serial_rs485 direction{};
    direction.flags =
        SER_RS485_ENABLED |
        (settings_.rs485 == Rs485::RtsOnSend ? SER_RS485_RTS_ON_SEND : SER_RS485_RTS_AFTER_SEND);
    direction.delay_rts_before_send =
        static_cast<std::uint32_t>(settings_.rs485DelayBefore.count());
    direction.delay_rts_after_send = static_cast<std::uint32_t>(settings_.rs485DelayAfter.count());
    serial_rs485 found{};
    static_cast<void>(::ioctl(fd, TIOCGRS485, &found)); // who does not tell has it off
    serial_rs485 taken = direction;
    if (::ioctl(fd, TIOCSRS485, &taken) != 0)
        return cannot(
            settings_.serialPort,
            fmt::format("its driver cannot turn an RS-485 line round ({}); rs485 is \"none\" "
                        "for an adapter that does so by itself",
                        base::errnoText(errno)));
    foundDirection_ = found;
    // A driver does what it can of it, and says what that is.
    if ((taken.flags & flags) != (direction.flags & flags) ||
        taken.delay_rts_before_send != direction.delay_rts_before_send ||
        taken.delay_rts_after_send != direction.delay_rts_after_send)
        return cannot(
            settings_.serialPort,
            fmt::format("its driver turns the line round otherwise than wanted: {}, {} ms "
                        "before and {} ms after",
                        (taken.flags & SER_RS485_RTS_ON_SEND) != 0 ? "rts-on-send"
                                                                   : "rts-after-send",
                        taken.delay_rts_before_send,
                        taken.delay_rts_after_send));
    return {};
}

} // namespace causeway::bridges::modbus
