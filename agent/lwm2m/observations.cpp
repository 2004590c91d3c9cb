// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/observations.hpp"

#include <algorithm>
#include <utility>

#include "agent/lwm2m/notify_rule.hpp"
#include "agent/lwm2m/outcome_text.hpp"

namespace causeway::lwm2m {

using api::Delivery;
using api::Response;
using api::Token;
using base::TimePoint;
using model::NotificationAttributes;
using model::OutcomeCode;
using model::Path;

namespace {

// RFC 7641 §4.5: at least one confirmable notification in 24 hours.
constexpr std::chrono::hours longestWithoutConfirmable{24};

// The records at and below a part; both ascending.
template <typename Records>
auto below(const Path& part, Records& records)
{
    const auto inside = [&](const Record& record) {
        return part.contains(record.path);
    };
    const auto first = std::ranges::find_if(records, inside);
    const auto last = std::find_if_not(first, records.end(), inside);
    return std::span(first, last);
}

// An edge is one between two looks, not between two notifications: what has fallen without being
// told may rise again.
bool isEventSince(const NotificationAttributes& attributes,
                  std::span<Record> seen,
                  std::span<const Record> newest)
{
    if (isEvent(attributes, seen, newest))
        return true;
    if (attributes.edge)
        std::ranges::copy(newest, seen.begin());
    return false;
}

template <typename Time>
void takeSmaller(std::optional<Time>& smallest, const std::optional<Time>& other)
{
    if (other && (!smallest || *other < *smallest))
        smallest = other;
}

// pmax counts when it is not 0 and not below pmin (LwM2M Core §7.3.2).
bool hasPeriod(const NotificationAttributes& attributes)
{
    return attributes.pmax && attributes.pmax->count() > 0 &&
           *attributes.pmax >= attributes.pmin.value_or(std::chrono::seconds(0));
}

} // namespace

Observations::Observations(const Sources& sources, Notifier& notifier, base::Scheduler& scheduler)
    : view_(sources.view)
    , definitions_(sources.definitions)
    , account_(sources.account)
    , attributes_(sources.attributes)
    , notifier_(notifier)
    , scheduler_(scheduler)
    , timer_(scheduler, [this] { runDue(); })
{}

std::optional<std::uint32_t> Observations::add(Asked asked)
{
    remove(asked.token);
    if (entries_.size() >= most)
        return std::nullopt;
    Entry& entry = entries_.emplace_back();
    entry.asked = std::move(asked);
    entry.toldAt = entry.confirmableAt = entry.evaluatedAt = scheduler_.now();
    startTimer();
    if (stored_.has(entry.asked.target)) // after the first answer, which is on its way now
        scheduler_.post(lifetime_.guard([this] { runDue(); }));
    return nextSequence();
}

void Observations::remove(const Token& token)
{
    std::erase_if(entries_, [&](const Entry& entry) { return entry.asked.token == token; });
}

void Observations::clear()
{
    keepUndelivered();
    entries_.clear();
    isConfirmableUnderWay_ = false;
    timer_.stop();
}

void Observations::pause()
{
    keepUndelivered();
    isOnline_ = false;
    isWaking_ = false;
    isConfirmableUnderWay_ = false;
    startTimer();
}

// What changed meanwhile is told now, or forgotten if the server wants it so (/1/x/6).
void Observations::resume()
{
    if (isOnline_) {
        dropUnobserved(); // the server had until this Update to observe again what is left
        if (std::exchange(isWaking_, false))
            onInstancesChanged();
        return;
    }
    isOnline_ = true;
    if (!mayStore())
        stored_.clear();
    for (auto& entry : entries_) {
        if (mayStore()) {
            entry.changedAt = scheduler_.now();
            continue;
        }
        entry.eventAt.reset();
        entry.toldAt = scheduler_.now();
        const auto& target = entry.asked.target;
        if (auto newest = view_.tree().contains(target.path)
                              ? view_.read(target)
                              : base::Expected<std::vector<Record>>())
            entry.asked.told = *std::move(newest);
    }
    onInstancesChanged();
    runDue();
}

void Observations::onValuesChanged(std::span<const Path> paths)
{
    if (entries_.empty() || (!isOnline_ && !mayStore()))
        return;
    bool isAnyTouched = false;
    for (auto& entry : entries_) {
        if (!entry.asked.target.isTouchedBy(paths))
            continue;
        isAnyTouched = true;
        if (!entry.changedAt)
            entry.changedAt = scheduler_.now();
    }
    if (isAnyTouched)
        runDue();
}

void Observations::onInstancesChanged()
{
    if (!isOnline_ || !canTell())
        return;
    std::erase_if(entries_, [this](const Entry& entry) {
        const Path& path = entry.asked.target.path;
        if (view_.tree().contains(path))
            return false;
        auto last = toResponse( // without Observe: RFC 7641 §3.2
            model::refuse(OutcomeCode::NotFound, path.toString() + " is not there any more"));
        notifier_.notify(entry.asked.token, std::move(last), true, [](Delivery) {});
        return true;
    });
    for (auto& entry : entries_)
        entry.changedAt = entry.changedAt.value_or(scheduler_.now());
    runDue();
}

void Observations::onAttributesChanged()
{
    startTimer();
}

NotificationAttributes Observations::attributesAt(const Asked& asked, const Path& path) const
{
    auto attributes = asked.own ? *asked.own : attributes_.effective(path);
    if (!attributes.pmin)
        attributes.pmin = account_.settings.defaultPmin;
    if (!attributes.pmax)
        attributes.pmax = account_.settings.defaultPmax;
    return attributes;
}

// Of a composite: the shortest pmax and epmax of its parts. pmin and epmin are not here, since each
// event has waited for those of its own part already.
NotificationAttributes Observations::attributesOf(const Entry& entry) const
{
    const Asked& asked = entry.asked;
    if (!asked.target.isComposite())
        return attributesAt(asked, asked.target.path);
    NotificationAttributes together;
    for (const Path& part : asked.target.parts) {
        const auto attributes = attributesAt(asked, part);
        if (hasPeriod(attributes))
            takeSmaller(together.pmax, attributes.pmax);
        if (reviewAt(attributes, {}))
            takeSmaller(together.epmax, attributes.epmax);
        if (attributes.con && !together.con.value_or(false))
            together.con = attributes.con;
    }
    return together;
}

bool Observations::wantsConfirmable(const Entry& entry,
                                    const NotificationAttributes& attributes) const
{
    return attributes.con.value_or(account_.confirmsNotifications) ||
           scheduler_.now() - entry.confirmableAt >= longestWithoutConfirmable;
}

// When what changed may be told, if it is worth telling. One part of a composite is enough.
std::optional<TimePoint>
Observations::eventIn(Entry& entry, TimePoint changedAt, std::span<const Record> newest)
{
    Asked& asked = entry.asked;
    if (!asked.target.isComposite()) {
        const auto attributes = attributesAt(asked, asked.target.path);
        return isEventSince(attributes, asked.told, newest) ? std::optional(changedAt)
                                                            : std::nullopt;
    }
    std::optional<TimePoint> earliest;
    for (const Path& part : asked.target.parts) {
        const auto attributes = attributesAt(asked, part);
        if (isEventSince(attributes, below(part, asked.told), below(part, newest)))
            takeSmaller(earliest,
                        std::optional(std::max<TimePoint>(
                            evaluateAt(attributes, entry.evaluatedAt, changedAt),
                            entry.toldAt + attributes.pmin.value_or(std::chrono::seconds(0)))));
    }
    return earliest;
}

Observations::Newest Observations::read(const Entry& entry) const
{
    auto records = view_.read(entry.asked.target, isOnline_ ? Times::Omitted : Times::Taken);
    return records ? Newest(*std::move(records)) : std::nullopt;
}

Observations::Newest Observations::evaluate(Entry& entry)
{
    const auto changedAt = entry.changedAt.value_or(scheduler_.now());
    entry.changedAt.reset();
    Newest newest;
    // Of one value what waits already goes with what is newest then.
    if (!entry.eventAt || entry.asked.target.isComposite())
        newest = read(entry);
    if (newest)
        takeSmaller(entry.eventAt, eventIn(entry, changedAt, *newest));
    entry.evaluatedAt = scheduler_.now();
    return newest;
}

void Observations::runDue()
{
    if (!isOnline_ && !mayStore())
        return;
    for (auto& entry : entries_)
        runDue(entry);
    startTimer();
}

void Observations::runDue(Entry& entry)
{
    const auto now = scheduler_.now();
    auto attributes = attributesOf(entry);
    if (!isOnline_)
        attributes.pmax.reset(); // what has not changed needs no place
    // What is computed when somebody reads it tells nobody that it has changed.
    if (const auto review = reviewAt(attributes, entry.evaluatedAt);
        review && *review <= now && !entry.changedAt)
        entry.changedAt = now;
    Newest newest;
    if (entry.changedAt && evaluateAt(attributes, entry.evaluatedAt, *entry.changedAt) <= now)
        newest = evaluate(entry);
    if (isOnline_) {
        sendStored(entry);
        if (waitsForHistory(entry))
            return;
    }
    const auto due = notifyAt(attributes, entry.toldAt, entry.eventAt);
    if (!due || *due > now || (isOnline_ && !canTell()))
        return;
    if (isOnline_)
        send(entry, attributes, std::move(newest));
    else
        store(entry, attributes, std::move(newest));
}

// What is due waits for the answer to the Update that ends the sleep: resume() comes then.
bool Observations::canTell()
{
    isWaking_ = !notifier_.wake();
    return !isWaking_;
}

void Observations::send(Entry& entry, const NotificationAttributes& attributes, Newest newest)
{
    const bool isConfirmable = wantsConfirmable(entry, attributes);
    if (isConfirmable && isConfirmableUnderWay_)
        return; // what is newest then goes when the other one has ended
    entry.eventAt.reset();
    entry.toldAt = scheduler_.now();
    if (!newest)
        newest = read(entry);
    if (!newest)
        return; // no value is known: the server keeps what it has
    auto payload = encode(entry.asked.format, entry.asked.target.path, *newest, definitions_);
    if (!payload)
        return;
    entry.asked.told = *std::move(newest);
    notify(entry, *std::move(payload), isConfirmable);
}

void Observations::notify(Entry& entry, base::Bytes payload, bool isConfirmable)
{
    Response response;
    response.contentFormat = entry.asked.format;
    response.observe = nextSequence();
    response.payload = std::move(payload);
    if (isConfirmable) {
        entry.confirmableAt = scheduler_.now();
        isConfirmableUnderWay_ = true;
    }
    auto onEnd = [this, token = entry.asked.token, isConfirmable](Delivery delivery) {
        onDelivery(token, isConfirmable, delivery);
    };
    notifier_.notify(
        entry.asked.token, std::move(response), isConfirmable, lifetime_.guard(std::move(onEnd)));
}

void Observations::onDelivery(const Token& token, bool wasConfirmable, Delivery delivery)
{
    if (wasConfirmable)
        isConfirmableUnderWay_ = false;
    const bool wasStored = wasConfirmable && endHistory(token, delivery);
    if (delivery == Delivery::Reset)
        remove(token);
    const auto entry = std::ranges::find(
        entries_, token, [](const Entry& candidate) { return candidate.asked.token; });
    if (delivery == Delivery::TimedOut && !wasStored && entry != entries_.end() && !entry->eventAt)
        entry->eventAt = scheduler_.now(); // the server does not know the value yet
    if (wasConfirmable)
        runDue();
}

// What waits for another confirmable one to end, for older ones, or for the server to listen, needs
// no timer: onDelivery() and resume() come back to it.
std::optional<TimePoint> Observations::nextDue(const Entry& entry) const
{
    auto attributes = attributesOf(entry);
    if (!isOnline_)
        attributes.pmax.reset();
    auto due = notifyAt(attributes, entry.toldAt, entry.eventAt);
    if (isWaking_ || (isConfirmableUnderWay_ && due && wantsConfirmable(entry, attributes)))
        due.reset();
    if (isOnline_ && waitsForHistory(entry)) {
        const bool waitsForTime = !isWaking_ && historyAt_ > scheduler_.now();
        due = waitsForTime ? std::optional(historyAt_) : std::nullopt;
    }
    if (entry.changedAt)
        takeSmaller(due,
                    std::optional(evaluateAt(attributes, entry.evaluatedAt, *entry.changedAt)));
    else
        takeSmaller(due, reviewAt(attributes, entry.evaluatedAt));
    return due;
}

void Observations::startTimer()
{
    timer_.stop();
    if (!isOnline_ && !mayStore())
        return;
    std::optional<TimePoint> earliest;
    for (const auto& entry : entries_) {
        const auto due = nextDue(entry);
        if (due && (!earliest || *due < *earliest))
            earliest = due;
    }
    if (earliest)
        timer_.startAt(*earliest);
}

std::uint32_t Observations::nextSequence()
{
    constexpr std::uint32_t mask = (1U << 24U) - 1; // RFC 7641 §4.4
    sequence_ = (sequence_ + 1) & mask;
    return sequence_;
}

} // namespace causeway::lwm2m
