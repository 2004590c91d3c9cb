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
/// Memory is bounded: mostReplies datagrams and one, and eight octets for each request remembered.
/// Blocks of an upload push no other request out.
class ReplyCache
{
public:
    /// What a repetition would do.
    enum class Kind : std::uint8_t {
        /// No harm: forgotten with its reply, and answered afresh, which §4.5 allows.
        Reads,
        /// A second time what must be done once: remembered for its whole lifetime. Its repetition
        /// after its reply was forgotten is ignored.
        Acts,
        /// Nothing: a block of an upload, not the last one. The upload's order shows a repetition
        /// (RFC 7959 §2.5); only the newest block's reply can still be missing.
        Block
    };

    static constexpr std::size_t mostReplies = 8;       ///< of what reads or acts
    static constexpr std::size_t mostRemembered = 1024; ///< of them: four a second, every second
    static constexpr std::size_t mostBlocks = 16; ///< more than arrive out of order on any network

    /// What to do with a repetition.
    struct Seen
    {
        base::ByteView reply; ///< empty: not answered yet, or the answer is forgotten
    };

    [[nodiscard]] std::optional<Seen> find(std::uint16_t messageId, base::TimePoint now) const;

    void remember(std::uint16_t messageId, Kind kind, base::Duration lifetime, base::TimePoint now);
    void keepReply(std::uint16_t messageId, base::ByteView datagram);

private:
    struct Entry
    {
        std::uint16_t messageId = 0;
        Kind kind = Kind::Reads;
        std::uint32_t expiry = 0; ///< seconds of monotonic time, rounded up
    };

    struct Reply
    {
        std::uint16_t messageId = 0;
        Kind kind = Kind::Reads;
        base::Bytes datagram;
    };

    [[nodiscard]] const Entry* newest(std::uint16_t messageId) const;
    void makeRoom(Kind kind, std::uint32_t now);
    void makeRoomForReply(Kind kind);
    void forgetReply(std::uint16_t messageId);

    std::vector<Entry> entries_; ///< oldest first
    std::vector<Reply> replies_; ///< oldest first
};

} // namespace causeway::coap
