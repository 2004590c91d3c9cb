// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "bridges/ble/radio_side.hpp"
#include "bridges/profile_file.hpp"
#include "tests/bench/measurement.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/fakes/fake_gatt_radio.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/sim/bluez/simulated_bluez.hpp"

// What Bluetooth devices cost the radio's thread, and whether all of them come back. bluetoothd is
// the simulated one, on a bus of its own.

namespace causeway::bench {

namespace {

using namespace std::chrono_literals;
using bridges::ble::Advertisement;
using bridges::ble::RadioSide;
using bridges::ble::SensorReport;
using tests::SimulatedBluez;
using Clock = std::chrono::steady_clock;

constexpr std::size_t sensors = 200;
constexpr std::size_t perSecond = 1000;
constexpr std::chrono::seconds patience{60};

std::shared_ptr<const bridges::DeviceProfile> profile(const std::string& ble,
                                                      const std::string& place)
{
    auto read =
        bridges::parseProfile("title = \"T\"\nmanufacturer = \"M\"\nmodel = \"M\"\n[ble]\n" + ble +
                                  "[[resource]]\npath = \"/3303/0/5700\"\ntype = \"s16\"\n" + place,
                              "bench.toml",
                              model::builtInDefinitions());
    if (!read)
        throw std::runtime_error(read.error().message);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*read));
}

std::string addressOf(std::size_t number)
{
    return fmt::format("C0:00:00:00:{:02X}:{:02X}", number / 256, number % 256);
}

Advertisement advertisementOf(std::size_t sensor, std::uint16_t sequence)
{
    const auto low = static_cast<std::uint8_t>(sequence);
    const auto high = static_cast<std::uint8_t>(sequence >> 8U);
    return {addressOf(sensor),
            {},
            std::int16_t{-60},
            {{std::uint16_t{0x0499}, base::Bytes{low, high}}},
            {},
            {}};
}

double threadSeconds()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::size_t openDescriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void tellGrowth(const char* what, std::size_t count, double memory, std::size_t descriptors)
{
    std::printf("{\"what\": \"%s\", \"count\": %zu, \"rss_kib\": %.0f, \"descriptors\": %zd}\n",
                what,
                count,
                residentKibibytes() - memory,
                static_cast<std::ptrdiff_t>(openDescriptors() - descriptors));
}

/// Everybody in reach, on a thread of its own so that its cost is not counted.
class Air
{
public:
    Air(const std::string& bus, std::size_t advertisements)
        : thread_([this, bus, advertisements] { run(bus, advertisements); })
    {}

    ~Air()
    {
        isOver_ = true;
        thread_.join();
    }

    Air(const Air&) = delete;
    Air& operator=(const Air&) = delete;

    [[nodiscard]] bool hasSentAll() const { return hasSentAll_; }

private:
    void run(const std::string& bus, std::size_t advertisements)
    {
        base::EventLoop loop;
        SimulatedBluez bluez(loop, bus);
        while (!isOver_ && !bluez.adapter()->isDiscovering())
            loop.runOnce(10ms);
        const auto begin = Clock::now();
        for (std::size_t sent = 0; !isOver_;) {
            const std::chrono::duration<double> passed = Clock::now() - begin;
            const auto due = static_cast<std::size_t>(passed.count() * perSecond);
            for (; sent < std::min(due, advertisements); ++sent)
                bluez.advertise(
                    advertisementOf(sent % sensors, static_cast<std::uint16_t>(sent / sensors)));
            hasSentAll_ = sent == advertisements;
            loop.runOnce(5ms);
        }
    }

    std::atomic<bool> isOver_ = false;
    std::atomic<bool> hasSentAll_ = false;
    std::thread thread_;
};

/// Each frame has one, and a signal strength besides.
std::size_t temperaturesIn(const SensorReport& report)
{
    static const model::Path temperature{3303, 0, 5700};
    return static_cast<std::size_t>(
        std::ranges::count(report.samples, temperature, &model::Sample::path));
}

void measureAdvertisements(std::size_t seconds)
{
    tests::PrivateBus bus;
    base::EventLoop loop;
    RadioSide side(loop, bus.address());
    const auto tag = profile("company = 0x0499\ncounter = { at = 0, octets = 2 }\n", "at = 0\n");
    std::size_t heard = 0;
    for (std::size_t i = 0; i < sensors; ++i) {
        side.addSensor(i, addressOf(i), tag, [&](const SensorReport& report) {
            heard += temperaturesIn(report);
        });
        side.startSensor(i);
    }
    const std::size_t all = seconds * perSecond;
    const Air air(bus.address(), all);
    const double spent = threadSeconds();
    const auto begin = Clock::now();
    std::optional<Clock::time_point> sentAt;
    while (heard < all && (!sentAt || Clock::now() - *sentAt < 5s)) {
        loop.runOnce(10ms);
        if (!sentAt && air.hasSentAll())
            sentAt = Clock::now();
    }
    const std::chrono::duration<double> passed = Clock::now() - begin;
    std::printf("{\"what\": \"advertisements\", \"sent\": %zu, \"lost\": %zu, \"core\": %.4f}\n",
                all,
                all - heard,
                (threadSeconds() - spent) / passed.count());
}

/// One thermometer and a bluetoothd that dies again and again.
void measureDeaths(std::size_t deaths)
{
    tests::PrivateBus bus;
    base::EventLoop loop;
    RadioSide side(loop, bus.address());
    std::size_t samples = 0;
    side.addPeripheral(
        1,
        {addressOf(1), profile("connect = true\n", "characteristic = \"2a6e\"\n"), {}},
        [&](const SensorReport& report) { samples += report.samples.size(); });
    side.startPeripheral(1);
    const auto live = [&] {
        SimulatedBluez bluez(loop, bus.address());
        bluez.peripheral(addressOf(1))
            .values.push_back({bridges::ble::canonicalUuid("181a").value(),
                               bridges::ble::canonicalUuid("2a6e").value(),
                               {"read"},
                               {1, 0}});
        const auto begin = Clock::now();
        for (const auto before = samples; samples == before;) {
            bluez.advertise({addressOf(1), "T", std::int16_t{-60}, {}, {}, {}});
            loop.runOnce(10ms);
            if (Clock::now() - begin > patience)
                throw std::runtime_error("the device has not come back");
        }
    };
    live();
    live(); // what is made once is made
    const double memory = residentKibibytes();
    const auto descriptors = openDescriptors();
    for (std::size_t i = 0; i < deaths; ++i)
        live();
    tellGrowth("deaths", deaths, memory, descriptors);
}

/// In a time of its own: a device that is lost again and again rests ever longer.
void measureDisconnects(std::size_t disconnects)
{
    fakes::FakeScheduler scheduler;
    fakes::FakeGattRadio radio(scheduler);
    bridges::ble::ConnectionSlots slots(1);
    radio.has = {
        {{bridges::ble::canonicalUuid("181a").value(), bridges::ble::canonicalUuid("2a6e").value()},
         "temperature",
         true}};
    radio.values = {{"temperature", {1, 0}}};
    radio.state.emplace(bridges::ble::PeripheralState{"hci0"});
    std::size_t samples = 0;
    bridges::ble::Peripheral device(
        {scheduler, radio, slots, 1},
        {addressOf(1), profile("connect = true\n", "characteristic = \"2a6e\"\n"), {}},
        [&](const SensorReport& report) { samples += report.samples.size(); });
    device.start({});
    const auto comesBack = [&] {
        radio.log.clear();
        const auto before = samples;
        radio.state->isConnected = radio.state->isResolved = false;
        device.onChanged();
        scheduler.advance(6min);
        if (samples == before)
            throw std::runtime_error("the device has not come back");
    };
    comesBack();
    const double memory = residentKibibytes();
    const auto descriptors = openDescriptors();
    for (std::size_t i = 0; i < disconnects; ++i)
        comesBack();
    tellGrowth("disconnects", disconnects, memory, descriptors);
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s SECONDS DISCONNECTS DEATHS\n", argv[0]);
        return 2;
    }
    try {
        causeway::bench::measureAdvertisements(std::stoul(argv[1]));
        causeway::bench::measureDisconnects(std::stoul(argv[2]));
        causeway::bench::measureDeaths(std::stoul(argv[3]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-ble: %s\n", error.what());
        return 1;
    }
}
