// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace sdbus {
class IConnection;
} // namespace sdbus

namespace causeway::bridges::ble {

/// Devices that bluetoothd is to forget, with their bonds. It disconnects them first, which takes
/// it two seconds, answers by success whatever is asked of them meanwhile, and then forgets that,
/// too (remove_device in src/adapter.c of 5.66). Lives on the radio's thread, as a part of a
/// BluezPeripherals.
class BluezRemovals
{
public:
    /// `onKept` comes later, of a device that bluetoothd does not forget. The scheduler outlives
    /// this.
    BluezRemovals(base::Scheduler& scheduler,
                  std::function<void(const std::string& device)> onKept);
    ~BluezRemovals();
    BluezRemovals(const BluezRemovals&) = delete;
    BluezRemovals& operator=(const BluezRemovals&) = delete;

    /// Object paths; the connection outlives what is under way.
    void
    begin(sdbus::IConnection& connection, const std::string& adapter, const std::string& device);
    [[nodiscard]] bool isUnderWay(const std::string& device) const;

    [[nodiscard]] bool areUnderWay() const { return !underWay_.empty(); }

    /// The device is gone, or bluetoothd is. False: it was not to be forgotten.
    bool end(const std::string& device);

private:
    class Request;

    base::Scheduler& scheduler_;
    std::function<void(const std::string& device)> onKept_;
    std::map<std::string, std::unique_ptr<Request>> underWay_; ///< by the device's object path
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
