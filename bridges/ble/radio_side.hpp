// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "bridges/ble/bluez.hpp"
#include "bridges/ble/sensor.hpp"

namespace causeway::bridges::ble {

/// What was heard in a scan, by address; or why nothing could be.
using ScanDone = base::UniqueFunction<void(base::Expected<std::vector<Advertisement>>)>;

/// All Sensors and what they hear by; everything here runs on the radio's thread. The main thread
/// speaks to it by posted tasks and knows its sensors by number. bluetoothd is bothered only while
/// there is a sensor or a scan.
class RadioSide final : public RadioListener
{
public:
    /// An empty address means the system bus.
    RadioSide(base::EventLoop& loop, std::string busAddress);
    ~RadioSide() override;
    RadioSide(const RadioSide&) = delete;
    RadioSide& operator=(const RadioSide&) = delete;

    void addSensor(std::uint64_t id,
                   std::string address,
                   std::shared_ptr<const DeviceProfile> profile,
                   Sensor::Report report);
    void startSensor(std::uint64_t id);
    void removeSensor(std::uint64_t id);
    void setKey(std::uint64_t id, base::Secret key);

    /// `done` is called here; never when this goes first.
    void scan(base::Duration duration, ScanDone done);

private:
    struct Scan
    {
        base::TimePoint until;
        ScanDone done;
    };

    void onAdvertisement(const Advertisement& advertisement) override;
    void onRadio(bool isListening, const std::string& reason) override;
    void remember(const Advertisement& advertisement);
    void endScans();
    void listenOrRest();

    base::EventLoop& loop_;
    std::string busAddress_;
    std::string reason_; ///< why nobody listens
    std::map<std::uint64_t, std::unique_ptr<Sensor>> sensors_;
    std::multimap<std::string, Sensor*, std::less<>> byAddress_;
    std::vector<Scan> scans_;
    std::map<std::string, Advertisement> heard_; ///< while there is a scan
    base::Timer scanTimer_;
    std::unique_ptr<Bluez> bluez_;
};

} // namespace causeway::bridges::ble
