// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/missing_values.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

/// What the field half tells the device it belongs to.
class FieldListener
{
public:
    virtual ~FieldListener() = default;
    virtual void onSamples(const std::vector<model::Sample>& samples) = 0;
    /// These have no value any more.
    virtual void onMissing(const std::vector<model::Path>& paths) = 0;
    virtual void onFieldChanged() = 0;
};

/// The field half of one device: its bridge, the newest Sample of each Resource, and whether the
/// device answers. Main thread. The mapping, scheduler and listener outlive it.
class FieldSide final : public api::BridgeListener, public api::MissingListener
{
public:
    FieldSide(const std::vector<api::MappedResource>& mapping,
              base::Scheduler& scheduler,
              FieldListener& listener);
    ~FieldSide() override;
    FieldSide(const FieldSide&) = delete;
    FieldSide& operator=(const FieldSide&) = delete;

    /// Starts the new bridge; without one, `reason` says why the device cannot be asked.
    void setBridge(std::unique_ptr<api::Bridge> bridge, const std::string& reason);

    [[nodiscard]] const std::vector<api::MappedResource>& mapping() const { return mapping_; }

    [[nodiscard]] const api::MappedResource* find(const model::Path& path) const;

    /// Nothing is known before the first Sample or the first failure.
    [[nodiscard]] std::optional<bool> isAvailable() const { return isAvailable_; }

    /// Whether the newest change was the device's own, and one: where its line went or came back,
    /// one sentence about the line is enough for all devices on it.
    [[nodiscard]] bool hasOwnNews() const { return hasOwnNews_; }

    /// Why not, in one sentence; stays after recovery.
    [[nodiscard]] const std::string& lastError() const { return lastError_; }

    [[nodiscard]] std::optional<base::WallTime> lastErrorAt() const { return lastErrorAt_; }

    /// A constant, or the newest Sample while the device answers. A value of a device that is gone,
    /// or that says that it has none now, is never given as a fresh one: an Error tells that.
    [[nodiscard]] base::Expected<model::Sample> value(const model::Path& path) const;
    /// The newest Sample whatever became of the device since.
    [[nodiscard]] const model::Sample* newest(const model::Path& path) const;

    /// Whether the device has no value, says what cannot be one, or does not say it any more.
    [[nodiscard]] bool isMissing(const model::Path& path) const { return missing_.contains(path); }

    /// Whether there was a value, and nobody could read it again since the bridge lost patience.
    [[nodiscard]] bool isStale(const model::Path& path) const;

    /// Asks the device.
    void read(const model::Path& path, api::Bridge::SampleDone done);
    /// Whether the profile allows it; nothing is sent.
    [[nodiscard]] base::Expected<void> check(const model::Path& path,
                                             const model::Value& value) const;
    /// After the device confirmed, a readable Resource is read again, so that what is reported next
    /// is what the device says and not what it was told.
    void write(const model::Path& path, const model::Value& value, api::Bridge::Done done);
    void execute(const model::Path& path, const std::string& arguments, api::Bridge::Done done);

    [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;

private:
    void onSamples(std::vector<model::Sample> samples) override;
    void onMissing(const std::vector<api::MissingValue>& missing) override;
    void onAvailability(bool isAvailable, const std::string& reason) override;
    void onLineDown(const std::string& reason) override;
    void onStillGone(const std::string& reason) override;
    void forgetWhatWasBefore();
    void readBack(const model::Path& path, const model::Value& written, api::Bridge::Done done);
    [[nodiscard]] base::Error unreachable() const;

    const std::vector<api::MappedResource>& mapping_;
    base::Scheduler& scheduler_;
    FieldListener& listener_;
    std::unique_ptr<api::Bridge> bridge_;
    std::map<model::Path, model::Sample> newest_;
    std::map<model::Path, api::MissingValue> missing_;
    std::optional<bool> isAvailable_;
    std::optional<bool> ownAvailability_; ///< the newest that was the device's own
    bool hasOwnNews_ = true;
    bool isLineDown_ = false;
    bool isStillGone_ = false;
    std::string lastError_;
    std::optional<base::WallTime> lastErrorAt_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
