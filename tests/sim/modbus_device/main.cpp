// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include "tests/sim/modbus_device/device.hpp"

// modbus_device --pty LINK UNIT MAP | --tcp PORT MAP
//
// MAP is sdm120, sdm630, xy-md02, relay or empty. Prints "ready LINK-or-PORT", then one line for
// each write that was carried out: "coil 3 1", "holding 5 7". Reads commands from standard input:
//   float ADDRESS VALUE   two input registers      input ADDRESS WORD     holding ADDRESS WORD
//   coil ADDRESS 0|1      silent 0|1               quit
// Ends by quit, SIGTERM or SIGINT with exit code 0; the end of standard input ends nothing.

namespace {

using causeway::sim::Device;

const Device* served = nullptr;

void onSignal(int)
{
    served->stop();
}

void fill(Device& device, const std::string& map)
{
    const std::map<int, float> sdm120{{0x00, 230.1F},
                                      {0x06, 1.5F},
                                      {0x0C, 342.7F},
                                      {0x12, 345.2F},
                                      {0x18, -41.3F},
                                      {0x1E, 0.993F},
                                      {0x46, 50.02F},
                                      {0x48, 1234.5F},
                                      {0x4A, 12.25F},
                                      {0x4C, 67.5F},
                                      {0x4E, 8.5F},
                                      {0x156, 1246.75F},
                                      {0x158, 76.0F}};
    if (map == "sdm120") {
        for (const auto& [address, value] : sdm120)
            device.setFloat(address, value);
    } else if (map == "sdm630") {
        for (int address = 0; address < 0x60; address += 2)
            device.setFloat(address, 100.0F + static_cast<float>(address));
        for (int address = 0x156; address < 0x16C; address += 2)
            device.setFloat(address, 1000.0F + static_cast<float>(address));
    } else if (map == "xy-md02") {
        device.setInput(1, 0x0131);
        device.setInput(2, 0x0222);
    }
}

/// False for "quit".
bool obey(Device& device, const std::string& line)
{
    std::istringstream words(line);
    std::string what;
    int address = 0;
    double value = 0;
    words >> what;
    if (what == "quit")
        return false;
    if (what == "silent") {
        words >> address;
        device.setSilent(address != 0);
        return true;
    }
    if (!(words >> address >> value) || address < 0 || address > 1022)
        std::cerr << "not understood: " << line << '\n';
    else if (what == "float")
        device.setFloat(address, static_cast<float>(value));
    else if (what == "input")
        device.setInput(address, static_cast<std::uint16_t>(value));
    else if (what == "holding")
        device.setHolding(address, static_cast<std::uint16_t>(value));
    else if (what == "coil")
        device.setCoil(address, value != 0);
    return true;
}

void listen(Device& device)
{
    for (std::string line; std::getline(std::cin, line);) {
        if (!obey(device, line))
            device.stop();
    }
}

void run(Device& device, const std::string& map)
{
    fill(device, map);
    device.onWritten([&device](int function, int address) {
        const bool isCoil = function == 5 || function == 15;
        std::cout << (isCoil ? "coil " : "holding ") << address << ' '
                  << (isCoil ? int{device.coil(address)} : int{device.holding(address)})
                  << std::endl;
    });
    served = &device;
    std::signal(SIGTERM, onSignal);
    std::signal(SIGINT, onSignal);
    std::cout << "ready " << device.address() << std::endl;
    // Blocks in a read that nothing interrupts; the process ends without it.
    std::thread(listen, std::ref(device)).detach();
    device.serve();
}

} // namespace

int main(int argc, char** argv)
try {
    const std::string kind = argc > 1 ? argv[1] : "";
    if (kind == "--pty" && argc == 5) {
        run(*Device::onPty(static_cast<std::uint8_t>(std::stoi(argv[3])), argv[2]), argv[4]);
    } else if (kind == "--tcp" && argc == 4) {
        run(*Device::onTcp(std::stoi(argv[2])), argv[3]);
    } else {
        std::cerr << "usage: modbus_device --pty LINK UNIT MAP | --tcp PORT MAP\n";
        return 2;
    }
    std::cout.flush();
    std::_Exit(0); // past the detached reader of standard input

} catch (const std::exception& problem) {
    std::cerr << "modbus_device: " << problem.what() << '\n';
    return 1;
}
