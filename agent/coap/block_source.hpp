// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// Which body: that of `resource`, asked for with this payload and this Request-Tag, or without. As
/// a question it means any when it says nothing of them.
struct BodyKey
{
    std::uint64_t resource = 0;
    std::uint64_t question = 0; ///< fingerprint of the payload; 0: none
    std::uint64_t tag = 0;      ///< likewise

    bool operator==(const BodyKey&) const = default;

    [[nodiscard]] bool means(const BodyKey& kept) const
    {
        return resource == kept.resource && (question == 0 || question == kept.question) &&
               (tag == 0 || tag == kept.tag);
    }
};

/// Cuts large responses and notifications (RFC 7959 Block2). The body is frozen when its first
/// block goes, so that all blocks are of one moment; its ETag says which.
class BlockSource
{
public:
    /// Different bodies under way to one server; the oldest makes room.
    static constexpr std::size_t mostSnapshots = 4;

    explicit BlockSource(base::Scheduler& scheduler);
    ~BlockSource();
    BlockSource(const BlockSource&) = delete;
    BlockSource& operator=(const BlockSource&) = delete;

    /// The whole response, or the block of it that `wish` names; without a wish the first one when
    /// the whole is too much for the peer.
    [[nodiscard]] MessageWriter write(const Header& header,
                                      const TransferOptions& options,
                                      const BodyKey& key,
                                      api::Response response,
                                      const std::optional<Block>& wish);

    /// Whether a body that this means is kept.
    [[nodiscard]] bool has(const BodyKey& key) const;

    /// A later block, of the newest body that this means; nothing when none is kept, or no longer.
    [[nodiscard]] std::optional<MessageWriter>
    writeKept(const Header& header, const BodyKey& key, const Block& wish);

private:
    struct Snapshot;

    [[nodiscard]] Snapshot* find(const BodyKey& key) const;
    Snapshot& keep(const BodyKey& key, api::Response response);
    void forget(BodyKey key);
    [[nodiscard]] MessageWriter
    writeBlock(const Header& header, TransferOptions options, Snapshot& snapshot, Block wish);

    [[nodiscard]] static MessageWriter writePiece(const Header& header,
                                                  TransferOptions options,
                                                  const Snapshot& snapshot,
                                                  const Block& piece);

    base::Scheduler& scheduler_;
    std::vector<std::unique_ptr<Snapshot>> snapshots_; ///< oldest first
};

} // namespace causeway::coap
