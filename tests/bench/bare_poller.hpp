// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "tests/bench/paced_wire.hpp"

namespace causeway::bench {

/// The floor of a serial line: a thread that does nothing but ask unit 1 for registers, sleep out
/// the silence and ask again, on a wire of its own. No program can poll faster on this machine at
/// this moment.
class BarePoller
{
public:
    BarePoller(unsigned baudRate, std::uint16_t registers);
    ~BarePoller();
    BarePoller(const BarePoller&) = delete;
    BarePoller& operator=(const BarePoller&) = delete;

    /// Answers a second from the first one until now.
    [[nodiscard]] double rate() const;

private:
    void poll(int port, std::uint16_t registers);

    PacedWire wire_;
    std::atomic<std::int64_t> answers_ = -1; ///< the first one begins the time
    std::atomic<PacedWire::Clock::rep> begin_ = 0;
    std::atomic<bool> hasToEnd_ = false;
    std::thread thread_;
};

} // namespace causeway::bench
