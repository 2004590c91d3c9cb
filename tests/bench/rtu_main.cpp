// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "agent/base/event_loop.hpp"
#include "bridges/modbus/exact_timers.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/serial_link.hpp"
#include "tests/bench/paced_wire.hpp"

// How much of what a serial line can carry a Line uses when it has always something to poll.

namespace causeway::bench {

namespace {

using namespace bridges::modbus;

constexpr std::uint16_t registers = 10;
constexpr auto patience = std::chrono::seconds(30); // for one answer, which takes 50 ms

LineParts partsOf(base::EventLoop& loop, const PacedWire& wire, unsigned baudRate)
{
    api::LineSettings settings;
    settings.serialPort = wire.port();
    settings.baudRate = baudRate;
    settings.parity = api::LineSettings::Parity::Even;
    LineParts parts;
    parts.link = std::make_unique<SerialLink>(loop, LineTuning{}, settings);
    parts.framing = std::make_unique<RtuFraming>(std::chrono::seconds(3));
    parts.responseTimeout = std::chrono::milliseconds(500);
    return parts;
}

class Unit final : public LineUser
{
public:
    void onLineUp() override {}

    void onLineDown(const std::string& reason) override { std::fputs(reason.c_str(), stderr); }
};

/// Seconds for all requests, one after the other without a pause of ours.
double poll(base::EventLoop& loop, Line& line, int requests)
{
    int answered = 0;
    std::function<void()> ask = [&] {
        line.submit({1, FunctionCode::ReadInputRegisters, 0, registers, {}},
                    Priority::Poll,
                    [&](base::Expected<Answer> answer) {
                        if (!answer)
                            throw std::runtime_error(answer.error().message);
                        if (++answered <= requests)
                            ask();
                    });
    };
    const auto runUntil = [&](int wanted) {
        base::Timer standstill(loop, [&] {
            throw std::runtime_error(std::to_string(answered) + " answers, and then none");
        });
        for (int last = -1; answered < wanted; loop.runOnce(std::chrono::seconds(1))) {
            if (std::exchange(last, answered) != answered)
                standstill.start(patience);
        }
    };
    ask();
    runUntil(1);
    const auto begin = PacedWire::Clock::now();
    runUntil(requests + 1);
    return std::chrono::duration<double>(PacedWire::Clock::now() - begin).count();
}

void measure(unsigned baudRate, int requests)
{
    PacedWire wire(baudRate);
    base::EventLoop loop;
    Line line(loop, LineTuning{}, partsOf(loop, wire, baudRate), [](const LineReport&) {});
    Unit unit;
    line.join(1, unit);
    line.open();
    const double rate = requests / poll(loop, line, requests);

    constexpr int octets = 8 + 5 + 2 * registers; // request and answer
    const std::chrono::duration<double> cycle = wire.octetTime() * octets + wire.silence() * 2;
    std::printf("{\"baud\": %u, \"rate\": %.3f, \"limit\": %.3f, \"use\": %.4f}\n",
                baudRate,
                rate,
                1 / cycle.count(),
                rate * cycle.count());
    line.leave(1);
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s REQUESTS\n", argv[0]);
        return 2;
    }
    try {
        const int requests = std::stoi(argv[1]);
        causeway::bridges::modbus::askForExactTimers(); // as the field thread does
        for (const unsigned baudRate : {9600U, 19200U})
            causeway::bench::measure(baudRate, requests);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-rtu: %s\n", error.what());
        return 1;
    }
}
