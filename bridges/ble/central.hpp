// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/api/bridge.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "bridges/ble/radio_side.hpp"

namespace causeway::bridges::ble {

/// The gateway as a Bluetooth central: a thread of its own with all its devices on it, and the
/// factory of the bridges that use them. Everything here is called on the main thread; only values
/// cross. Outlives its bridges.
class Central
{
public:
    /// An empty address means the system bus.
    Central(base::Scheduler& main, std::string busAddress);
    ~Central();
    Central(const Central&) = delete;
    Central& operator=(const Central&) = delete;

    /// InvalidArgument for what is no address, AlreadyExists when another device has it. It is free
    /// again when the bridge goes.
    /// `pollPeriod` is the operator's, for a device that is connected.
    [[nodiscard]] base::Expected<std::unique_ptr<api::Bridge>>
    createBridge(std::shared_ptr<const DeviceProfile> profile,
                 const std::string& device,
                 const std::string& address,
                 std::optional<std::chrono::milliseconds> pollPeriod = {});

    /// The key that the device encrypts with, or its passkey; nothing when the device has no bridge
    /// now.
    void setKey(const std::string& device, base::Secret key);
    /// Of a device that is detached, once bluetoothd is there, if that is before this goes.
    void removeBond(const std::string& address);

    /// Everything that is heard within so long; Unreachable when nobody could listen. `done` comes
    /// on the main thread unless this goes first.
    void scan(base::Duration duration, ScanDone done);

    /// How devices are being listened for; when nobody does although there are some, `reason` says
    /// why.
    struct State
    {
        Listening listening = Listening::Not;
        std::string reason;
    };

    [[nodiscard]] const State& state() const { return state_; }

    /// The radio thread's door, for a watchdog's pings.
    [[nodiscard]] base::Scheduler& scheduler() { return loop_; }

private:
    base::Scheduler& main_;
    std::map<std::string, std::string> devices_;   ///< by address
    std::map<std::string, std::uint64_t> sensors_; ///< by device
    State state_;
    base::EventLoop loop_;
    base::Lifetime lifetime_;         ///< of which side_ has the token
    std::unique_ptr<RadioSide> side_; ///< lives and dies on the radio's thread
    std::uint64_t nextSensor_ = 1;
    std::thread thread_;
};

} // namespace causeway::bridges::ble
