// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/connection_slots.hpp"
#include "bridges/ble/gatt_session.hpp"
#include "bridges/ble/sensor.hpp"

namespace causeway::bridges::ble {

/// The field half of one device that is connected: waits for a slot, connects, has a GattSession as
/// long as the connection lasts, and begins anew when it is lost, the later the oftener it failed.
/// Lives on the radio's thread.
class Peripheral final : private GattSession::Listener
{
public:
    /// What it works with; all of it outlives it.
    struct Site
    {
        base::Scheduler& scheduler;
        GattRadio& radio;
        ConnectionSlots& slots;
        std::uint64_t number; ///< its own among those who want slots
    };

    /// What device it is.
    struct Settings
    {
        std::string address;
        std::shared_ptr<const DeviceProfile> profile;        ///< with a GattFormat
        std::optional<std::chrono::milliseconds> pollPeriod; ///< instead of the profile's
    };

    Peripheral(const Site& site, Settings settings, Sensor::Report report);
    ~Peripheral() override;
    Peripheral(const Peripheral&) = delete;
    Peripheral& operator=(const Peripheral&) = delete;

    /// Reports from now on. `radioReason` says why nobody listens; empty when somebody does.
    void start(const std::string& radioReason);
    void onRadio(const std::string& reason);
    /// It advertises: it can be connected now.
    void onHeard(std::optional<std::int16_t> rssi);
    /// GattRadio::peripheral() says something else of it than before.
    void onChanged();
    void onValueNotification(const std::string& handle, base::ByteView octets);

    void onNotificationsEnded(const std::string& handle)
    {
        if (session_)
            session_->onNotificationsEnded(handle);
    }

    /// Of its characteristics; it may come again under another handle.
    void onCharacteristicGone(const std::string& handle)
    {
        if (session_)
            session_->onCharacteristicGone(handle);
    }

    /// While it is bonded: it has a passkey, which a person has to read from it.
    void onPasskeyWanted();
    /// For when it is wanted; nothing forgets it. Begins anew where the lack of one was the fault.
    void setPasskey(std::optional<std::uint32_t> passkey);

    /// `done` comes once, here, also when this goes first (Cancelled).
    void read(const model::Path& path, GattSession::ReadDone done);
    void write(const model::Path& path, const model::Value& value, GattSession::WriteDone done);

    [[nodiscard]] const std::string& address() const { return settings_.address; }

private:
    enum class Stage : std::uint8_t {
        Idle,       ///< not started, or nobody has heard it
        Waiting,    ///< for a slot
        Connecting, ///< until its services are known
        Bonding,    ///< then, when it or its profile wants that
        Connected,
        Closing, ///< until bluetoothd says that the connection is closed
        Resting, ///< after a failure, or to let others have the slot
    };

    void onPrepared() override;
    void onValues(News news) override;
    void onUseless(const std::string& reason) override;
    void onFailed(const base::Error& error) override;

    void want();
    void connect();
    void prepare();
    void bond();
    void onBonded(const base::Expected<void>& bonded);
    void givePasskey();
    void beginAnew();
    void beginSession();
    void onTimeLimit();
    void yieldSlot();
    [[nodiscard]] base::Error away();
    void lose(const base::Error& error);
    void close(base::Duration rest);
    void rest();
    void letGo();
    [[nodiscard]] base::Duration pauseAfter(const base::Error& error) const;
    [[nodiscard]] const std::string& why() const;
    void miss(const std::string& reason);
    void onSilence();
    void becomeAvailable();
    void becomeUnavailable(const std::string& reason);
    void flushSoon();
    void flush();

    Site site_;
    Settings settings_;
    GattFormat format_; ///< the profile's, with the operator's poll period
    Sensor::Report report_;
    std::vector<ReadingPlan> plans_;
    Stage stage_ = Stage::Idle;
    std::string adapter_; ///< whose slot it has or waits for
    bool isStarted_ = false;
    std::optional<bool> isAvailable_;
    std::string toldReason_;
    std::string radioReason_;
    std::string missReason_; ///< why it is away, while that is not yet told
    std::optional<std::int16_t> rssi_;
    std::optional<base::TimePoint> heardAt_; ///< also by its connection or an attempt at one
    base::TimePoint connectedAt_{};
    bool isSilent_ = false;  ///< it was connected and told nothing, and has not since
    bool isLent_ = false;    ///< it rests because others wanted its slot
    bool isRefused_ = false; ///< the last failure is one that a person has to mend
    bool wantsBond_ = false; ///< it has said so
    std::optional<std::uint32_t> passkey_;
    bool isPasskeyWanted_ = false;
    std::uint32_t failures_ = 0; ///< in a row
    std::uint64_t attempt_ = 0;  ///< an answer to another is one that came too late
    SensorReport pending_;
    std::map<std::string, std::uint64_t> counters_;
    std::optional<base::TimePoint> flushedAt_;
    base::Duration rest_{}; ///< after the connection that is being closed
    base::Timer limit_;     ///< of the attempt, the closing, or the rest
    base::Timer absence_;
    base::Timer yield_;
    base::Timer flush_;
    std::unique_ptr<GattSession> session_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
