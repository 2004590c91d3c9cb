// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/paced_wire.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

namespace causeway::bench {

namespace {

constexpr std::size_t readRequestSize = 8;
constexpr int lookAgain = 50; // milliseconds; only to see that the end has come

std::uint16_t crcOf(const std::vector<std::uint8_t>& octets)
{
    unsigned crc = 0xffff;
    for (const auto octet : octets) {
        crc ^= octet;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xa001 : crc >> 1;
    }
    return static_cast<std::uint16_t>(crc);
}

std::vector<std::uint8_t> answerTo(const std::vector<std::uint8_t>& request)
{
    const auto octets = static_cast<std::uint8_t>(2 * request[5]);
    std::vector<std::uint8_t> answer{request[0], request[1], octets};
    answer.resize(3U + octets);
    const auto crc = crcOf(answer);
    answer.push_back(static_cast<std::uint8_t>(crc));
    answer.push_back(static_cast<std::uint8_t>(crc >> 8));
    return answer;
}

void makeRaw(int fd)
{
    termios settings{};
    tcgetattr(fd, &settings);
    cfmakeraw(&settings);
    tcsetattr(fd, TCSANOW, &settings);
}

} // namespace

PacedWire::PacedWire(unsigned baudRate)
    : octetTime_(std::chrono::nanoseconds(11'000'000'000U / baudRate))
    , wire_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))
{
    std::array<char, 128> name{};
    if (wire_ < 0 || ::grantpt(wire_) != 0 || ::unlockpt(wire_) != 0 ||
        ::ptsname_r(wire_, name.data(), name.size()) != 0)
        throw std::runtime_error("no pty");
    port_ = name.data();
    keptOpen_ = ::open(port_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    makeRaw(keptOpen_);
    thread_ = std::thread([this] { serve(); });
}

PacedWire::~PacedWire()
{
    hasToEnd_ = true;
    thread_.join();
    ::close(keptOpen_);
    ::close(wire_);
}

void PacedWire::serve()
{
    ::prctl(PR_SET_TIMERSLACK, 1UL); // the default adds 50 us to every octet
    std::vector<std::uint8_t> request;
    Clock::time_point begin{};
    while (!hasToEnd_) {
        pollfd watched{wire_, POLLIN, 0};
        if (::poll(&watched, 1, lookAgain) <= 0)
            continue;
        if (request.empty()) {
            begin = Clock::now();
            onBegin(begin);
        }
        std::array<std::uint8_t, 256> chunk{};
        const auto size = ::read(wire_, chunk.data(), chunk.size());
        request.insert(request.end(), chunk.begin(), chunk.begin() + std::max<ssize_t>(size, 0));
        if (request.size() < readRequestSize)
            continue;
        const Clock::time_point end = begin + octetTime_ * readRequestSize;
        quietSince_ = request[0] > lastUnit ? end : answer(request, end);
        request.clear();
    }
}

void PacedWire::onBegin(Clock::time_point begin)
{
    ++requests_;
    if (begin >= quietSince_ + silence())
        ++kept_;
}

PacedWire::Clock::time_point PacedWire::answer(const std::vector<std::uint8_t>& request,
                                               Clock::time_point end) const
{
    auto due = end + silence();
    for (const auto octet : answerTo(request)) {
        due += octetTime_;
        std::this_thread::sleep_until(due);
        if (::write(wire_, &octet, 1) != 1)
            break;
    }
    // The last octet was late when this thread was; the line is quiet from when it was really
    // there.
    return Clock::now();
}

} // namespace causeway::bench
