// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/coap/block_source.hpp"
#include "agent/coap/link.hpp"
#include "agent/coap/outbox.hpp"

namespace causeway::coap {

/// Sends notifications, and finds the one that an acknowledgement or a reset is about.
class Notifier
{
public:
    /// Observations whose large notifications can be continued from the frozen body; of others the
    /// next blocks come from a fresh read.
    static constexpr std::size_t mostObserved = 128;
    /// Non-confirmable notifications that a reset may still name: one change may be told to all
    /// observations at once, and a server that has forgotten them resets each.
    static constexpr std::size_t mostResettable = mostObserved;

    Notifier(Link& link, Outbox& outbox, BlockSource& source);

    void notify(const api::Token& token,
                api::Response response,
                bool isConfirmable,
                api::Session::DeliveryDone done);

    /// The observation `token` is of what `key` says, in blocks like this if it asked for any.
    void remember(const api::Token& token, const BodyKey& key, const std::optional<Block>& wish);
    void forget(const api::Token& token);

    /// The token of the notification that a reset names; nothing when it is none of ours.
    [[nodiscard]] std::optional<api::Token> findReset(std::uint16_t messageId) const;

private:
    struct Observed
    {
        BodyKey key;
        api::Token token;
        std::optional<std::uint8_t> exponent; ///< of the blocks asked for
    };

    struct Told
    {
        std::uint16_t messageId = 0;
        api::Token token;
    };

    [[nodiscard]] Observed find(const api::Token& token) const;
    void sendConfirmable(const MessageWriter& message,
                         const Told& told,
                         api::Session::DeliveryDone done);
    void tell(api::Session::DeliveryDone done, api::Delivery delivery);
    void note(std::uint16_t messageId, const api::Token& token);

    Link& link_;
    Outbox& outbox_;
    BlockSource& source_;
    std::vector<Observed> observed_;
    std::vector<Told> told_; ///< a ring once it is full
    std::size_t nextTold_ = 0;
};

} // namespace causeway::coap
