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
#include "tests/bench/bare_poller.hpp"
#include "tests/bench/paced_wire.hpp"

// How much of what a serial line can carry a Line uses when it has always something to poll, how
// often it keeps the silence before its frames, and what a dead unit among ten costs the others
// once its circuit breaker is open. Beside it a bare thread does the same on a wire of its own.

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
    const BarePoller floor(baudRate,
                           registers); // at the same time: a late machine is late for both
    const double rate = requests / poll(loop, line, requests);
    const double floorRate = floor.rate();

    constexpr int octets = 8 + 5 + 2 * registers; // request and answer
    const std::chrono::duration<double> cycle = wire.octetTime() * octets + wire.silence() * 2;
    const auto gaps = wire.gaps();
    std::printf(
        "{\"baud\": %u, \"rate\": %.3f, \"limit\": %.3f, \"use\": %.4f, \"floor_use\": %.4f, "
        "\"kept\": %.4f}\n",
        baudRate,
        rate,
        1 / cycle.count(),
        rate * cycle.count(),
        floorRate * cycle.count(),
        static_cast<double>(gaps.kept) / static_cast<double>(gaps.all));
    line.leave(1);
}

/// Ten units, each polled again as soon as it has answered, and one that never answers.
class Crowd
{
public:
    static constexpr std::uint8_t dead = PacedWire::lastUnit + 1;

    Crowd(Line& line, base::EventLoop& loop)
        : line_(line)
        , loop_(loop)
    {}

    void begin()
    {
        for (std::uint8_t unitId = 1; unitId < dead; ++unitId)
            ask(unitId);
    }

    void askTheDead() { ask(dead); }

    /// Nothing of it is in the Line any more.
    void end()
    {
        isOver_ = true;
        for (std::uint8_t unitId = 1; unitId <= dead; ++unitId)
            line_.leave(unitId);
    }

    int answers = 0;
    int silences = 0;

private:
    void ask(std::uint8_t unitId)
    {
        line_.submit(
            {unitId, FunctionCode::ReadInputRegisters, 0, registers, {}},
            Priority::Poll,
            [this, unitId](const base::Expected<Answer>& answer) { onEnd(unitId, answer); });
    }

    void onEnd(std::uint8_t unitId, const base::Expected<Answer>& answer)
    {
        if (isOver_)
            return;
        if (unitId != dead) {
            answers += answer ? 1 : 0;
            return ask(unitId);
        }
        ++silences;
        again_.start(std::chrono::seconds(1)); // a unit's own poll period
    }

    Line& line_;
    base::EventLoop& loop_;
    bool isOver_ = false;
    base::Timer again_{loop_, [this] {
                           askTheDead();
                       }};
};

void runFor(base::EventLoop& loop, std::chrono::seconds duration)
{
    bool isOver = false;
    base::Timer end(loop, [&] { isOver = true; });
    end.start(duration);
    while (!isOver)
        loop.runOnce(std::chrono::seconds(1));
}

/// A line at 9600 baud with ten units that are always polled.
struct BusyLine
{
    static constexpr unsigned baudRate = 9600;

    explicit BusyLine(base::EventLoop& loop)
        : wire(baudRate)
        , line(loop, LineTuning{}, partsOf(loop, wire, baudRate), [](const LineReport&) {})
        , crowd(line, loop)
    {
        line.join(1, unit);
        line.open();
    }

    ~BusyLine() { crowd.end(); }

    BusyLine(const BusyLine&) = delete;
    BusyLine& operator=(const BusyLine&) = delete;

    PacedWire wire;
    Unit unit;
    Line line;
    Crowd crowd;
};

/// What ten units are polled beside a dead one, over what ten others are at the same time without
/// one: what makes this machine slow is slow for both.
void measureDead(std::chrono::seconds duration)
{
    base::EventLoop loop;
    BusyLine alone(loop);
    BusyLine beside(loop);
    runFor(loop, std::chrono::seconds(1)); // the ports open
    alone.crowd.begin();
    beside.crowd.begin();
    beside.crowd.askTheDead();
    while (beside.crowd.silences < LineTuning{}.breakerThreshold)
        loop.runOnce(std::chrono::seconds(1));
    alone.crowd.answers = 0;
    beside.crowd.answers = 0;
    runFor(loop, duration);
    const auto seconds = static_cast<double>(duration.count());
    std::printf("{\"dead\": 1, \"alone\": %.3f, \"beside\": %.3f, \"ratio\": %.4f}\n",
                alone.crowd.answers / seconds,
                beside.crowd.answers / seconds,
                static_cast<double>(beside.crowd.answers) / alone.crowd.answers);
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s REQUESTS SECONDS\n", argv[0]);
        return 2;
    }
    try {
        const int requests = std::stoi(argv[1]);
        causeway::bridges::modbus::askForExactTimers(); // as the field thread does
        for (const unsigned baudRate : {9600U, 19200U})
            causeway::bench::measure(baudRate, requests);
        causeway::bench::measureDead(std::chrono::seconds(std::stoi(argv[2])));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-rtu: %s\n", error.what());
        return 1;
    }
}
