// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/reply_cache.hpp"

#include <algorithm>
#include <utility>

namespace causeway::coap {

namespace {

std::uint32_t seconds(base::TimePoint time)
{
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

} // namespace

// The newest with this message ID: the number may have come round within a lifetime.
const ReplyCache::Entry* ReplyCache::newest(std::uint16_t messageId) const
{
    const auto entry =
        std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& candidate) {
            return candidate.messageId == messageId;
        });
    return entry == entries_.rend() ? nullptr : &*entry;
}

std::optional<ReplyCache::Seen> ReplyCache::find(std::uint16_t messageId, base::TimePoint now) const
{
    const Entry* const entry = newest(messageId);
    if (entry == nullptr || entry->expiry < seconds(now))
        return std::nullopt;
    const auto reply =
        std::find_if(replies_.rbegin(), replies_.rend(), [&](const Reply& candidate) {
            return candidate.messageId == messageId;
        });
    return Seen{reply == replies_.rend() ? base::ByteView{} : base::ByteView(reply->datagram)};
}

void ReplyCache::remember(std::uint16_t messageId,
                          Kind kind,
                          base::Duration lifetime,
                          base::TimePoint now)
{
    makeRoom(kind, seconds(now));
    forgetReply(messageId);
    entries_.push_back({messageId, kind, seconds(now + lifetime) + 1});
}

void ReplyCache::keepReply(std::uint16_t messageId, base::ByteView datagram)
{
    const Entry* const entry = newest(messageId);
    const Kind kind = entry == nullptr ? Kind::Reads : entry->kind;
    makeRoomForReply(kind);
    replies_.push_back({messageId, kind, {datagram.begin(), datagram.end()}});
}

void ReplyCache::makeRoom(Kind kind, std::uint32_t now)
{
    // Entries are in order of arrival, nearly that of expiry: a look at the oldest is enough.
    auto firstKept = entries_.begin();
    while (firstKept != entries_.end() && firstKept->expiry < now)
        ++firstKept;
    for (auto entry = entries_.begin(); entry != firstKept; ++entry)
        forgetReply(entry->messageId);
    entries_.erase(entries_.begin(), firstKept);

    const auto isRival = [kind](const Entry& entry) {
        return (entry.kind == Kind::Block) == (kind == Kind::Block);
    };
    const auto most = kind == Kind::Block ? mostBlocks : mostRemembered;
    if (std::cmp_less(std::ranges::count_if(entries_, isRival), most))
        return;
    const auto oldest = std::ranges::find_if(entries_, isRival);
    forgetReply(oldest->messageId);
    entries_.erase(oldest);
}

void ReplyCache::makeRoomForReply(Kind kind)
{
    const auto isRival = [kind](const Reply& reply) {
        return (reply.kind == Kind::Block) == (kind == Kind::Block);
    };
    const std::size_t most = kind == Kind::Block ? 1 : mostReplies;
    if (std::cmp_less(std::ranges::count_if(replies_, isRival), most))
        return;
    const auto found = std::ranges::find_if(replies_, isRival);
    const std::uint16_t oldest = found->messageId;
    replies_.erase(found);
    std::erase_if(entries_, [&](const Entry& entry) {
        return entry.kind == Kind::Reads && entry.messageId == oldest;
    });
}

void ReplyCache::forgetReply(std::uint16_t messageId)
{
    std::erase_if(replies_, [&](const Reply& reply) { return reply.messageId == messageId; });
}

} // namespace causeway::coap
