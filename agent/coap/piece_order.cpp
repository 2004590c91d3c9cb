// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/piece_order.hpp"

#include <utility>

#include "agent/coap/fingerprint.hpp"
#include "agent/coap/timing.hpp"

namespace causeway::coap {

using model::OutcomeCode;

struct PieceOrder::Upload
{
    Upload(base::Scheduler& scheduler, std::uint64_t uploadKey, base::Task onExpiry)
        : key(uploadKey)
        , expiry(scheduler, std::move(onExpiry))
    {}

    std::uint64_t key;
    std::uint64_t received = 0;
    std::uint64_t lastPrint = 0; ///< of the newest piece
    base::Timer expiry;
};

PieceOrder::PieceOrder(base::Scheduler& scheduler)
    : scheduler_(scheduler)
{}

PieceOrder::~PieceOrder() = default;

std::optional<std::uint8_t> PieceOrder::admit(std::uint64_t key, const Message& piece)
{
    const auto refuse = [](OutcomeCode code) {
        return static_cast<std::uint8_t>(code);
    };
    const Block block = *piece.block1;
    const std::size_t size = piece.payload.size();
    if (block.hasMore ? size != block.size() : size > block.size())
        return refuse(OutcomeCode::BadRequest);
    if (block.number == 0) {
        ++newest_;
        upload_ = std::make_unique<Upload>(scheduler_, key, [this] { forget(); });
    }
    if (!upload_ || upload_->key != key)
        return refuse(OutcomeCode::RequestIncomplete);
    const std::uint64_t print = fingerprint(piece.payload);
    if (block.offset() != upload_->received) {
        // The same piece again under a new message ID: its sender never saw our 2.31.
        const bool isRepeated = block.hasMore && block.offset() + size == upload_->received &&
                                print == upload_->lastPrint;
        return isRepeated ? continueCode : refuse(OutcomeCode::RequestIncomplete);
    }
    upload_->received += size;
    upload_->lastPrint = print;
    upload_->expiry.start(exchangeLifetime);
    if (!block.hasMore)
        forget();
    return std::nullopt;
}

void PieceOrder::forget()
{
    upload_.reset();
}

} // namespace causeway::coap
