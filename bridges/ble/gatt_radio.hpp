// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"
#include "bridges/ble/gatt_format.hpp"

namespace causeway::bridges::ble {

/// One characteristic that a connected peripheral has.
struct Characteristic
{
    CharacteristicName name;
    std::string handle; ///< the radio's own name for it
    bool canRead = false;
    bool canNotify = true; ///< or indicate
};

/// What is known of a peripheral's connection.
struct PeripheralState
{
    std::string adapter;
    bool isConnected = false;
    bool isResolved = false; ///< its services are known
    bool isBonded = false;
};

/// The seam between a peripheral and who carries its requests. Peripherals are named by
/// canonicalAddress(). Of each there is one request at a time. Callbacks come later, on the radio's
/// thread, and not at all when what was asked goes: who asks keeps a time limit of his own.
class GattRadio
{
public:
    using Done = base::UniqueFunction<void(base::Expected<void>)>;
    using ReadDone = base::UniqueFunction<void(base::Expected<base::Bytes>)>;

    GattRadio() = default;
    virtual ~GattRadio() = default;
    GattRadio(const GattRadio&) = delete;
    GattRadio& operator=(const GattRadio&) = delete;

    /// Nothing when it has not been heard lately.
    [[nodiscard]] virtual std::optional<PeripheralState>
    peripheral(const std::string& address) const = 0;
    /// Once its services are resolved.
    [[nodiscard]] virtual std::vector<Characteristic>
    characteristics(const std::string& address) const = 0;

    /// By this adapter; until disconnect() it is the one that all else is about. Errors:
    /// Unreachable (nobody answered), LimitExceeded (the adapter has no room now), Refused (it
    /// wants to be paired first), Timeout.
    virtual void connect(const std::string& address, const std::string& adapter, Done done) = 0;
    /// Also gives up an attempt.
    virtual void disconnect(const std::string& address) = 0;

    /// Of one that is connected. RadioListener::onPasskeyWanted() comes first when the peripheral
    /// has one, and answerPasskey() answers it. Errors: Refused (also: another passkey),
    /// Unreachable, Timeout (also: nobody gave the passkey).
    virtual void bond(const std::string& address, Done done) = 0;
    virtual void answerPasskey(const std::string& address, std::uint32_t passkey) = 0;
    /// Disconnects it, too, when it has one; once bluetoothd is there to be asked, unless it is
    /// connected before.
    virtual void removeBond(const std::string& address) = 0;

    /// Errors: Refused (the peripheral said no), NotAuthorized (it wants a bond first),
    /// Unreachable, Timeout.
    virtual void read(const std::string& handle, ReadDone done) = 0;
    virtual void write(const std::string& handle, base::Bytes octets, Done done) = 0;
    virtual void startNotify(const std::string& handle, Done done) = 0;
};

} // namespace causeway::bridges::ble
