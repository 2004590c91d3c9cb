// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <bluez_characteristic_proxy.h>
#include <bluez_device_proxy.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_fd.hpp"
#include "bridges/ble/gatt_radio.hpp"

namespace causeway::bridges::ble {

/// The connection of one of bluetoothd's devices. What Connect answers comes later, and not at all
/// when this goes first.
class BluezConnection final : public sdbus::ProxyInterfaces<org::bluez::Device1_proxy>
{
public:
    BluezConnection(sdbus::IConnection& connection,
                    base::Scheduler& scheduler,
                    const std::string& path);
    ~BluezConnection();
    BluezConnection(const BluezConnection&) = delete;
    BluezConnection& operator=(const BluezConnection&) = delete;

    void connect(GattRadio::Done done);
    void bond(GattRadio::Done done);
    void disconnect();

private:
    void onConnectReply(bus::MaybeError error) override;
    void onPairReply(bus::MaybeError error) override;

    void onDisconnectReply(bus::MaybeError) override {}

    base::Scheduler& scheduler_;
    /// One for each request: Connect is answered after the signals that say what it came to, and so
    /// maybe after a bond was asked for.
    GattRadio::Done connectDone_;
    GattRadio::Done bondDone_;
};

/// A command is confirmed by nobody: only for who takes no requests.
enum class WriteKind : std::uint8_t { Request, Command };

/// One request to one characteristic; it is made for it and goes with it, so that no answer is
/// taken for another's. What it answers comes later, and not at all when this goes first.
class BluezRequest final : public sdbus::ProxyInterfaces<org::bluez::GattCharacteristic1_proxy>
{
public:
    using SocketDone = base::UniqueFunction<void(base::Expected<base::UniqueFd>)>;

    BluezRequest(sdbus::IConnection& connection,
                 base::Scheduler& scheduler,
                 const std::string& path);
    ~BluezRequest();
    BluezRequest(const BluezRequest&) = delete;
    BluezRequest& operator=(const BluezRequest&) = delete;

    void read(GattRadio::ReadDone done);
    void write(const base::Bytes& octets, WriteKind kind, GattRadio::Done done);
    void startNotify(GattRadio::Done done);
    /// Of one that tells by signals: by a socket from now on. It is not open when bluetoothd has
    /// none to give, and goes on with signals. A value may be missed meanwhile.
    void changeToSocket(SocketDone done);

private:
    void onReadValueReply(const base::Bytes& value, bus::MaybeError error) override;
    void onWriteValueReply(bus::MaybeError error) override;
    void onStartNotifyReply(bus::MaybeError error) override;
    void onStopNotifyReply(bus::MaybeError error) override;
    void onAcquireNotifyReply(const sdbus::UnixFd& socket,
                              const std::uint16_t& mtu,
                              bus::MaybeError error) override;
    void returnToSignals();

    base::Scheduler& scheduler_;
    GattRadio::ReadDone readDone_;
    GattRadio::Done done_;
    SocketDone socketDone_;
};

/// What bluetoothd's refusal means to who asked.
[[nodiscard]] base::Error errorOf(const sdbus::Error& error);

} // namespace causeway::bridges::ble
