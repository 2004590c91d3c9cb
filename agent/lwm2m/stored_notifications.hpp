// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/observed_target.hpp"

namespace causeway::lwm2m {

/// What would have been told while the server could not be (/1/x/6), oldest first. Bounded: the
/// oldest go when there are too many.
class StoredNotifications
{
public:
    /// Values for one server. A day of one Resource every quarter of an hour fits; more would cost
    /// a gateway with ten thousand devices hundreds of megabytes while its uplink is down.
    static constexpr std::size_t mostValues = 128;

    struct Batch
    {
        ObservedTarget target;
        std::vector<Record> records; ///< each with its time
    };

    /// `most` bounds the batches of this target (hqmax).
    void keep(const ObservedTarget& target,
              std::vector<Record> records,
              base::WallTime at,
              std::optional<std::uint32_t> most);

    /// Of a part of this target, a composite, the newest `most` stay.
    void limit(const ObservedTarget& target, const model::Path& part, std::uint32_t most);

    [[nodiscard]] bool has(const ObservedTarget& target) const;

    /// Takes the oldest of this target, or all of them.
    [[nodiscard]] std::vector<Batch> takeOldest(const ObservedTarget& target);
    [[nodiscard]] std::vector<Batch> takeAll(const ObservedTarget& target);

    /// Nobody got them after all.
    void putBack(std::vector<Batch> batches);

    void clear() { batches_.clear(); }

private:
    void dropBeyondBound();

    std::vector<Batch> batches_; ///< oldest first; takes no memory while there are none
};

} // namespace causeway::lwm2m
