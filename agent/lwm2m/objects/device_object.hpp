// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/api/inventory.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

/// What the Device Object tells of the legacy device; empty texts are not instantiated.
struct DeviceIdentity
{
    std::string manufacturer;
    std::string modelNumber;
    std::string serialNumber;
    std::string firmwareVersion;
    std::string deviceType;
    std::string hardwareVersion;
    std::string softwareVersion;
};

/// Object 3, always one instance (LwM2M Core appendix E.4). Its clock is the gateway's, shifted by
/// what a server writes to /3/0/13. The owner calls onValuesChanged() after a change of errors.
class DeviceObject final : public SingleObject
{
public:
    /// /3/0/11 of a device that its bridge cannot reach.
    static constexpr std::uint8_t peripheralMalfunction = 8;
    static constexpr std::uint8_t outOfMemory = 5;

    /// `onReboot` runs after the answer to Execute /3/0/4, never from inside it.
    DeviceObject(const model::ObjectDefinition& definition,
                 DeviceIdentity identity,
                 base::Scheduler& scheduler,
                 base::UniqueFunction<void()> onReboot);

    /// With this there is a /3/0/5; `onFactoryReset` runs like `onReboot`.
    void allowFactoryReset(base::UniqueFunction<void()> onFactoryReset)
    {
        onFactoryReset_ = std::move(onFactoryReset);
    }

    /// Instead of `onReboot`: who answers Execute /3/0/4 itself.
    void setReboot(base::UniqueFunction<void(Done)> reboot) { reboot_ = std::move(reboot); }

    /// What /3/0/14 and 15 are until a server sets them. True when what they show is changed.
    bool setZone(std::string utcOffset, std::string timezone);

    /// /3/0/16 as LwM2M 1.1 and later have it (ServerView knows the words of 1.0); "U" without.
    void tellBindings(std::string bindings) { bindings_ = std::move(bindings); }

    using Keep = base::UniqueFunction<void(const api::ClientState&)>;

    /// Takes the clock up as servers have set it (/3/0/13 to 15); `keep` hears of each change.
    void keepClock(const api::ClientState& kept, Keep keep);

    /// What the device itself tells of who it is.
    void setIdentity(DeviceIdentity identity) { identity_ = std::move(identity); }

    /// By path: a Resource is there as soon as its device has told it, whatever became of it since.
    using Measured = std::map<model::Path, base::Expected<model::Sample>>;

    /// Power sources, battery and the like. What this Object keeps itself stays its own.
    void setMeasured(Measured measured) { measured_ = std::move(measured); }

    void measure(const model::Path& path, base::Expected<model::Sample> value)
    {
        measured_.insert_or_assign(path, std::move(value));
    }

    [[nodiscard]] const Measured& measured() const { return measured_; }

    /// True when /3/0/11 has changed: the errors present, or a single 0.
    bool setError(std::uint8_t code);
    bool clearError(std::uint8_t code);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

    [[nodiscard]] std::optional<ObjectContent> bootstrapContent() const override;
    [[nodiscard]] base::Expected<api::ClientState>
    stateWith(const ObjectContent& content) const override;

private:
    struct Clock
    {
        std::chrono::seconds offset{};        ///< to the gateway's clock
        std::optional<std::string> utcOffset; ///< as a server has set it
        std::optional<std::string> timezone;
    };

    void take(Clock& clock, const model::Path& path, const model::Value& value) const;
    [[nodiscard]] static base::Expected<void> check(const Clock& clock);
    [[nodiscard]] static api::ClientState stateOf(const Clock& clock);
    [[nodiscard]] const std::string* text(model::Id resource) const;
    [[nodiscard]] std::vector<model::Id> measuredInstances(model::Id resource) const;
    [[nodiscard]] std::chrono::seconds gatewayTime() const;

    DeviceIdentity identity_;
    Measured measured_;
    std::string bindings_ = "U";
    base::UniqueFunction<void()> onReboot_;
    base::UniqueFunction<void()> onFactoryReset_; ///< empty: it cannot be reset
    base::UniqueFunction<void(Done)> reboot_;     ///< empty: onReboot_
    Clock clock_;
    std::string utcOffset_ = "+00:00";
    std::string timezone_ = "Etc/UTC";
    Keep keep_;
    std::vector<std::uint8_t> errors_; ///< in the order they came; empty shows as a single 0
};

} // namespace causeway::lwm2m
