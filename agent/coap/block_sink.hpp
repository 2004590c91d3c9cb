// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// Puts uploads together (RFC 7959 Block1): each in order, bounded, forgotten when it stops. A
/// piece 0 begins its upload anew, whatever was there of it; a piece that does not continue its
/// body is refused. Uploads know nothing of each other.
class BlockSink
{
public:
    /// The largest Write or bootstrap we can meet is a few kilobytes; a peer gets no more memory.
    static constexpr std::size_t largestBody = 64UL * 1024;

    /// Under way at the same time. A server writes to a few Resources of a device at once; of more
    /// the one that rested longest is forgotten, since it may have been abandoned.
    static constexpr std::size_t mostUploads = 4;

    explicit BlockSink(base::Scheduler& scheduler);
    ~BlockSink();
    BlockSink(const BlockSink&) = delete;
    BlockSink& operator=(const BlockSink&) = delete;

    /// The code to answer the piece with; nothing when the body is whole: takeBody() has it.
    /// `key` tells uploads apart.
    [[nodiscard]] std::optional<std::uint8_t> add(std::uint64_t key, const Message& piece);
    [[nodiscard]] base::Bytes takeBody();

private:
    struct Upload;

    Upload& begin(std::uint64_t key);
    [[nodiscard]] Upload* find(std::uint64_t key);
    [[nodiscard]] std::optional<std::uint8_t> append(Upload& upload, const Message& piece);
    void forget(std::uint64_t key);

    base::Scheduler& scheduler_;
    std::vector<std::unique_ptr<Upload>> uploads_; ///< the one that rested longest first
    base::Bytes whole_;                            ///< for takeBody()
};

} // namespace causeway::coap
