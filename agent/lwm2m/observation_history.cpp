// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/lwm2m/observations.hpp"

/// The part of Observations that keeps what cannot be told now, and tells it later.
namespace causeway::lwm2m {

using api::Delivery;
using api::Token;
using model::NotificationAttributes;
using model::Path;

namespace {

// As SenML JSON some 5 KB, below the 8 KB that Leshan takes of one body.
constexpr std::size_t mostStoredInOneMessage = 128;

// When the session has no room for one more, or is about to end.
constexpr std::chrono::seconds historyPause{1};

bool isSameValue(const Record& one, const Record& other)
{
    return one.path == other.path && one.value == other.value;
}

// What did not change beside what did is in several batches, with the same time: once is enough.
std::vector<Record> merged(std::span<const StoredNotifications::Batch> batches)
{
    std::vector<Record> records;
    for (const auto& batch : batches)
        std::ranges::copy_if(batch.records, std::back_inserter(records), [](const Record& record) {
            return record.value.has_value();
        });
    std::ranges::stable_sort(records, {}, &Record::path);
    records.erase(std::unique(records.begin(), records.end()), records.end());
    return records;
}

} // namespace

// Offline: what would be told now is kept, with the times at which it was taken. With hqmax
// somewhere, only what has one is kept (LwM2M 1.2 Core §5.1.2); of the rest the server learns the
// newest value on return.
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
        return !isKept(record) || std::ranges::any_of(asked.told, [&](const Record& known) {
            return isSameValue(known, record);
        });
    });
    if (records.empty())
        return;
    std::erase_if(asked.told, [&](const Record& record) {
        return std::ranges::find(records, record.path, &Record::path) != records.end();
    });
    asked.told.insert(asked.told.end(), records.begin(), records.end());
    std::ranges::sort(asked.told, {}, &Record::path);
    std::uint64_t together = 0;
    for (const Path& part : asked.target.parts)
        together += lengthOf(part);
    stored_.keep(asked.target, std::move(records), scheduler_.wallNow(), together);
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

// SenML has a place for times, so many samples go in one message; in other formats each goes by
// itself. One after the other, and confirmable whatever else is: nobody can ask again for what a
// lost datagram held.
void Observations::sendStored(Entry& entry)
{
    const auto& [token, target, format, own, told] = entry.asked;
    while (stored_.has(target) && !isConfirmableUnderWay_ && historyAt_ <= scheduler_.now() &&
           canTell()) {
        const bool hasTimes = format == senmlJsonFormat || format == senmlCborFormat;
        auto batches = stored_.takeOldest(target, hasTimes ? mostStoredInOneMessage : 1);
        auto payload = encode(format, target.path, merged(batches), definitions_);
        if (!payload)
            continue;
        historyUnderWay_ = {token, std::move(batches)};
        notify(entry, *std::move(payload), true);
    }
}

// The newest value comes after all that is older.
bool Observations::waitsForHistory(const Entry& entry) const
{
    return (historyUnderWay_ && historyUnderWay_->token == entry.asked.token) ||
           stored_.has(entry.asked.target);
}

void Observations::keepUndelivered()
{
    if (historyUnderWay_)
        stored_.putBack(std::exchange(historyUnderWay_, std::nullopt)->batches);
}

void Observations::dropUnobserved()
{
    std::vector<ObservedTarget> observed;
    for (const Entry& entry : entries_)
        observed.push_back(entry.asked.target);
    stored_.dropAllBut(observed);
}

// Whether the notification that has ended like this was one of what had been stored.
bool Observations::endHistory(const Token& token, Delivery delivery)
{
    if (!historyUnderWay_ || historyUnderWay_->token != token)
        return false;
    if (delivery == Delivery::Acknowledged) {
        historyUnderWay_.reset();
        return true;
    }
    keepUndelivered();
    if (delivery == Delivery::TimedOut) // or there was no room for it
        historyAt_ = scheduler_.now() + historyPause;
    return true;
}

} // namespace causeway::lwm2m
