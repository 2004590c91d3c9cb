// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/block_sink.hpp"

#include <algorithm>
#include <utility>

#include "agent/coap/timing.hpp"

namespace causeway::coap {

namespace {

using model::OutcomeCode;

std::optional<std::uint8_t> refuse(OutcomeCode code)
{
    return static_cast<std::uint8_t>(code);
}

// The same piece again under a new message ID: its sender never saw our 2.31.
bool repeatsTheEnd(const base::Bytes& body, std::size_t offset, base::ByteView payload)
{
    return offset + payload.size() == body.size() &&
           std::equal(
               payload.begin(), payload.end(), body.begin() + static_cast<std::ptrdiff_t>(offset));
}

} // namespace

struct BlockSink::Upload
{
    Upload(base::Scheduler& scheduler, std::uint64_t uploadKey, base::Task onExpiry)
        : key(uploadKey)
        , expiry(scheduler, std::move(onExpiry))
    {}

    std::uint64_t key;
    base::Bytes body;
    base::Timer expiry;
};

BlockSink::BlockSink(base::Scheduler& scheduler)
    : scheduler_(scheduler)
{}

BlockSink::~BlockSink() = default;

std::optional<std::uint8_t> BlockSink::add(std::uint64_t key, const Message& piece)
{
    const Block block = piece.block1.value_or(Block{});
    if (block.exponent > Block::largestExponent)
        return refuse(OutcomeCode::BadRequest);
    if (piece.size1.value_or(0) > largestBody) {
        forget(key);
        return refuse(OutcomeCode::RequestTooLarge);
    }
    const bool isRightSize =
        block.hasMore ? piece.payload.size() == block.size() : piece.payload.size() <= block.size();
    if (!isRightSize)
        return refuse(OutcomeCode::BadRequest);
    if (block.number == 0)
        forget(key);
    if (block.number == 0 && !block.hasMore) { // takes no place from another
        whole_.assign(piece.payload.begin(), piece.payload.end());
        return std::nullopt;
    }
    Upload* const upload = block.number == 0 ? &begin(key) : find(key);
    return upload == nullptr ? refuse(OutcomeCode::RequestIncomplete) : append(*upload, piece);
}

BlockSink::Upload& BlockSink::begin(std::uint64_t key)
{
    if (uploads_.size() == mostUploads)
        uploads_.erase(uploads_.begin());
    return *uploads_.emplace_back(
        std::make_unique<Upload>(scheduler_, key, [this, key] { forget(key); }));
}

// What is found has a piece to come, and so rested last.
BlockSink::Upload* BlockSink::find(std::uint64_t key)
{
    const auto found =
        std::ranges::find(uploads_, key, [](const auto& upload) { return upload->key; });
    if (found == uploads_.end())
        return nullptr;
    std::rotate(found, found + 1, uploads_.end());
    return uploads_.back().get();
}

std::optional<std::uint8_t> BlockSink::append(Upload& upload, const Message& piece)
{
    const Block block = *piece.block1;
    if (block.offset() + piece.payload.size() > largestBody) {
        forget(upload.key);
        return refuse(OutcomeCode::RequestTooLarge);
    }
    if (block.offset() != upload.body.size()) {
        if (block.hasMore && repeatsTheEnd(upload.body, block.offset(), piece.payload))
            return continueCode;
        return refuse(OutcomeCode::RequestIncomplete);
    }
    upload.body.insert(upload.body.end(), piece.payload.begin(), piece.payload.end());
    upload.expiry.start(exchangeLifetime);
    if (block.hasMore)
        return continueCode;
    whole_ = std::move(upload.body);
    forget(upload.key);
    return std::nullopt;
}

base::Bytes BlockSink::takeBody()
{
    return std::exchange(whole_, {});
}

void BlockSink::forget(std::uint64_t key)
{
    std::erase_if(uploads_, [key](const auto& upload) { return upload->key == key; });
}

} // namespace causeway::coap
