// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"
#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/events.hpp"
#include "bridges/ble/frame_decoder.hpp"
#include "bridges/ble/news.hpp"
#include "bridges/ble/rhythm.hpp"
#include "bridges/device_profile.hpp"

namespace causeway::bridges::ble {

/// What a Sensor tells the main thread.
struct SensorReport : News
{
    struct Availability
    {
        bool isAvailable = false;
        std::string reason; ///< a sentence when it is not
    };

    std::optional<Availability> availability;
    /// Empty: told before, or soon.
    std::map<std::string, std::uint64_t> counters;
};

/// The field half of one device that is heard and never spoken to: takes the frames its profile
/// describes, each measurement once, and knows whether it is there. Lives on the radio's thread.
class Sensor
{
public:
    using Report = std::function<void(SensorReport)>;

    /// The profile is immutable and shared with the main thread.
    Sensor(base::Scheduler& scheduler,
           std::string address,
           std::shared_ptr<const DeviceProfile> profile,
           Report report);
    ~Sensor() = default;
    Sensor(const Sensor&) = delete;
    Sensor& operator=(const Sensor&) = delete;

    /// Reports from now on. `radioReason` says why nobody listens; empty when somebody does.
    void start(const std::string& radioReason);
    /// Empty: the device has none. What was heard with another key is forgotten.
    void setKey(base::Secret key);
    void onAdvertisement(const Advertisement& advertisement);
    void onRadio(const std::string& reason);

    [[nodiscard]] const std::string& address() const { return address_; }

    [[nodiscard]] const std::shared_ptr<const DeviceProfile>& profile() const { return profile_; }

private:
    void takePayload(const Advertisement& advertisement, base::ByteView payload);
    [[nodiscard]] bool isReplay(const PlainPayload& plain) const;
    [[nodiscard]] bool isRepetition(const Frame& frame, const PlainPayload& plain) const;
    [[nodiscard]] bool isBurst(const Frame& frame, const PlainPayload& plain) const;
    void takeFrame(const Frame& frame, const Advertisement& advertisement);
    void onEventOver(std::size_t source, model::Value rest);
    void hear(bool isTriggered);
    void complain(const std::string& sentence);
    void onSilence();
    [[nodiscard]] std::string missReason() const;
    void becomeUnavailable(const std::string& reason);
    void flush();
    void flushAll();
    void armFlush();

    base::Scheduler& scheduler_;
    std::string address_;
    std::shared_ptr<const DeviceProfile> profile_;
    Report report_;
    std::vector<Source> sources_;
    std::vector<model::Path> paths_; ///< of the sources, in the same order
    base::Secret key_;
    bool isStarted_ = false;
    bool wasHeard_ = false;
    std::optional<bool> isAvailable_;
    std::string toldReason_;
    std::string radioReason_;
    std::string complaint_; ///< about the last frame; empty when it was good
    std::optional<std::uint32_t> sealCounter_;
    std::optional<base::Bytes> counter_;
    base::Bytes lastPayload_;
    base::TimePoint lastTaken_{};
    base::TimePoint lastHeard_{};
    Events events_;
    Rhythm rhythm_;
    SensorReport pending_;
    std::map<std::string, std::uint64_t> counters_;
    base::Timer silence_;
    base::Timer flush_;
};

} // namespace causeway::bridges::ble
