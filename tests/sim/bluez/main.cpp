// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <iostream>
#include <map>
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

std::string word(std::istringstream& words)
{
    std::string text;
    words >> text;
    return text;
}

std::string uuidIn(std::istringstream& words)
{
    return bridges::ble::canonicalUuid(word(words)).value();
}

/// "-" is a value without octets.
base::Bytes octetsIn(std::istringstream& words)
{
    const auto text = word(words);
    return text == "-" ? base::Bytes() : base::fromHex(text).value();
}

/// "present ADDRESS RSSI SERVICE|- NAME": a peripheral whose advertisement holds no data.
void present(SimulatedBluez& bluez, std::istringstream& words)
{
    bridges::ble::Advertisement advertisement;
    int rssi = 0;
    words >> advertisement.address >> rssi;
    advertisement.rssi = static_cast<std::int16_t>(rssi);
    if (const auto service = bridges::ble::canonicalUuid(word(words)))
        advertisement.services.push_back(*service);
    std::getline(words >> std::ws, advertisement.name);
    bluez.advertise(advertisement);
}

/// "characteristic ADDRESS SERVICE UUID FLAG,FLAG HEX"
void addCharacteristic(SimulatedBluez& bluez, std::istringstream& words)
{
    auto& peripheral = bluez.peripheral(word(words));
    GattValue value;
    value.service = uuidIn(words);
    value.uuid = uuidIn(words);
    std::istringstream flags(word(words));
    for (std::string flag; std::getline(flags, flag, ',');)
        value.flags.push_back(flag);
    value.octets = octetsIn(words);
    peripheral.values.push_back(std::move(value));
}

/// "wants-bond ADDRESS [PASSKEY]"
void wantBond(SimulatedBluez& bluez, std::istringstream& words)
{
    auto& peripheral = bluez.peripheral(word(words));
    peripheral.wantsBond = true;
    if (std::uint32_t passkey = 0; words >> passkey)
        peripheral.passkey = passkey;
}

using Command = void (*)(SimulatedBluez&, std::istringstream&);

const std::map<std::string, Command>& commands()
{
    static const std::map<std::string, Command> all{
        {"advertise",
         [](SimulatedBluez& bluez, std::istringstream& words) {
             if (const auto advertisement = advertisementIn(words))
                 bluez.advertise(*advertisement);
         }},
        {"present", present},
        {"characteristic", addCharacteristic},
        {"value",
         [](SimulatedBluez& bluez, std::istringstream& words) {
             const auto address = word(words);
             const auto uuid = uuidIn(words);
             bluez.setValue(address, uuid, octetsIn(words));
         }},
        {"drop",
         [](SimulatedBluez& bluez, std::istringstream& words) {
             bluez.dropConnection(word(words));
         }},
        {"out-of-reach",
         [](SimulatedBluez& bluez, std::istringstream& words) {
             const auto address = word(words);
             bluez.peripheral(address).isReachable = false;
             bluez.dropConnection(address);
         }},
        {"in-reach",
         [](SimulatedBluez& bluez, std::istringstream& words) {
             bluez.peripheral(word(words)).isReachable = true;
         }},
        {"wants-bond", wantBond},
        {"offer-monitors",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.offerMonitors();
         }},
        {"release-monitors",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.monitors()->releaseAll();
         }},
        {"unplug",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.removeAdapter();
         }},
        {"plug",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.addAdapter();
         }},
        {"power-off",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.adapter()->setPowered(false);
         }},
        {"power-on",
         [](SimulatedBluez& bluez, std::istringstream&) {
             bluez.adapter()->setPowered(true);
         }},
    };
    return all;
}

void obey(SimulatedBluez& bluez, const std::string& line)
{
    std::istringstream words(line);
    const auto command = commands().find(word(words));
    if (command == commands().end())
        std::cerr << "not understood: " << line << '\n';
    else
        command->second(bluez, words);
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
