// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace causeway::bench {

/// Modbus TCP devices by the thousand in a process of their own, so that what they cost is not
/// counted: one port, on every address of 127.0.0.0/8; each connection is a device whose registers
/// all hold 0x4366. Made before the first thread.
class ModbusCrowd
{
public:
    ModbusCrowd();
    ~ModbusCrowd();
    ModbusCrowd(const ModbusCrowd&) = delete;
    ModbusCrowd& operator=(const ModbusCrowd&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Of device number n, up to 64,000.
    [[nodiscard]] static std::string address(unsigned n);

private:
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

} // namespace causeway::bench
