// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// Cuts large responses and notifications (RFC 7959 Block2). The body is frozen when its first
/// block goes, so that all blocks are of one moment; its ETag says which.
class BlockSource
{
public:
    /// Bodies of different resources under way to one server; the oldest makes room.
    static constexpr std::size_t mostSnapshots = 4;

    explicit BlockSource(base::Scheduler& scheduler);
    ~BlockSource();
    BlockSource(const BlockSource&) = delete;
    BlockSource& operator=(const BlockSource&) = delete;

    /// The whole response, or the block of it that `wish` names; without a wish the first one when
    /// the whole is too much for the peer. `key` is the resource asked for.
    [[nodiscard]] MessageWriter write(const Header& header,
                                      const TransferOptions& options,
                                      std::uint64_t key,
                                      api::Response response,
                                      const std::optional<Block>& wish);

    /// Whether a body of this resource is kept.
    [[nodiscard]] bool has(std::uint64_t key) const;

    /// A later block; nothing when the body is not kept, or no longer.
    [[nodiscard]] std::optional<MessageWriter>
    writeKept(const Header& header, std::uint64_t key, const Block& wish);

private:
    struct Snapshot;

    Snapshot& keep(std::uint64_t key, api::Response response);
    void forget(std::uint64_t key);
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
