// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// Puts one upload at a time together (RFC 7959 Block1): in order, bounded, forgotten when it
/// stops. A piece 0 begins anew, whatever was there; a piece that does not continue its body is
/// refused.
class BlockSink
{
public:
    /// The largest Write or bootstrap we can meet is a few kilobytes; a peer gets no more memory.
    static constexpr std::size_t largestBody = 64UL * 1024;

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

    [[nodiscard]] std::optional<std::uint8_t> append(Upload& upload, const Message& piece);
    void forget();

    base::Scheduler& scheduler_;
    std::unique_ptr<Upload> upload_;
};

} // namespace causeway::coap
