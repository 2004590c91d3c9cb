// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <unistd.h>

#include "tests/sim/bluez/simulated_bluez.hpp"

using namespace causeway;
using namespace causeway::tests;

namespace {

/// "advertise ADDRESS RSSI company|service ID HEX [NAME]"
std::optional<bridges::ble::Advertisement> advertisementIn(std::istringstream& words)
{
    bridges::ble::Advertisement advertisement;
    std::string part;
    std::string identifier;
    std::string hexadecimal;
    int rssi = 0;
    words >> advertisement.address >> rssi >> part >> identifier >> hexadecimal;
    words >> advertisement.name;
    const auto octets = base::fromHex(hexadecimal);
    const auto uuid = bridges::ble::canonicalUuid(identifier);
    if (!octets || !uuid)
        return std::nullopt;
    advertisement.rssi = static_cast<std::int16_t>(rssi);
    if (part == "company")
        advertisement.manufacturerData.emplace_back(std::stoi(identifier, nullptr, 16), *octets);
    else
        advertisement.serviceData.emplace_back(*uuid, *octets);
    return advertisement;
}

void obey(SimulatedBluez& bluez, const std::string& line)
{
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "advertise") {
        if (const auto advertisement = advertisementIn(words))
            bluez.advertise(*advertisement);
    } else if (what == "unplug") {
        bluez.removeAdapter();
    } else if (what == "plug") {
        bluez.addAdapter();
    } else if (what == "power-off") {
        bluez.adapter()->setPowered(false);
    } else if (what == "power-on") {
        bluez.adapter()->setPowered(true);
    } else {
        std::cerr << "not understood: " << line << '\n';
    }
}

base::EventLoop* served = nullptr;

void onSignal(int)
{
    served->stop();
}

void serve(const std::string& address)
{
    base::EventLoop loop;
    served = &loop;
    std::signal(SIGTERM, onSignal);
    SimulatedBluez bluez(loop, address);
    std::string text;
    std::optional<base::Watch> input = loop.watch(STDIN_FILENO, EPOLLIN, [&](std::uint32_t) {
        char buffer[4096];
        const auto size = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (size <= 0)
            return loop.stop();
        text.append(buffer, static_cast<std::size_t>(size));
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            obey(bluez, text.substr(0, end));
            text.erase(0, end + 1);
        }
    });
    std::cout << "ready bluez" << std::endl;
    loop.run();
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 2) {
        std::cerr << "usage: simulated_bluez BUS-ADDRESS\n";
        return 2;
    }
    serve(argv[1]);
    return 0;

} catch (const std::exception& problem) {
    std::cerr << "simulated_bluez: " << problem.what() << '\n';
    return 1;
}
