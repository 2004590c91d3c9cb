// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/bench/fleet.hpp"
#include "tests/bench/server_process.hpp"

namespace causeway::bench {

struct Plan
{
    std::string serverProgram;
    std::size_t count = 100;
    std::size_t reads = 20000;
    std::size_t notifies = 20000;
};

/// Drives a fleet through registration, Reads and notifications and prints one JSON line of
/// figures. CPU is this process' own, by getrusage(); memory is resident, by /proc/self/statm.
/// A step without its end throws: which, and where the devices are.
class Measurement
{
public:
    Measurement(const Plan& plan, Fleet& fleet);
    void run();

private:
    double registerAll();
    double readAll();
    double notifyAll();
    /// The worst p99 while one device's notification and Update, and another one's handshake, get
    /// no answer.
    double readBesideSilence();
    /// p99 in milliseconds of Reads at one device while another one's peer misbehaves.
    double readBeside();
    std::string ask(ServerProcess& server, const std::string& command);
    /// `step` says in words what has not ended when this throws.
    void runUntil(const std::string& step, const std::function<bool()>& isDone);
    [[nodiscard]] std::string load(const std::string& kind, std::size_t total) const;

    Plan plan_;
    Fleet& fleet_;
    ServerProcess server_;
    ServerProcess otherServer_;
};

/// What one process spends; of this process, now.
[[nodiscard]] double cpuMicroseconds();
[[nodiscard]] double residentKibibytes();

/// As many descriptors as the system lets us have.
void raiseDescriptorLimit();

} // namespace causeway::bench
