// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/stored_notifications.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>

namespace causeway::lwm2m {

using model::Path;

namespace {

std::size_t octetsOf(const Record& record)
{
    std::size_t octets = sizeof(Record);
    if (!record.value)
        return octets;
    if (const auto* text = std::get_if<std::string>(&*record.value))
        octets += text->size();
    else if (const auto* bytes = std::get_if<base::Bytes>(&*record.value))
        octets += bytes->size();
    else if (const auto* link = std::get_if<model::CoreLink>(&*record.value))
        octets += link->text.size();
    return octets;
}

std::size_t octetsOf(const StoredNotifications::Batch& batch)
{
    std::size_t octets = sizeof(batch) + batch.target.parts.size() * sizeof(Path);
    for (const Record& record : batch.records)
        octets += octetsOf(record);
    return octets;
}

} // namespace

HistoryBudget& HistoryBudget::ofProcess()
{
    static HistoryBudget budget;
    return budget;
}

void StoredNotifications::keep(const ObservedTarget& target,
                               std::vector<Record> records,
                               base::WallTime at,
                               std::optional<std::uint64_t> most)
{
    const std::uint64_t room = most.value_or(mostSamples);
    for (Record& record : records)
        record.takenAt = record.takenAt.value_or(at);
    const auto isOfTarget = [&](const Batch& batch) {
        return batch.target == target;
    };
    auto there = static_cast<std::uint64_t>(std::ranges::count_if(batches_, isOfTarget));
    for (; there > 0 && there >= room; --there)
        batches_.erase(std::ranges::find_if(batches_, isOfTarget));
    if (room > 0)
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
    recount();
}

bool StoredNotifications::has(const ObservedTarget& target) const
{
    return std::ranges::find(batches_, target, &Batch::target) != batches_.end();
}

std::vector<StoredNotifications::Batch>
StoredNotifications::takeOldest(const ObservedTarget& target, std::size_t mostValues)
{
    std::vector<Batch> taken;
    std::size_t values = 0;
    auto next = std::ranges::find(batches_, target, &Batch::target);
    while (next != batches_.end()) {
        values += std::max<std::size_t>(next->records.size(), 1);
        if (!taken.empty() && values > mostValues)
            break;
        taken.push_back(std::move(*next));
        const auto after = batches_.erase(next); // by itself: the end is another one then
        next = std::find_if(
            after, batches_.end(), [&](const Batch& batch) { return batch.target == target; });
    }
    recount();
    return taken;
}

void StoredNotifications::putBack(std::vector<Batch> batches)
{
    batches_.insert(batches_.begin(),
                    std::make_move_iterator(batches.begin()),
                    std::make_move_iterator(batches.end()));
    dropBeyondBound();
}

void StoredNotifications::dropAllBut(std::span<const ObservedTarget> targets)
{
    std::erase_if(batches_, [&](const Batch& batch) {
        return std::ranges::find(targets, batch.target) == targets.end();
    });
    recount();
}

void StoredNotifications::clear()
{
    batches_ = {};
    recount();
}

void StoredNotifications::dropBeyondBound()
{
    recount();
    const std::size_t others = budget_.used - octets_;
    const auto isTooMuch = [&](std::size_t octets) {
        return octets > mostOctets || (octets > assuredOctets && others + octets > budget_.most);
    };
    auto octets = octets_;
    auto first = batches_.begin();
    for (; isTooMuch(octets) && std::distance(first, batches_.end()) > 1; ++first)
        octets -= octetsOf(*first);
    batches_.erase(batches_.begin(), first);
    recount();
}

void StoredNotifications::recount()
{
    budget_.used -= octets_;
    octets_ = std::transform_reduce(
        batches_.begin(), batches_.end(), std::size_t{0}, std::plus<>(), [](const Batch& batch) {
            return octetsOf(batch);
        });
    budget_.used += octets_;
}

} // namespace causeway::lwm2m
