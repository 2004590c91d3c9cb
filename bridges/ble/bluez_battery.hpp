// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/scheduler.hpp"
#include "bridges/ble/gatt_radio.hpp"

namespace causeway::bridges::ble {

/// The Battery Service of a peripheral that has one: bluetoothd keeps it to itself, and tells its
/// level as Battery1. Here it is a characteristic like others.
class BluezBattery
{
public:
    /// The scheduler outlives this.
    explicit BluezBattery(base::Scheduler& scheduler);

    /// Of the service and the level.
    [[nodiscard]] static CharacteristicName name();
    /// Of the battery of the device with this object path.
    [[nodiscard]] static std::string handleOf(const std::string& device);
    [[nodiscard]] static bool isHandle(const std::string& handle);

    /// In percent.
    void setLevel(std::uint8_t level);

    /// The connection is lost.
    void forgetLevel() { level_.reset(); }

    /// Its answer comes later. Error: Refused.
    void read(GattRadio::ReadDone done);

    /// Who has asked is answered no more.
    void cancel() { waiting_ = nullptr; }

private:
    base::Scheduler& scheduler_;
    std::optional<std::uint8_t> level_;
    GattRadio::ReadDone waiting_; ///< for the first level
    base::Timer limit_;
};

} // namespace causeway::bridges::ble
