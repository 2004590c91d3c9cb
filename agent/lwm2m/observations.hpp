// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/attached_attributes.hpp"
#include "agent/lwm2m/notifier.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// What one server observes, what it was told last, and when it is to be told again (RFC 7641,
/// LwM2M Core §6.4). One timer for all of them. Only the newest value waits while the server
/// cannot be told: at most one confirmable notification is under way, and after an interruption
/// the server hears the present, not the history. All references outlive it.
class Observations
{
public:
    /// A server needs a few per device; what comes beyond is answered, but not observed.
    static constexpr std::size_t most = 128;

    /// What is looked at; outlives the Observations.
    struct Sources
    {
        const ObjectTree& tree;
        const model::Definitions& definitions;
        const ServerAccount& account;
        const AttachedAttributes& attributes;
    };

    Observations(const Sources& sources, Notifier& notifier, base::Scheduler& scheduler);

    /// `told` goes out as the first answer, with the sequence number returned; nothing when there
    /// is no room, and then the answer is that to a Read (RFC 7641 §4.1). Replaces the same token.
    [[nodiscard]] std::optional<std::uint32_t> add(const api::Token& token,
                                                   const model::Path& path,
                                                   api::ContentFormat format,
                                                   std::vector<Record> told);

    void remove(const api::Token& token);

    /// The server knows none of them any more.
    void clear();

    /// The session ended: nothing is sent until resume().
    void pause();
    void resume();

    void onValuesChanged(std::span<const model::Path> paths);

    /// Observers of what is gone get a last 4.04.
    void onInstancesChanged();

    /// Write-Attributes, or the server's default pmin and pmax.
    void onAttributesChanged();

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry
    {
        api::Token token;
        model::Path path;
        api::ContentFormat format = 0;
        std::vector<Record> told;
        base::TimePoint toldAt{};
        base::TimePoint confirmableAt{}; ///< the last confirmable one, or the first answer
        base::TimePoint evaluatedAt{};
        std::optional<base::TimePoint> changedAt; ///< a change waits for its evaluation
        std::optional<base::TimePoint> eventAt;   ///< an event waits for its notification
    };

    [[nodiscard]] model::NotificationAttributes attributesOf(const Entry& entry) const;
    [[nodiscard]] bool wantsConfirmable(const Entry& entry,
                                        const model::NotificationAttributes& attributes) const;
    void evaluate(Entry& entry, const model::NotificationAttributes& attributes);
    void runDue();
    void runDue(Entry& entry);
    void send(Entry& entry, const model::NotificationAttributes& attributes);
    void onDelivery(const api::Token& token, bool wasConfirmable, api::Delivery delivery);
    void startTimer();
    [[nodiscard]] std::optional<base::TimePoint> nextDue(const Entry& entry) const;
    [[nodiscard]] std::uint32_t nextSequence();

    const ObjectTree& tree_;
    const model::Definitions& definitions_;
    const ServerAccount& account_;
    const AttachedAttributes& attributes_;
    Notifier& notifier_;
    base::Scheduler& scheduler_;
    std::vector<Entry> entries_;
    std::uint32_t sequence_ = 0;
    bool isOnline_ = false;
    bool isConfirmableUnderWay_ = false;
    base::Timer timer_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
