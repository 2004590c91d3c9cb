// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/observed_target.hpp"

namespace causeway::lwm2m {

/// What the histories of all devices take together. One device may keep much, and ten thousand may
/// not take the memory of the gateway while its uplink is down. Main thread.
struct HistoryBudget
{
    std::size_t most = std::size_t{64} << 20U; ///< octets; the unit may take 1 GiB (MemoryMax)
    std::size_t used = 0;

    static HistoryBudget& ofProcess();
};

/// What would have been told while the server could not be (/1/x/6), oldest first. Bounded: the
/// oldest go when there are too many.
class StoredNotifications
{
public:
    /// Samples of one observation that has no hqmax: a day of a Resource every quarter of an hour.
    static constexpr std::uint32_t mostSamples = 128;

    /// For one server: that many samples of an instance with forty values, as energy meters are.
    static constexpr std::size_t mostOctets = std::size_t{512} << 10U;

    /// What each server has when the budget is used up: 128 single values. With ten thousand
    /// devices that is 160 MB.
    static constexpr std::size_t assuredOctets = std::size_t{16} << 10U;

    struct Batch
    {
        ObservedTarget target;
        std::vector<Record> records; ///< each with its time
    };

    /// `budget` outlives it.
    explicit StoredNotifications(HistoryBudget& budget = HistoryBudget::ofProcess())
        : budget_(budget)
    {}

    ~StoredNotifications() { clear(); }

    StoredNotifications(const StoredNotifications&) = delete;
    StoredNotifications& operator=(const StoredNotifications&) = delete;

    /// `most` bounds the batches of this target (hqmax). A value of unknown time
    /// has been taken `at` this one.
    void keep(const ObservedTarget& target,
              std::vector<Record> records,
              base::WallTime at,
              std::optional<std::uint64_t> most);

    /// Of a part of this target, a composite, the newest `most` stay.
    void limit(const ObservedTarget& target, const model::Path& part, std::uint32_t most);

    [[nodiscard]] bool has(const ObservedTarget& target) const;

    /// Takes the oldest of this target: at least one batch, and more up to `mostValues` values.
    [[nodiscard]] std::vector<Batch> takeOldest(const ObservedTarget& target,
                                                std::size_t mostValues);

    /// Nobody got them after all.
    void putBack(std::vector<Batch> batches);

    void dropAllBut(std::span<const ObservedTarget> targets);
    void clear();

private:
    void dropBeyondBound();
    void recount();

    HistoryBudget& budget_;
    std::vector<Batch> batches_; ///< oldest first; takes no memory while there are none
    std::size_t octets_ = 0;     ///< of batches_, counted in the budget
};

} // namespace causeway::lwm2m
