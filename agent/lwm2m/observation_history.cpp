// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/lwm2m/observations.hpp"

/// The part of Observations that keeps what cannot be told now, and tells it later.
namespace causeway::lwm2m {

using api::Delivery;
using model::NotificationAttributes;
using model::Path;

// Offline: what would be told now is kept, with its time. With hqmax somewhere, only what has one
// is kept (LwM2M 1.2 Core §5.1.2); of the rest the server learns the newest value on return.
void Observations::store(Entry& entry, const NotificationAttributes& attributes, Newest newest)
{
    entry.eventAt.reset();
    entry.toldAt = scheduler_.now();
    if (!newest)
        newest = read(entry);
    if (!newest)
        return;
    if (isHistoryLimited() && entry.asked.target.isComposite()) {
        storeParts(entry, *std::move(newest));
        return;
    }
    if (isHistoryLimited() && attributes.hqmax.value_or(0) == 0)
        return;
    entry.asked.told = *newest;
    stored_.keep(entry.asked.target, *std::move(newest), scheduler_.wallNow(), attributes.hqmax);
}

// Of a composite each part has a history of its own length, or none.
void Observations::storeParts(Entry& entry, std::vector<Record> records)
{
    Asked& asked = entry.asked;
    const auto lengthOf = [&](const Path& part) {
        return attributesAt(asked, part).hqmax.value_or(0);
    };
    const auto isKept = [&](const Record& record) {
        return std::ranges::any_of(asked.target.parts, [&](const Path& part) {
            return part.contains(record.path) && lengthOf(part) > 0;
        });
    };
    // What another part's change brings along again would push out what did change.
    std::erase_if(records, [&](const Record& record) {
        return !isKept(record) || std::ranges::find(asked.told, record) != asked.told.end();
    });
    if (records.empty())
        return;
    std::erase_if(asked.told, [&](const Record& record) {
        return std::ranges::find(records, record.path, &Record::path) != records.end();
    });
    asked.told.insert(asked.told.end(), records.begin(), records.end());
    std::ranges::sort(asked.told, {}, &Record::path);
    stored_.keep(asked.target, std::move(records), scheduler_.wallNow(), std::nullopt);
    for (const Path& part : asked.target.parts) {
        if (const auto length = lengthOf(part); length > 0)
            stored_.limit(asked.target, part, length);
    }
}

bool Observations::isHistoryLimited() const
{
    return std::ranges::any_of(attributes_.entries(),
                               [](const AttachedAttributes::Entry& entry) {
                                   return entry.second.hqmax.has_value();
                               }) ||
           std::ranges::any_of(entries_, [](const Entry& entry) {
               return entry.asked.own && entry.asked.own->hqmax;
           });
}

// SenML carries all that is kept in one message; other formats have no place for times.
void Observations::sendStored(Entry& entry, const NotificationAttributes& attributes)
{
    const auto& [token, target, format, own, told] = entry.asked;
    const bool isConfirmable = wantsConfirmable(entry, attributes);
    while (stored_.has(target) && canTell() && !(isConfirmable && isConfirmableUnderWay_)) {
        const bool hasTimes = format == senmlJsonFormat || format == senmlCborFormat;
        auto batches = hasTimes ? stored_.takeAll(target) : stored_.takeOldest(target);
        std::vector<Record> records;
        for (const auto& batch : batches)
            records.insert(records.end(), batch.records.begin(), batch.records.end());
        std::ranges::stable_sort(records, {}, &Record::path);
        std::erase_if(records, [](const Record& record) { return !record.value; });
        if (auto payload = encode(format, target.path, records, definitions_))
            notify(entry, *std::move(payload), isConfirmable, std::move(batches));
    }
}

} // namespace causeway::lwm2m
