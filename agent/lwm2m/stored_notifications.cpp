// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/stored_notifications.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace causeway::lwm2m {

using model::Path;

void StoredNotifications::keep(const ObservedTarget& target,
                               std::vector<Record> records,
                               base::WallTime at,
                               std::optional<std::uint32_t> most)
{
    for (Record& record : records)
        record.takenAt = at;
    const auto isOfTarget = [&](const Batch& batch) {
        return batch.target == target;
    };
    auto count = std::ranges::count_if(batches_, isOfTarget);
    for (; most && count > 0 && count >= std::ptrdiff_t{*most}; --count)
        batches_.erase(std::ranges::find_if(batches_, isOfTarget));
    if (most == 0U)
        return;
    batches_.push_back({target, std::move(records)});
    dropBeyondBound();
}

void StoredNotifications::limit(const ObservedTarget& target, const Path& part, std::uint32_t most)
{
    const auto isOfPart = [&](const Record& record) {
        return part.contains(record.path);
    };
    std::uint32_t count = 0;
    for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch) {
        if (batch->target != target || std::ranges::none_of(batch->records, isOfPart))
            continue;
        if (++count > most)
            std::erase_if(batch->records, isOfPart);
    }
    std::erase_if(batches_, [](const Batch& batch) { return batch.records.empty(); });
}

bool StoredNotifications::has(const ObservedTarget& target) const
{
    return std::ranges::find(batches_, target, &Batch::target) != batches_.end();
}

std::vector<StoredNotifications::Batch>
StoredNotifications::takeOldest(const ObservedTarget& target)
{
    std::vector<Batch> taken;
    const auto oldest = std::ranges::find(batches_, target, &Batch::target);
    if (oldest == batches_.end())
        return taken;
    taken.push_back(std::move(*oldest));
    batches_.erase(oldest);
    return taken;
}

std::vector<StoredNotifications::Batch> StoredNotifications::takeAll(const ObservedTarget& target)
{
    const auto first = std::stable_partition(
        batches_.begin(), batches_.end(), [&](const Batch& b) { return b.target != target; });
    std::vector<Batch> taken{std::make_move_iterator(first),
                             std::make_move_iterator(batches_.end())};
    batches_.erase(first, batches_.end());
    return taken;
}

void StoredNotifications::putBack(std::vector<Batch> batches)
{
    batches_.insert(batches_.begin(),
                    std::make_move_iterator(batches.begin()),
                    std::make_move_iterator(batches.end()));
    dropBeyondBound();
}

void StoredNotifications::dropBeyondBound()
{
    auto values = std::transform_reduce(
        batches_.begin(), batches_.end(), std::size_t{0}, std::plus<>(), [](const Batch& batch) {
            return batch.records.size();
        });
    while (values > mostValues && batches_.size() > 1) {
        values -= batches_.front().records.size();
        batches_.erase(batches_.begin());
    }
}

} // namespace causeway::lwm2m
