// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "agent/base/scheduler.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

/// The order of one upload at a time whose pieces are handed on as they come (RFC 7959 Block1):
/// keeps none of them, and so has no bound but what Block1 can number. Forgotten when it stops.
class PieceOrder
{
public:
    explicit PieceOrder(base::Scheduler& scheduler);
    ~PieceOrder();
    PieceOrder(const PieceOrder&) = delete;
    PieceOrder& operator=(const PieceOrder&) = delete;

    /// Nothing: the piece begins an upload or continues it, and goes on. Else the code to answer
    /// it with. `key` tells uploads apart; a piece 0 begins anew.
    [[nodiscard]] std::optional<std::uint8_t> admit(std::uint64_t key, const Message& piece);

    /// The number of the upload that was begun last: each has another one.
    [[nodiscard]] std::uint64_t current() const { return newest_; }

    /// What still comes of it is refused.
    void forget();

private:
    struct Upload;

    base::Scheduler& scheduler_;
    std::unique_ptr<Upload> upload_;
    std::uint64_t newest_ = 0;
};

} // namespace causeway::coap
