// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <modbus/modbus.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::sim {

/// A Modbus device by libmodbus: RTU on a pty of its own, or TCP on the loopback. One unit, 1,024
/// coils, discrete inputs, input and holding registers. Values may be set from any thread.
class Device
{
public:
    /// Makes a pty and points the symbolic link `link` at it.
    [[nodiscard]] static std::unique_ptr<Device> onPty(std::uint8_t unitId, std::string link);
    /// 0 picks a free port.
    [[nodiscard]] static std::unique_ptr<Device> onTcp(int port);
    /// RTU frames on a TCP connection, as a serial server carries them.
    [[nodiscard]] static std::unique_ptr<Device> onRtuOverTcp(std::uint8_t unitId);

    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Where to find it: the link, or the port.
    [[nodiscard]] const std::string& address() const { return address_; }

    /// Until stop().
    void serve();
    /// Thread-safe, and safe in a signal handler.
    void stop() const;

    void setInput(int address, std::uint16_t word);
    void setHolding(int address, std::uint16_t word);
    void setCoil(int address, bool isOn);
    /// Two input registers, high word first.
    void setFloat(int address, float value);
    [[nodiscard]] bool coil(int address) const;
    [[nodiscard]] std::uint16_t holding(int address) const;

    /// Hears everything and answers nothing, not even by doing it.
    void setSilent(bool isSilent) { isSilent_ = isSilent; }

    [[nodiscard]] unsigned requests() const { return requests_; }

    [[nodiscard]] unsigned writes() const { return writes_; }

    /// After each write that was carried out: the function code, and the address.
    using Written = std::function<void(int function, int address)>;

    void onWritten(Written written) { written_ = std::move(written); }

private:
    struct Free
    {
        void operator()(modbus_t* context) const { modbus_free(context); }

        void operator()(modbus_mapping_t* mapping) const { modbus_mapping_free(mapping); }
    };

    Device();
    void listenOn(modbus_t* context);
    void answerOne();

    Written written_ = [](int, int) {
    };
    std::unique_ptr<modbus_t, Free> context_;
    std::unique_ptr<modbus_mapping_t, Free> mapping_;
    std::string address_;
    std::string link_;
    base::UniqueFd stop_;
    base::UniqueFd listener_;
    base::UniqueFd connection_;
    base::UniqueFd slave_; ///< kept open, or the pty would hang up between two clients
    bool isTcp_ = false;
    std::atomic<bool> isSilent_ = false;
    std::atomic<unsigned> requests_ = 0;
    std::atomic<unsigned> writes_ = 0;
};

} // namespace causeway::sim
