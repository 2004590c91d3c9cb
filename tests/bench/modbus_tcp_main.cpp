// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <modbus/modbus.h>
#include <sys/resource.h>

#include "agent/base/event_loop.hpp"
#include "agent/base/worker.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/modbus/exact_timers.hpp"
#include "bridges/modbus/line.hpp"
#include "bridges/modbus/tcp_framing.hpp"
#include "bridges/modbus/tcp_link.hpp"
#include "bridges/profile_file.hpp"
#include "tests/bench/modbus_crowd.hpp"

// What Modbus TCP devices cost: a thousand of them as bridges that poll once a second, and a
// transaction of Lines that always have something to ask, beside bare libmodbus doing the same.

namespace causeway::bench {

namespace {

using namespace bridges::modbus;

constexpr std::uint16_t registers = 20;
constexpr auto patience = std::chrono::seconds(60);

/// CPU of this process, both threads.
double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void runUntil(base::EventLoop& loop, const std::function<bool()>& isDone, const char* what)
{
    bool isOver = false;
    base::Timer limit(loop, [&] { isOver = true; });
    limit.start(patience);
    while (!isDone()) {
        if (isOver)
            throw std::runtime_error(what);
        loop.runOnce(std::chrono::milliseconds(100));
    }
}

api::LineSettings deviceAt(unsigned n, std::uint16_t port)
{
    api::LineSettings line;
    line.name = "tcp-" + std::to_string(n);
    line.kind = api::LineSettings::Kind::Tcp;
    line.host = ModbusCrowd::address(n);
    line.port = port;
    return line;
}

/// Ten floats, one request.
std::shared_ptr<const bridges::DeviceProfile> tenFloats()
{
    const auto profile = bridges::parseProfile(
        "title = \"Meter\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\nfast-period-ms = 1000\n"
        "[[resource]]\npath = \"/3316/0/5700\"\ntable = \"input\"\naddress = 0\ntype = \"f32\"\n"
        "repeat = 10\n",
        "ten-floats.toml",
        model::builtInDefinitions());
    if (!profile)
        throw std::runtime_error(profile.error().message);
    return std::make_shared<bridges::DeviceProfile>(*profile);
}

struct Samples final : api::BridgeListener
{
    std::size_t count = 0;

    void onSamples(std::vector<model::Sample> samples) override { count += samples.size(); }

    void onAvailability(bool, const std::string&) override {}
};

/// The share of one core that so many devices take, polled once a second.
void pollEachSecond(const ModbusCrowd& crowd, unsigned devices, std::chrono::seconds duration)
{
    base::EventLoop loop;
    Samples samples;
    bridges::FieldBuses buses(loop);
    const auto profile = tenFloats();
    std::vector<std::unique_ptr<api::Bridge>> bridges;
    for (unsigned n = 0; n < devices; ++n) {
        const auto line = deviceAt(n, crowd.port());
        if (!buses.addLine(line))
            throw std::runtime_error("no line");
        auto bridge =
            buses.createBridge(profile, {line.name, line.name, 1, std::chrono::seconds(1)});
        bridges.push_back(std::move(*bridge));
        bridges.back()->start(samples);
    }
    runUntil(
        loop,
        [&] { return samples.count >= std::size_t{devices} * registers; },
        "not all devices answer");
    const std::size_t before = samples.count;
    const double cpu = cpuSeconds();
    bool isOver = false;
    base::Timer end(loop, [&] { isOver = true; });
    end.start(duration);
    while (!isOver)
        loop.runOnce(std::chrono::milliseconds(100));
    const double took = cpuSeconds() - cpu;
    const auto polls = static_cast<double>(samples.count - before) / (registers / 2.0);
    const auto seconds = static_cast<double>(duration.count());
    std::printf("{\"what\": \"paced\", \"devices\": %u, \"polls\": %.3f, \"core\": %.4f}\n",
                devices,
                polls / seconds / devices,
                took / seconds);
}

/// One Line that asks again as soon as it has its answer.
class Asker final : public LineUser
{
public:
    Asker(base::EventLoop& loop,
          base::WorkerPool& resolver,
          const api::LineSettings& settings,
          std::size_t& answers)
        : answers_(answers)
        , line_(loop, LineTuning{}, partsOf(loop, resolver, settings), [](const LineReport&) {})
    {
        line_.join(1, *this);
        line_.open();
    }

    ~Asker() override { line_.leave(1); }

    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

private:
    void onLineUp() override { ask(); }

    void onLineDown(const std::string&) override {}

    void ask()
    {
        line_.submit({1, FunctionCode::ReadInputRegisters, 0, registers, {}},
                     Priority::Poll,
                     [this](const base::Expected<Answer>& answer) {
                         if (!answer)
                             return; // the bench ends, or stands still and says so
                         ++answers_;
                         ask();
                     });
    }

    static LineParts
    partsOf(base::EventLoop& loop, base::WorkerPool& resolver, const api::LineSettings& settings)
    {
        LineParts parts;
        parts.link = std::make_unique<TcpLink>(loop, LineTuning{}, settings, resolver);
        parts.framing = std::make_unique<TcpFraming>();
        parts.responseTimeout = std::chrono::milliseconds(5000);
        parts.hasQuarantine = false;
        return parts;
    }

    std::size_t& answers_;
    Line line_;
};

double oursSaturated(const ModbusCrowd& crowd, unsigned devices, std::size_t transactions)
{
    base::EventLoop loop;
    base::WorkerPool resolver("names", 1);
    std::size_t answers = 0;
    std::vector<std::unique_ptr<Asker>> askers;
    for (unsigned n = 0; n < devices; ++n)
        askers.push_back(
            std::make_unique<Asker>(loop, resolver, deviceAt(n, crowd.port()), answers));
    runUntil(
        loop, [&] { return answers >= std::size_t{devices} * 10; }, "the Lines do not begin");
    const std::size_t before = answers;
    const double cpu = cpuSeconds();
    runUntil(
        loop, [&] { return answers >= before + transactions; }, "the Lines stand still");
    return (cpuSeconds() - cpu) / static_cast<double>(answers - before);
}

struct FreeModbus
{
    void operator()(modbus_t* context) const
    {
        modbus_close(context);
        modbus_free(context);
    }
};

double libmodbusSaturated(const ModbusCrowd& crowd, unsigned devices, std::size_t transactions)
{
    std::vector<std::unique_ptr<modbus_t, FreeModbus>> contexts;
    for (unsigned n = 0; n < devices; ++n) {
        contexts.emplace_back(modbus_new_tcp(ModbusCrowd::address(n).c_str(), crowd.port()));
        if (modbus_connect(contexts.back().get()) != 0)
            throw std::runtime_error("libmodbus has no connection");
    }
    const double cpu = cpuSeconds();
    std::uint16_t words[registers];
    for (std::size_t i = 0; i < transactions; ++i) {
        if (modbus_read_input_registers(contexts[i % devices].get(), 0, registers, words) !=
            registers)
            throw std::runtime_error("libmodbus has no answer");
    }
    return (cpuSeconds() - cpu) / static_cast<double>(transactions);
}

void measure(unsigned devices, unsigned seconds, std::size_t transactions)
{
    constexpr unsigned saturated = 100;
    const ModbusCrowd crowd; // before FieldBuses' thread
    const double theirs = libmodbusSaturated(crowd, saturated, transactions);
    askForExactTimers();
    const double ours = oursSaturated(crowd, saturated, transactions);
    std::printf(
        "{\"what\": \"saturated\", \"devices\": %u, \"ours_us\": %.2f, \"libmodbus_us\": %.2f}\n",
        saturated,
        ours * 1e6,
        theirs * 1e6);
    pollEachSecond(crowd, devices, std::chrono::seconds(seconds));
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s DEVICES SECONDS TRANSACTIONS\n", argv[0]);
        return 2;
    }
    try {
        causeway::bench::measure(static_cast<unsigned>(std::stoul(argv[1])),
                                 static_cast<unsigned>(std::stoul(argv[2])),
                                 std::stoul(argv[3]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-modbus-tcp: %s\n", error.what());
        return 1;
    }
}
