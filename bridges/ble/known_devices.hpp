// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "bridges/ble/bluez_device.hpp"

namespace causeway::bridges::ble {

/// Those of bluetoothd's devices that are remembered: of strangers only so many, because anybody
/// can send by any number of addresses; an attached device always has a place.
class KnownDevices
{
public:
    using IsAttached = std::function<bool(const std::string& address)>;

    KnownDevices(std::size_t most, IsAttached isAttached);

    struct Admission
    {
        bool isAdmitted = false;
        std::optional<std::string> evicted; ///< the object path of who had to make place
    };

    /// Of an object path; one that is known is replaced.
    Admission take(const std::string& path, BluezDevice device);
    /// Nothing: it is not known.
    [[nodiscard]] BluezDevice* find(const std::string& path);
    /// As find(), for who is heard: strangers that were not for the longest time go first.
    [[nodiscard]] BluezDevice* hear(const std::string& path);
    void erase(const std::string& path);
    void clear();

    /// There is no place for one stranger more.
    [[nodiscard]] bool isFull() const { return devices_.size() >= most_; }

private:
    struct Known
    {
        BluezDevice device;
        std::uint64_t heard = 0; ///< larger: later
    };

    [[nodiscard]] std::optional<std::string> evictStranger();

    std::size_t most_;
    IsAttached isAttached_;
    std::uint64_t heard_ = 0;
    std::map<std::string, Known> devices_; ///< by object path
};

} // namespace causeway::bridges::ble
