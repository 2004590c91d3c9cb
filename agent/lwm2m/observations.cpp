// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/observations.hpp"

#include <algorithm>

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

bool touches(const Path& observed, std::span<const Path> changed)
{
    return std::ranges::any_of(changed, [&](const Path& path) {
        return observed.contains(path) || path.contains(observed);
    });
}

} // namespace

Observations::Observations(const Sources& sources, Notifier& notifier, base::Scheduler& scheduler)
    : tree_(sources.tree)
    , definitions_(sources.definitions)
    , account_(sources.account)
    , attributes_(sources.attributes)
    , notifier_(notifier)
    , scheduler_(scheduler)
    , timer_(scheduler, [this] { runDue(); })
{}

std::optional<std::uint32_t> Observations::add(const Token& token,
                                               const Path& path,
                                               api::ContentFormat format,
                                               std::vector<Record> told)
{
    remove(token);
    if (entries_.size() >= most)
        return std::nullopt;
    Entry& entry = entries_.emplace_back();
    entry.token = token;
    entry.path = path;
    entry.format = format;
    entry.told = std::move(told);
    entry.toldAt = entry.confirmableAt = entry.evaluatedAt = scheduler_.now();
    startTimer();
    return nextSequence();
}

void Observations::remove(const Token& token)
{
    std::erase_if(entries_, [&](const Entry& entry) { return entry.token == token; });
}

void Observations::clear()
{
    entries_.clear();
    isConfirmableUnderWay_ = false;
    timer_.stop();
}

void Observations::pause()
{
    isOnline_ = false;
    isConfirmableUnderWay_ = false;
    timer_.stop();
}

// What changed meanwhile is told now, or forgotten if the server wants it so (/1/x/6).
void Observations::resume()
{
    if (isOnline_)
        return;
    isOnline_ = true;
    for (auto& entry : entries_) {
        if (account_.storesNotifications) {
            entry.changedAt = scheduler_.now();
            continue;
        }
        entry.eventAt.reset();
        entry.toldAt = scheduler_.now();
        if (auto newest = tree_.contains(entry.path) ? tree_.read(entry.path)
                                                     : base::Expected<std::vector<Record>>())
            entry.told = *std::move(newest);
    }
    onInstancesChanged();
    runDue();
}

void Observations::onValuesChanged(std::span<const Path> paths)
{
    if (!isOnline_ || entries_.empty())
        return;
    bool isAnyTouched = false;
    for (auto& entry : entries_) {
        if (!touches(entry.path, paths))
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
    if (!isOnline_)
        return;
    std::erase_if(entries_, [this](const Entry& entry) {
        if (tree_.contains(entry.path))
            return false;
        auto last = toResponse(
            model::refuse(OutcomeCode::NotFound, entry.path.toString() + " is not there any more"));
        last.observe = nextSequence();
        notifier_.notify(entry.token, std::move(last), true, [](Delivery) {});
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

NotificationAttributes Observations::attributesOf(const Entry& entry) const
{
    auto attributes = attributes_.effective(entry.path);
    if (!attributes.pmin)
        attributes.pmin = account_.settings.defaultPmin;
    if (!attributes.pmax)
        attributes.pmax = account_.settings.defaultPmax;
    return attributes;
}

bool Observations::wantsConfirmable(const Entry& entry,
                                    const NotificationAttributes& attributes) const
{
    return attributes.con.value_or(account_.confirmsNotifications) ||
           scheduler_.now() - entry.confirmableAt >= longestWithoutConfirmable;
}

void Observations::evaluate(Entry& entry, const NotificationAttributes& attributes)
{
    const auto changedAt = entry.changedAt.value_or(scheduler_.now());
    entry.changedAt.reset();
    entry.evaluatedAt = scheduler_.now();
    const auto newest = tree_.read(entry.path);
    if (newest && !entry.eventAt && isEvent(attributes, entry.told, *newest))
        entry.eventAt = changedAt;
}

void Observations::runDue()
{
    if (!isOnline_)
        return;
    for (auto& entry : entries_)
        runDue(entry);
    startTimer();
}

void Observations::runDue(Entry& entry)
{
    const auto now = scheduler_.now();
    const auto attributes = attributesOf(entry);
    if (entry.changedAt && evaluateAt(attributes, entry.evaluatedAt, *entry.changedAt) <= now)
        evaluate(entry, attributes);
    const auto due = notifyAt(attributes, entry.toldAt, entry.eventAt);
    if (due && *due <= now)
        send(entry, attributes);
}

void Observations::send(Entry& entry, const NotificationAttributes& attributes)
{
    const bool isConfirmable = wantsConfirmable(entry, attributes);
    if (isConfirmable && isConfirmableUnderWay_)
        return; // what is newest then goes when the other one has ended
    entry.eventAt.reset();
    entry.toldAt = scheduler_.now();
    auto newest = tree_.read(entry.path);
    if (!newest)
        return; // no value is known: the server keeps what it has
    auto payload = encode(entry.format, entry.path, *newest, definitions_);
    if (!payload)
        return;
    entry.told = *std::move(newest);
    Response response;
    response.contentFormat = entry.format;
    response.observe = nextSequence();
    response.payload = *std::move(payload);
    if (isConfirmable) {
        entry.confirmableAt = scheduler_.now();
        isConfirmableUnderWay_ = true;
    }
    notifier_.notify(entry.token,
                     std::move(response),
                     isConfirmable,
                     lifetime_.guard([this, token = entry.token, isConfirmable](Delivery delivery) {
                         onDelivery(token, isConfirmable, delivery);
                     }));
}

void Observations::onDelivery(const Token& token, bool wasConfirmable, Delivery delivery)
{
    if (wasConfirmable)
        isConfirmableUnderWay_ = false;
    if (delivery == Delivery::Reset)
        remove(token);
    const auto entry = std::ranges::find(entries_, token, &Entry::token);
    if (delivery == Delivery::TimedOut && entry != entries_.end() && !entry->eventAt)
        entry->eventAt = scheduler_.now(); // the server does not know the value yet
    if (wasConfirmable)
        runDue();
}

// A confirmable one that waits for another to end needs no timer: onDelivery() comes back to it.
std::optional<TimePoint> Observations::nextDue(const Entry& entry) const
{
    const auto attributes = attributesOf(entry);
    auto due = notifyAt(attributes, entry.toldAt, entry.eventAt);
    if (isConfirmableUnderWay_ && due && wantsConfirmable(entry, attributes))
        due.reset();
    if (!entry.changedAt)
        return due;
    const auto evaluation = evaluateAt(attributes, entry.evaluatedAt, *entry.changedAt);
    return due ? std::min(*due, evaluation) : evaluation;
}

void Observations::startTimer()
{
    timer_.stop();
    if (!isOnline_)
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
