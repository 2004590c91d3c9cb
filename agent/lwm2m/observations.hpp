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
#include "agent/lwm2m/server_account.hpp"
#include "agent/lwm2m/server_view.hpp"
#include "agent/lwm2m/stored_notifications.hpp"

namespace causeway::lwm2m {

/// What one server observes, what it was told last, and when it is to be told again (RFC 7641,
/// LwM2M Core §6.4). One timer for all of them. At most one confirmable notification is under way,
/// and meanwhile only the newest value waits. What happens while the server cannot be told at all
/// is kept within a bound and told later, confirmable and with the times at which it was taken
/// (/1/x/6), also when the server has had to register the same observation anew. All references
/// outlive it.
class Observations
{
public:
    /// A server needs a few per device; what comes beyond is answered, but not observed.
    static constexpr std::size_t most = 128;

    /// What is looked at; outlives the Observations.
    struct Sources
    {
        const ServerView& view;
        const model::Definitions& definitions;
        const ServerAccount& account;
        const AttachedAttributes& attributes;
    };

    Observations(const Sources& sources, Notifier& notifier, base::Scheduler& scheduler);

    /// What an Observe asks for, and the values of the first answer to it.
    struct Asked
    {
        api::Token token;
        ObservedTarget target;
        api::ContentFormat format = 0;
        std::optional<model::NotificationAttributes> own; ///< given in the Observe itself
        std::vector<Record> told;
    };

    /// The sequence number of the first answer; nothing when there is no room, and then the answer
    /// is that to a Read (RFC 7641 §4.1). Replaces the same token.
    [[nodiscard]] std::optional<std::uint32_t> add(Asked asked);

    void remove(const api::Token& token);

    /// The server knows none of them any more; what is kept waits for it to observe again.
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
        Asked asked; ///< its `told` is what the server knows now, with `edge` what was seen last
        base::TimePoint toldAt{};
        base::TimePoint confirmableAt{}; ///< the last confirmable one, or the first answer
        base::TimePoint evaluatedAt{};
        std::optional<base::TimePoint> changedAt; ///< a change waits for its evaluation
        std::optional<base::TimePoint> eventAt;   ///< an event waits for its notification
    };

    struct HistoryUnderWay
    {
        api::Token token;
        std::vector<StoredNotifications::Batch> batches;
    };

    /// What an observation tells, as it is now; nothing when it cannot be read.
    using Newest = std::optional<std::vector<Record>>;

    [[nodiscard]] model::NotificationAttributes attributesAt(const Asked& asked,
                                                             const model::Path& path) const;
    [[nodiscard]] model::NotificationAttributes attributesOf(const Entry& entry) const;
    [[nodiscard]] std::optional<base::TimePoint>
    eventIn(Entry& entry, base::TimePoint changedAt, std::span<const Record> newest);
    [[nodiscard]] bool wantsConfirmable(const Entry& entry,
                                        const model::NotificationAttributes& attributes) const;
    [[nodiscard]] Newest read(const Entry& entry) const;
    /// What it read on the way, if anything: reading is not cheap.
    Newest evaluate(Entry& entry);
    void runDue();
    void runDue(Entry& entry);
    [[nodiscard]] bool canTell();
    void send(Entry& entry, const model::NotificationAttributes& attributes, Newest newest);
    void store(Entry& entry, const model::NotificationAttributes& attributes, Newest newest);
    void storeParts(Entry& entry, std::vector<Record> records);
    void sendStored(Entry& entry);
    [[nodiscard]] bool waitsForHistory(const Entry& entry) const;
    void keepUndelivered();
    void dropUnobserved();
    bool endHistory(const api::Token& token, api::Delivery delivery);
    void notify(Entry& entry, base::Bytes payload, bool isConfirmable);

    [[nodiscard]] bool mayStore() const { return account_.storesNotifications; }

    void onDelivery(const api::Token& token, bool wasConfirmable, api::Delivery delivery);
    [[nodiscard]] bool isHistoryLimited() const;
    void startTimer();
    [[nodiscard]] std::optional<base::TimePoint> nextDue(const Entry& entry) const;
    [[nodiscard]] std::uint32_t nextSequence();

    const ServerView& view_;
    const model::Definitions& definitions_;
    const ServerAccount& account_;
    const AttachedAttributes& attributes_;
    Notifier& notifier_;
    base::Scheduler& scheduler_;
    std::vector<Entry> entries_;
    StoredNotifications stored_;
    std::optional<HistoryUnderWay> historyUnderWay_; ///< a confirmable one, until it has ended
    base::TimePoint historyAt_{};                    ///< not before
    std::uint32_t sequence_ = 0;
    bool isOnline_ = false;
    bool isWaking_ = false; ///< online, but the server does not listen yet (queue mode)
    bool isConfirmableUnderWay_ = false;
    base::Timer timer_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
