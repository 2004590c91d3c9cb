// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/bytes.hpp"
#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/listening.hpp"

namespace causeway::bridges::ble {

/// What is told of the radio; on the loop's thread.
class RadioListener
{
public:
    virtual ~RadioListener() = default;
    /// Whoever is not is a stranger, and may be forgotten.
    [[nodiscard]] virtual bool isAttached(const std::string& address) const = 0;
    virtual void onAdvertisement(const Advertisement& advertisement) = 0;
    /// When it changes: how adapters listen, or that none does and why.
    virtual void onRadio(Listening listening, const std::string& reason) = 0;
    /// GattRadio::peripheral() says something else of it than before.
    virtual void onPeripheralChanged(const std::string& address) = 0;
    /// What it was used for has to begin anew.
    virtual void onCharacteristicGone(const std::string& address, const std::string& handle) = 0;
    /// GattRadio::answerPasskey() answers it.
    virtual void onPasskeyWanted(const std::string& address) = 0;
    /// Maybe no bond waits to be removed any more.
    virtual void onBondsRemoved() = 0;
    virtual void onValueNotification(const std::string& address,
                                     const std::string& handle,
                                     base::ByteView octets) = 0;
    /// Until GattRadio::startNotify() nothing more comes, although it may still be connected.
    virtual void onNotificationsEnded(const std::string& address, const std::string& handle) = 0;
};

} // namespace causeway::bridges::ble
