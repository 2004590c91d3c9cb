// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace causeway::bench {

/// A serial line with Modbus units at its end, on a pty and a thread of its own: octets take the
/// time they take at this speed, and a unit answers as soon as the silence allows. Nothing real
/// is faster. The units are 1 to lastUnit; nobody else answers.
class PacedWire
{
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint8_t lastUnit = 10;

    explicit PacedWire(unsigned baudRate);
    ~PacedWire();
    PacedWire(const PacedWire&) = delete;
    PacedWire& operator=(const PacedWire&) = delete;

    /// The port to open.
    [[nodiscard]] const std::string& port() const { return port_; }

    /// Even parity, one stop bit: 11 bits an octet.
    [[nodiscard]] Clock::duration octetTime() const { return octetTime_; }

    /// 3.5 octets; Modbus over Serial Line V1.02 §2.5.1.1.
    [[nodiscard]] Clock::duration silence() const { return octetTime_ * 7 / 2; }

    /// Requests, and those before which the line was silent as long as it has to be.
    struct Gaps
    {
        std::uint64_t all = 0;
        std::uint64_t kept = 0;
    };

    [[nodiscard]] Gaps gaps() const { return {requests_, kept_}; }

private:
    void serve();
    void onBegin(Clock::time_point begin);
    [[nodiscard]] Clock::time_point answer(const std::vector<std::uint8_t>& request,
                                           Clock::time_point end) const;

    Clock::duration octetTime_;
    int wire_ = -1;
    int keptOpen_ = -1; ///< or the pty hangs up between two users
    std::string port_;
    Clock::time_point quietSince_{};
    std::atomic<std::uint64_t> requests_ = 0;
    std::atomic<std::uint64_t> kept_ = 0;
    std::atomic<bool> hasToEnd_ = false;
    std::thread thread_;
};

} // namespace causeway::bench
