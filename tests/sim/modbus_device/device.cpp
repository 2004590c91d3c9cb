// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/modbus_device/device.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>

namespace causeway::sim {

using base::UniqueFd;

namespace {

constexpr int size = 1024;

int check(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

} // namespace

Device::Device()
    : mapping_(modbus_mapping_new(size, size, size, size))
    , stop_(check(::eventfd(0, EFD_CLOEXEC), "eventfd"))
{}

Device::~Device()
{
    if (link_.empty())
        return;
    std::error_code ignored;
    std::filesystem::remove(link_, ignored);
}

std::unique_ptr<Device> Device::onPty(std::uint8_t unitId, std::string link)
{
    std::unique_ptr<Device> device(new Device);
    device->connection_.reset(check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
    const int master = device->connection_.get();
    check(::grantpt(master), "grantpt");
    check(::unlockpt(master), "unlockpt");
    std::array<char, 64> path{};
    check(-::ptsname_r(master, path.data(), path.size()), "ptsname");
    device->slave_.reset(check(::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC), path.data()));
    termios settings{};
    check(::tcgetattr(device->slave_.get(), &settings), "tcgetattr");
    ::cfmakeraw(&settings);
    check(::tcsetattr(device->slave_.get(), TCSANOW, &settings), "tcsetattr");
    std::filesystem::remove(link);
    std::filesystem::create_symlink(path.data(), link);
    device->context_.reset(modbus_new_rtu(path.data(), 9600, 'N', 8, 1));
    modbus_set_slave(device->context_.get(), unitId);
    modbus_set_socket(device->context_.get(), master);
    device->link_ = link;
    device->address_ = std::move(link);
    return device;
}

std::unique_ptr<Device> Device::onTcp(int port)
{
    std::unique_ptr<Device> device(new Device);
    device->isTcp_ = true;
    device->context_.reset(modbus_new_tcp("127.0.0.1", port));
    device->listenOn(device->context_.get());
    return device;
}

std::unique_ptr<Device> Device::onRtuOverTcp(std::uint8_t unitId)
{
    std::unique_ptr<Device> device(new Device);
    device->isTcp_ = true;
    const std::unique_ptr<modbus_t, Free> listening(modbus_new_tcp("127.0.0.1", 0));
    device->listenOn(listening.get());
    device->context_.reset(modbus_new_rtu("/dev/null", 9600, 'N', 8, 1));
    modbus_set_slave(device->context_.get(), unitId);
    return device;
}

void Device::listenOn(modbus_t* context)
{
    listener_.reset(check(modbus_tcp_listen(context, 1), "listen"));
    sockaddr_in bound{};
    socklen_t length = sizeof bound;
    check(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&bound), &length),
          "getsockname");
    address_ = std::to_string(ntohs(bound.sin_port));
}

void Device::stop() const
{
    ::eventfd_write(stop_.get(), 1);
}

void Device::serve()
{
    for (;;) {
        std::array<pollfd, 3> ready{{{stop_.get(), POLLIN, 0},
                                     {listener_.get(), POLLIN, 0},
                                     {connection_.get(), POLLIN, 0}}};
        if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "poll");
        if (ready[0].revents != 0)
            return;
        if (ready[1].revents != 0) {
            connection_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            modbus_set_socket(context_.get(), connection_.get());
        } else if (ready[2].revents != 0) {
            answerOne();
        }
    }
}

void Device::answerOne()
{
    std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
    const int length = modbus_receive(context_.get(), request.data());
    if (length < 0 && isTcp_)
        connection_.reset();
    if (length <= 0)
        return;
    ++requests_;
    if (isSilent_)
        return;
    modbus_reply(context_.get(), request.data(), length, mapping_.get());
    const auto offset = static_cast<std::size_t>(modbus_get_header_length(context_.get()));
    const int function = request[offset];
    if (function == 5 || function == 6 || function == 15 || function == 16 ||
        function == MODBUS_FC_MASK_WRITE_REGISTER) {
        ++writes_;
        written_(function, (request[offset + 1] << 8) | request[offset + 2]);
    }
}

void Device::setInput(int address, std::uint16_t word)
{
    std::atomic_ref(mapping_->tab_input_registers[address]) = word;
}

void Device::setHolding(int address, std::uint16_t word)
{
    std::atomic_ref(mapping_->tab_registers[address]) = word;
}

void Device::setCoil(int address, bool isOn)
{
    std::atomic_ref(mapping_->tab_bits[address]) = isOn ? 1 : 0;
}

void Device::setFloat(int address, float value)
{
    const auto raw = std::bit_cast<std::uint32_t>(value);
    setInput(address, static_cast<std::uint16_t>(raw >> 16U));
    setInput(address + 1, static_cast<std::uint16_t>(raw & 0xFFFFU));
}

bool Device::coil(int address) const
{
    return std::atomic_ref(mapping_->tab_bits[address]) != 0;
}

std::uint16_t Device::holding(int address) const
{
    return std::atomic_ref(mapping_->tab_registers[address]);
}

} // namespace causeway::sim
