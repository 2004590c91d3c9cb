// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/message.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <coap3/coap.h>

namespace causeway::coap {

using base::ByteView;
using base::ErrorKind;
using base::fail;

namespace {

constexpr std::size_t headerSize = 4;
constexpr std::uint8_t payloadMarker = 0xFF;
constexpr std::size_t longestToken = 8;

// RFC 7252 §5.10 table 4, RFC 7641 §2, RFC 7959 §2.1 and §4, RFC 9175 §2.2 and §3.2.
struct OptionRule
{
    OptionNumber number;
    std::uint16_t shortest;
    std::uint16_t longest;
    bool isRepeatable;
};

constexpr std::array optionRules{
    OptionRule{OptionNumber::UriHost, 1, 255, false},
    OptionRule{OptionNumber::ETag, 1, 8, true},
    OptionRule{OptionNumber::Observe, 0, 3, false},
    OptionRule{OptionNumber::UriPort, 0, 2, false},
    OptionRule{OptionNumber::LocationPath, 0, 255, true},
    OptionRule{OptionNumber::UriPath, 0, 255, true},
    OptionRule{OptionNumber::ContentFormat, 0, 2, false},
    OptionRule{OptionNumber::MaxAge, 0, 4, false},
    OptionRule{OptionNumber::UriQuery, 0, 255, true},
    OptionRule{OptionNumber::Accept, 0, 2, false},
    OptionRule{OptionNumber::LocationQuery, 0, 255, true},
    OptionRule{OptionNumber::Block2, 0, 3, false},
    OptionRule{OptionNumber::Block1, 0, 3, false},
    OptionRule{OptionNumber::Size2, 0, 4, false},
    OptionRule{OptionNumber::Size1, 0, 4, false},
    OptionRule{OptionNumber::Echo, 1, 40, false},
    OptionRule{OptionNumber::RequestTag, 0, 8, true},
};

struct Option
{
    std::uint16_t number = 0;
    ByteView value;
};

bool isCritical(std::uint16_t number)
{
    return (number & 1U) != 0;
}

std::uint32_t toUint(ByteView value)
{
    std::uint32_t result = 0;
    for (const std::uint8_t octet : value)
        result = (result << 8U) | octet;
    return result;
}

bool obeysRule(const Option& option, bool isRepeated)
{
    const auto* const rule = std::find_if(optionRules.begin(), optionRules.end(), [&](auto& row) {
        return static_cast<std::uint16_t>(row.number) == option.number;
    });
    if (rule == optionRules.end() || (isRepeated && !rule->isRepeatable))
        return false;
    return option.value.size() >= rule->shortest && option.value.size() <= rule->longest;
}

// Says whether the segment could be kept: text is UTF-8 everywhere above this layer.
bool addSegment(std::vector<std::string>& segments, ByteView value)
{
    if (segments.size() >= mostSegments || !base::isValidUtf8(base::asText(value)))
        return false;
    if (segments.empty())
        segments.reserve(4);
    segments.emplace_back(base::asText(value));
    return true;
}

// Says whether the value was acceptable; the length already is.
bool keep(Message& message, const Option& option)
{
    switch (static_cast<OptionNumber>(option.number)) {
    case OptionNumber::UriPath:
        return addSegment(message.path, option.value);
    case OptionNumber::UriQuery:
        return addSegment(message.query, option.value);
    case OptionNumber::LocationPath:
        return addSegment(message.locationPath, option.value);
    case OptionNumber::ContentFormat:
        message.contentFormat = static_cast<std::uint16_t>(toUint(option.value));
        return true;
    case OptionNumber::Accept:
        message.accept = static_cast<std::uint16_t>(toUint(option.value));
        return true;
    case OptionNumber::Observe:
        message.observe = toUint(option.value);
        return true;
    case OptionNumber::MaxAge:
        message.maxAge = toUint(option.value);
        return true;
    case OptionNumber::Block1:
        message.block1 = Block::fromUint(toUint(option.value));
        return true;
    case OptionNumber::Block2:
        message.block2 = Block::fromUint(toUint(option.value));
        return true;
    case OptionNumber::Size1:
        message.size1 = toUint(option.value);
        return true;
    case OptionNumber::Size2:
        message.size2 = toUint(option.value);
        return true;
    case OptionNumber::ETag:
        message.etag = option.value;
        return true;
    case OptionNumber::Echo:
        message.echo = option.value;
        return true;
    case OptionNumber::RequestTag:
        message.requestTag = option.value;
        return true;
    default: // Uri-Host, Uri-Port and Location-Query say nothing that we need
        return true;
    }
}

base::Expected<void> decodeOptions(Message& message, ByteView rest)
{
    std::uint32_t number = 0;
    bool isFirst = true;
    while (!rest.empty() && rest.front() != payloadMarker) {
        coap_option_t parsed{};
        const std::size_t used = coap_opt_parse(rest.data(), rest.size(), &parsed);
        number += parsed.delta;
        if (used == 0 || number > UINT16_MAX)
            return fail(ErrorKind::Corrupt, "an option runs over the end of the message");
        const Option option{static_cast<std::uint16_t>(number), {parsed.value, parsed.length}};
        const bool isRepeated = parsed.delta == 0 && !isFirst;
        const bool isGood = obeysRule(option, isRepeated) && keep(message, option);
        if (!isGood && isCritical(option.number) && !message.unknownCritical)
            message.unknownCritical = option.number;
        isFirst = false;
        rest = rest.subspan(used);
    }
    if (rest.empty())
        return {};
    message.payload = rest.subspan(1);
    if (message.payload.empty())
        return fail(ErrorKind::Corrupt, "a payload marker with no payload behind it");
    return {};
}

} // namespace

Block Block::fromUint(std::uint32_t value)
{
    return {value >> 4U, (value & 8U) != 0, static_cast<std::uint8_t>(value & 7U)};
}

std::optional<Header> decodeHeader(ByteView datagram)
{
    if (datagram.size() < headerSize || datagram[0] >> 6U != 1)
        return std::nullopt;
    Header header;
    header.type = static_cast<MessageType>((datagram[0] >> 4U) & 3U);
    header.code = datagram[1];
    header.messageId = static_cast<std::uint16_t>(datagram[2] << 8U | datagram[3]);
    const std::size_t tokenSize = datagram[0] & 0xFU;
    if (tokenSize <= longestToken && headerSize + tokenSize <= datagram.size()) {
        header.token.size = static_cast<std::uint8_t>(tokenSize);
        std::copy_n(datagram.begin() + headerSize, tokenSize, header.token.octets.begin());
    }
    return header;
}

base::Expected<Message> decodeMessage(ByteView datagram, const Header& header)
{
    const std::size_t tokenSize = datagram[0] & 0xFU;
    if (tokenSize != header.token.size)
        return fail(ErrorKind::Corrupt, "the token is longer than 8 octets or than the message");
    const ByteView rest = datagram.subspan(headerSize + tokenSize);
    if (header.code == emptyCode && (tokenSize != 0 || !rest.empty()))
        return fail(ErrorKind::Corrupt, "an empty message is not empty");
    base::Expected<Message> message;
    message->header = header;
    if (const auto decoded = decodeOptions(*message, rest); !decoded)
        return fail(decoded.error());
    return message;
}

MessageWriter::MessageWriter(const Header& header) // NOLINT: octets_ as far as size_ says
    : largest_(header.largest)
{
    octets_[0] = static_cast<std::uint8_t>(0x40U | (static_cast<unsigned>(header.type) & 3U) << 4U |
                                           header.token.size);
    octets_[1] = header.code;
    octets_[2] = static_cast<std::uint8_t>(header.messageId >> 8U);
    octets_[3] = static_cast<std::uint8_t>(header.messageId & 0xFFU);
    std::copy_n(header.token.octets.begin(), header.token.size, octets_.begin() + headerSize);
    size_ = headerSize + header.token.size;
}

void MessageWriter::option(OptionNumber number, ByteView value)
{
    const auto plain = static_cast<std::uint16_t>(number);
    assert(plain >= lastOption_);
    const std::size_t used = coap_opt_encode(&octets_[0] + size_,
                                             octets_.size() - size_,
                                             static_cast<std::uint16_t>(plain - lastOption_),
                                             value.data(),
                                             value.size());
    if (used == 0)
        hasOverflowed_ = true;
    size_ += used;
    lastOption_ = plain;
}

void MessageWriter::uintOption(OptionNumber number, std::uint32_t value)
{
    // RFC 7252 §3.2: as few octets as possible, none for zero.
    std::array<std::uint8_t, 4> octets{};
    std::size_t size = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto octet = static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift));
        if (size > 0 || octet != 0)
            octets[size++] = octet;
    }
    option(number, {octets.data(), size});
}

void MessageWriter::payload(ByteView octets)
{
    if (octets.empty())
        return;
    if (octets.size() > room()) {
        hasOverflowed_ = true;
        return;
    }
    octets_[size_++] = payloadMarker;
    if (size_ + octets.size() <= octets_.size()) {
        std::copy(
            octets.begin(), octets.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
    } else {
        long_.reserve(size_ + octets.size());
        long_.assign(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
        long_.insert(long_.end(), octets.begin(), octets.end());
    }
    size_ += octets.size();
}

std::size_t MessageWriter::room() const
{
    return size_ + 1 < largest_ && size_ < octets_.size() ? largest_ - size_ - 1 : 0;
}

namespace {

void writeBlocks(MessageWriter& writer, const TransferOptions& options)
{
    if (options.block2)
        writer.uintOption(OptionNumber::Block2, options.block2->toUint());
    if (options.block1)
        writer.uintOption(OptionNumber::Block1, options.block1->toUint());
    if (options.size2)
        writer.uintOption(OptionNumber::Size2, *options.size2);
    if (options.size1)
        writer.uintOption(OptionNumber::Size1, *options.size1);
}

} // namespace

MessageWriter
writeRequest(const Header& header, const api::Request& request, const TransferOptions& options)
{
    MessageWriter writer(header);
    if (!request.host.empty())
        writer.option(OptionNumber::UriHost, base::asBytes(request.host));
    if (request.observe)
        writer.uintOption(OptionNumber::Observe, *request.observe);
    for (const auto& segment : request.path)
        writer.option(OptionNumber::UriPath, base::asBytes(segment));
    if (request.contentFormat)
        writer.uintOption(OptionNumber::ContentFormat, *request.contentFormat);
    for (const auto& query : request.query)
        writer.option(OptionNumber::UriQuery, base::asBytes(query));
    if (request.accept)
        writer.uintOption(OptionNumber::Accept, *request.accept);
    writeBlocks(writer, options);
    if (!options.echo.empty())
        writer.option(OptionNumber::Echo, options.echo);
    return writer;
}

MessageWriter
writeResponse(const Header& header, const api::Response& response, const TransferOptions& options)
{
    MessageWriter writer(header);
    if (!options.etag.empty())
        writer.option(OptionNumber::ETag, options.etag);
    if (response.observe)
        writer.uintOption(OptionNumber::Observe, *response.observe);
    for (const auto& segment : response.locationPath)
        writer.option(OptionNumber::LocationPath, base::asBytes(segment));
    if (response.contentFormat)
        writer.uintOption(OptionNumber::ContentFormat, *response.contentFormat);
    if (response.maxAge)
        writer.uintOption(OptionNumber::MaxAge, *response.maxAge);
    writeBlocks(writer, options);
    return writer;
}

MessageWriter writeEmpty(MessageType type, std::uint16_t messageId)
{
    return MessageWriter(Header{type, emptyCode, messageId, {}});
}

api::Request toRequest(Message& message)
{
    api::Request request;
    request.method = static_cast<api::Method>(message.header.code);
    request.path = std::move(message.path);
    request.query = std::move(message.query);
    request.contentFormat = message.contentFormat;
    request.accept = message.accept;
    request.observe = message.observe;
    request.payload.assign(message.payload.begin(), message.payload.end());
    request.token = message.header.token;
    return request;
}

api::Response toResponse(Message& message)
{
    api::Response response;
    response.code = static_cast<model::OutcomeCode>(message.header.code);
    response.locationPath = std::move(message.locationPath);
    response.contentFormat = message.contentFormat;
    response.observe = message.observe;
    response.maxAge = message.maxAge;
    response.payload.assign(message.payload.begin(), message.payload.end());
    return response;
}

} // namespace causeway::coap
