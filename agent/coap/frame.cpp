// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "agent/base/secret.hpp"

namespace causeway::coap {

using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::size_t datagramHeaderSize = 4;
constexpr std::uint8_t longestToken = 8;

/// RFC 8323 §3.2: what a length nibble from 13 on says.
struct LengthRow
{
    std::uint8_t extended; ///< octets that follow
    std::uint64_t offset;
};

constexpr std::array longLengths{LengthRow{1, 13}, LengthRow{2, 269}, LengthRow{4, 65805}};
constexpr std::uint8_t firstLongNibble = 13;

struct Sizes
{
    std::size_t header = 0; ///< lengths and code
    std::uint64_t whole = 0;
};

/// Nothing while the octets do not say.
Expected<std::optional<Sizes>> sizesOf(ByteView octets)
{
    if (octets.empty())
        return std::optional<Sizes>();
    const std::uint8_t tokenSize = octets[0] & 0xFU;
    if (tokenSize > longestToken)
        return fail(ErrorKind::Corrupt, "a token of more than 8 octets");
    const std::uint8_t nibble = octets[0] >> 4U;
    LengthRow row{0, nibble};
    if (nibble >= firstLongNibble)
        row = longLengths[nibble - firstLongNibble];
    if (octets.size() < 1U + row.extended)
        return std::optional<Sizes>();
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < row.extended; ++i)
        length = length << 8U | octets[1 + i];
    length += row.offset;
    const std::size_t header = 2U + row.extended;
    return std::optional(Sizes{header, header + tokenSize + length});
}

Frame cut(ByteView octets, const Sizes& sizes)
{
    return {octets[sizes.header - 1],
            static_cast<std::uint8_t>(octets[0] & 0xFU),
            octets.subspan(sizes.header, static_cast<std::size_t>(sizes.whole) - sizes.header)};
}

} // namespace

FrameReader::FrameReader(std::size_t largest)
    : largest_(largest)
{}

FrameReader::~FrameReader()
{
    base::wipe(held_);
}

Expected<std::optional<Frame>> FrameReader::next(ByteView& stream)
{
    dropTaken();
    if (!held_.empty())
        return nextHeld(stream);
    const auto sizes = sizesOf(stream);
    if (!sizes)
        return fail(sizes.error());
    if (*sizes && (*sizes)->whole > largest_)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("a message of {} octets", (*sizes)->whole));
    if (!*sizes || (*sizes)->whole > stream.size()) {
        hold(stream, stream.size());
        return std::optional<Frame>();
    }
    const Frame frame = cut(stream, **sizes);
    stream = stream.subspan(static_cast<std::size_t>((*sizes)->whole));
    return std::optional(frame);
}

// As much as its length needs, one octet at a time, then the rest.
Expected<std::optional<Frame>> FrameReader::nextHeld(ByteView& stream)
{
    auto sizes = sizesOf(held_);
    while (sizes && !*sizes && !stream.empty()) {
        hold(stream, 1);
        sizes = sizesOf(held_);
    }
    if (!sizes)
        return fail(sizes.error());
    if (!*sizes)
        return std::optional<Frame>();
    const std::uint64_t whole = (*sizes)->whole;
    if (whole > largest_)
        return fail(ErrorKind::LimitExceeded, fmt::format("a message of {} octets", whole));
    hold(stream, std::min(stream.size(), static_cast<std::size_t>(whole) - held_.size()));
    if (held_.size() < whole)
        return std::optional<Frame>();
    isHeldTaken_ = true;
    return std::optional(cut(held_, **sizes));
}

void FrameReader::hold(ByteView& stream, std::size_t size)
{
    held_.insert(held_.end(), stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
}

// Memory is not kept either: most frames come whole.
void FrameReader::dropTaken()
{
    if (!std::exchange(isHeldTaken_, false))
        return;
    base::wipe(held_);
    held_ = {};
}

std::size_t toDatagram(const Frame& frame, std::span<std::uint8_t> datagram)
{
    const std::size_t size = datagramHeaderSize + frame.tail.size();
    if (size > datagram.size())
        return 0;
    datagram[0] = static_cast<std::uint8_t>(0x50U | frame.tokenSize);
    datagram[1] = frame.code;
    datagram[2] = 0;
    datagram[3] = 0;
    std::ranges::copy(frame.tail, datagram.begin() + datagramHeaderSize);
    return size;
}

base::Bytes toFrame(ByteView datagram)
{
    assert(datagram.size() >= datagramHeaderSize);
    const std::uint8_t tokenSize = datagram[0] & 0xFU;
    const ByteView tail = datagram.subspan(datagramHeaderSize);
    const std::uint64_t length = tail.size() - tokenSize;
    const auto* row = longLengths.end();
    while (row != longLengths.begin() && (row - 1)->offset > length)
        --row;
    const bool isLong = row != longLengths.begin();
    const std::uint8_t nibble =
        isLong ? static_cast<std::uint8_t>(firstLongNibble + (row - 1 - longLengths.begin()))
               : static_cast<std::uint8_t>(length);
    base::Bytes frame;
    frame.reserve(datagram.size() + frameGrowth);
    frame.push_back(static_cast<std::uint8_t>(nibble << 4U | tokenSize));
    for (unsigned left = isLong ? (row - 1)->extended : 0U; left > 0; --left)
        frame.push_back(static_cast<std::uint8_t>((length - (row - 1)->offset) >> 8U * (left - 1)));
    frame.push_back(datagram[1]);
    frame.insert(frame.end(), tail.begin(), tail.end());
    return frame;
}

} // namespace causeway::coap
