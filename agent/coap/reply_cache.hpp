// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::coap {

/// Which requests of the peer were seen, so that none runs twice (RFC 7252 §4.2, §4.5), and the
/// newest replies, to be sent again.
///
/// Memory is bounded: mostReplies datagrams, and eight octets for each request remembered. A
/// request that only reads is forgotten with its reply: answered afresh it does no harm, which §4.5
/// allows. One that acts is remembered for its whole lifetime, mostRemembered of them: four a
/// second, every second; its repetition after that long without our reply is ignored.
class ReplyCache
{
public:
    static constexpr std::size_t mostReplies = 8;
    static constexpr std::size_t mostRemembered = 1024;

    /// What to do with a repetition.
    struct Seen
    {
        base::ByteView reply; ///< empty: not answered yet, or the answer is forgotten
    };

    [[nodiscard]] std::optional<Seen> find(std::uint16_t messageId, base::TimePoint now) const;

    void
    remember(std::uint16_t messageId, bool isSafe, base::Duration lifetime, base::TimePoint now);
    void keepReply(std::uint16_t messageId, base::ByteView datagram);

private:
    struct Entry
    {
        std::uint16_t messageId = 0;
        bool isSafe = false;
        std::uint32_t expiry = 0; ///< seconds of monotonic time, rounded up
    };

    struct Reply
    {
        std::uint16_t messageId = 0;
        base::Bytes datagram;
    };

    void makeRoom(std::uint32_t now);
    void forgetReply(std::uint16_t messageId);

    std::vector<Entry> entries_; ///< oldest first
    std::vector<Reply> replies_; ///< oldest first
};

} // namespace causeway::coap
