// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bare_poller.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace causeway::bench {

namespace {

using Clock = PacedWire::Clock;

constexpr int lookAgain = 50; // milliseconds; only to see that the end has come

/// PacedWire looks at no checksum.
std::array<std::uint8_t, 8> requestFor(std::uint16_t registers)
{
    return {1,
            4,
            0,
            0,
            static_cast<std::uint8_t>(registers >> 8),
            static_cast<std::uint8_t>(registers),
            0,
            0};
}

} // namespace

BarePoller::BarePoller(unsigned baudRate, std::uint16_t registers)
    : wire_(baudRate)
{
    const int port = ::open(wire_.port().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (port < 0)
        throw std::runtime_error("the bare poller's port does not open");
    thread_ = std::thread([this, port, registers] {
        poll(port, registers);
        ::close(port);
    });
}

BarePoller::~BarePoller()
{
    hasToEnd_ = true;
    thread_.join();
}

double BarePoller::rate() const
{
    const auto past = Clock::now().time_since_epoch() - Clock::duration(begin_);
    return static_cast<double>(answers_) / std::chrono::duration<double>(past).count();
}

void BarePoller::poll(int port, std::uint16_t registers)
{
    ::prctl(PR_SET_TIMERSLACK, 1UL); // as the field thread has it
    const auto request = requestFor(registers);
    const auto size = static_cast<ssize_t>(5 + 2 * registers);
    while (!hasToEnd_) {
        std::this_thread::sleep_for(wire_.silence());
        if (::write(port, request.data(), request.size()) < 0)
            return;
        for (ssize_t left = size; left > 0 && !hasToEnd_;) {
            std::array<std::uint8_t, 256> chunk{};
            pollfd watched{port, POLLIN, 0};
            if (::poll(&watched, 1, lookAgain) > 0)
                left -= ::read(port, chunk.data(), chunk.size());
        }
        if (answers_++ == -1)
            begin_ = Clock::now().time_since_epoch().count();
    }
}

} // namespace causeway::bench
