// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/block_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "agent/coap/fingerprint.hpp"
#include "agent/coap/timing.hpp"

namespace causeway::coap {

struct BlockSource::Snapshot
{
    Snapshot(BlockSource& owner, const BodyKey& which, api::Response body)
        : key(which)
        , response(std::move(body))
        , expiry(owner.scheduler_, [&owner, which] { owner.forget(which); })
    {}

    BodyKey key;
    api::Response response;
    std::array<std::uint8_t, 8> etag{};
    base::Timer expiry;
};

BlockSource::BlockSource(base::Scheduler& scheduler)
    : scheduler_(scheduler)
{}

BlockSource::~BlockSource() = default;

MessageWriter BlockSource::write(const Header& header,
                                 const TransferOptions& options,
                                 const BodyKey& key,
                                 api::Response response,
                                 const std::optional<Block>& wish)
{
    const std::size_t most = wish ? wish->size() : mostAtOnce(header.largest);
    if ((!wish || wish->number == 0) && response.payload.size() <= most) {
        MessageWriter whole = writeResponse(header, response, options);
        whole.payload(response.payload);
        if (!whole.hasOverflowed())
            return whole;
    }
    return writeBlock(header, options, keep(key, std::move(response)), wish.value_or(Block{}));
}

bool BlockSource::has(const BodyKey& key) const
{
    return find(key) != nullptr;
}

BlockSource::Snapshot* BlockSource::find(const BodyKey& key) const
{
    const auto newest =
        std::find_if(snapshots_.rbegin(), snapshots_.rend(), [&](const auto& snapshot) {
            return key.means(snapshot->key);
        });
    return newest == snapshots_.rend() ? nullptr : newest->get();
}

std::optional<MessageWriter>
BlockSource::writeKept(const Header& header, const BodyKey& key, const Block& wish)
{
    Snapshot* const found = find(key);
    if (found == nullptr)
        return std::nullopt;
    return writeBlock(header, {}, *found, wish);
}

MessageWriter BlockSource::writeBlock(const Header& header,
                                      TransferOptions options,
                                      Snapshot& snapshot,
                                      Block wish)
{
    const base::Bytes& body = snapshot.response.payload;
    Header own = header;
    if (wish.offset() >= body.size()) {
        own.code = static_cast<std::uint8_t>(model::OutcomeCode::BadRequest);
        return writeResponse(own, {}, options);
    }
    own.code = static_cast<std::uint8_t>(snapshot.response.code);
    options.etag = snapshot.etag;
    if (wish.number == 0)
        options.size2 = static_cast<std::uint32_t>(body.size());
    MessageWriter writer = writePiece(own, options, snapshot, wish);
    // RFC 7959 §2.4: smaller than asked for, the same octets first.
    while (writer.hasOverflowed() && wish.exponent > 0) {
        wish = Block{wish.number * 2, wish.hasMore, static_cast<std::uint8_t>(wish.exponent - 1)};
        writer = writePiece(own, options, snapshot, wish);
    }
    const bool hasMore = wish.offset() + wish.size() < body.size();
    // Only the first block of a notification is a notification (RFC 7959 §2.6).
    snapshot.response.observe.reset();
    snapshot.expiry.start(exchangeLifetime);
    if (!hasMore)
        forget(snapshot.key);
    return writer;
}

MessageWriter BlockSource::writePiece(const Header& header,
                                      TransferOptions options,
                                      const Snapshot& snapshot,
                                      const Block& piece)
{
    const base::ByteView body = snapshot.response.payload;
    const std::size_t length = std::min(piece.size(), body.size() - piece.offset());
    const bool hasMore = piece.offset() + length < body.size();
    options.block2 = Block{piece.number, hasMore, piece.exponent};
    MessageWriter writer = writeResponse(header, snapshot.response, options);
    writer.payload(body.subspan(piece.offset(), length));
    return writer;
}

BlockSource::Snapshot& BlockSource::keep(const BodyKey& key, api::Response response)
{
    forget(key);
    if (snapshots_.size() == mostSnapshots)
        snapshots_.erase(snapshots_.begin());
    const std::uint64_t print = fingerprint(response.payload);
    snapshots_.push_back(std::make_unique<Snapshot>(*this, key, std::move(response)));
    Snapshot& snapshot = *snapshots_.back();
    std::memcpy(snapshot.etag.data(), &print, sizeof print);
    snapshot.expiry.start(exchangeLifetime);
    return snapshot;
}

// By value: it may be that of the snapshot that goes.
void BlockSource::forget(BodyKey key)
{
    std::erase_if(snapshots_, [&](const auto& snapshot) { return snapshot->key == key; });
}

} // namespace causeway::coap
