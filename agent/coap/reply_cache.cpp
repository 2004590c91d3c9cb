// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/reply_cache.hpp"

#include <algorithm>

namespace causeway::coap {

namespace {

std::uint32_t seconds(base::TimePoint time)
{
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

} // namespace

std::optional<ReplyCache::Seen> ReplyCache::find(std::uint16_t messageId, base::TimePoint now) const
{
    // The newest with this message ID: the number may have come round within a lifetime.
    const auto entry =
        std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& candidate) {
            return candidate.messageId == messageId;
        });
    if (entry == entries_.rend() || entry->expiry < seconds(now))
        return std::nullopt;
    const auto reply =
        std::find_if(replies_.rbegin(), replies_.rend(), [&](const Reply& candidate) {
            return candidate.messageId == messageId;
        });
    return Seen{reply == replies_.rend() ? base::ByteView{} : base::ByteView(reply->datagram)};
}

void ReplyCache::remember(std::uint16_t messageId,
                          bool isSafe,
                          base::Duration lifetime,
                          base::TimePoint now)
{
    makeRoom(seconds(now));
    forgetReply(messageId);
    entries_.push_back({messageId, isSafe, seconds(now + lifetime) + 1});
}

void ReplyCache::keepReply(std::uint16_t messageId, base::ByteView datagram)
{
    if (replies_.size() == mostReplies) {
        const std::uint16_t oldest = replies_.front().messageId;
        replies_.erase(replies_.begin());
        std::erase_if(entries_, [&](const Entry& entry) {
            return entry.isSafe && entry.messageId == oldest;
        });
    }
    replies_.push_back({messageId, {datagram.begin(), datagram.end()}});
}

void ReplyCache::makeRoom(std::uint32_t now)
{
    // Entries are in order of arrival, nearly that of expiry: a look at the oldest is enough.
    auto firstKept = entries_.begin();
    while (firstKept != entries_.end() && firstKept->expiry < now)
        ++firstKept;
    if (firstKept == entries_.begin() && entries_.size() >= mostRemembered)
        ++firstKept;
    for (auto entry = entries_.begin(); entry != firstKept; ++entry)
        forgetReply(entry->messageId);
    entries_.erase(entries_.begin(), firstKept);
}

void ReplyCache::forgetReply(std::uint16_t messageId)
{
    std::erase_if(replies_, [&](const Reply& reply) { return reply.messageId == messageId; });
}

} // namespace causeway::coap
