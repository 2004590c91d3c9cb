// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

/// CoAP messages and their octets on the wire (RFC 7252 §3). Pure.
namespace causeway::coap {

/// RFC 7252 §4.6: what fits when nothing is known about the path.
inline constexpr std::size_t largestMessage = 1152;
/// Path, query and location segments together. LwM2M needs 10; each one costs us a string.
inline constexpr std::size_t mostSegments = 32;

enum class MessageType : std::uint8_t {
    Confirmable = 0,
    NonConfirmable = 1,
    Acknowledgement = 2,
    Reset = 3,
    /// None of these: what carries it neither loses nor repeats nor reorders (RFC 8323 §3).
    Reliable = 4
};

/// RFC 7252 §12.1; 0 is the empty message.
inline constexpr std::uint8_t emptyCode = 0;
inline constexpr std::uint8_t continueCode = 95;              // 2.31
inline constexpr std::uint8_t proxyingNotSupportedCode = 165; // 5.05

/// RFC 7252 §3, the class of a code: 0 request, 2, 4 and 5 response, others reserved.
[[nodiscard]] constexpr unsigned codeClass(std::uint8_t code)
{
    return code >> 5U;
}

/// RFC 7252 §5.10, RFC 7641, 7959, 9175.
enum class OptionNumber : std::uint16_t {
    UriHost = 3,
    ETag = 4,
    Observe = 6,
    UriPort = 7,
    LocationPath = 8,
    UriPath = 11,
    ContentFormat = 12,
    MaxAge = 14,
    UriQuery = 15,
    Accept = 17,
    LocationQuery = 20,
    Block2 = 23,
    Block1 = 27,
    Size2 = 28,
    ProxyUri = 35,
    ProxyScheme = 39,
    Size1 = 60,
    Echo = 252,
    RequestTag = 292,
};

/// RFC 7959 §2.2. The exponent SZX is 0 to 6, 16 to 1024 octets.
struct Block
{
    static constexpr std::uint8_t largestExponent = 6;
    static constexpr std::uint32_t largestNumber = 0xFFFFF;

    std::uint32_t number = 0;
    bool hasMore = false;
    std::uint8_t exponent = largestExponent;

    [[nodiscard]] std::size_t size() const { return std::size_t{16} << exponent; }

    [[nodiscard]] std::size_t offset() const { return number * size(); }

    [[nodiscard]] std::uint32_t toUint() const
    {
        return (number << 4U) | (hasMore ? 8U : 0U) | exponent;
    }

    [[nodiscard]] static Block fromUint(std::uint32_t value);
    auto operator<=>(const Block&) const = default;
};

struct Header
{
    MessageType type = MessageType::Confirmable;
    std::uint8_t code = emptyCode;
    std::uint16_t messageId = 0;
    api::Token token;
    std::size_t largest = largestMessage; ///< what its receiver takes in one message
};

/// A body of so many octets goes to such a receiver without being asked for in blocks.
[[nodiscard]] constexpr std::size_t mostAtOnce(std::size_t largest)
{
    return largest > largestMessage ? largest : Block{}.size();
}

/// A received message; views point into its datagram.
struct Message
{
    Header header;
    std::vector<std::string> path;
    std::vector<std::string> query;
    std::vector<std::string> locationPath;
    std::optional<std::uint16_t> contentFormat;
    std::optional<std::uint16_t> accept;
    std::optional<std::uint32_t> observe;
    std::optional<std::uint32_t> maxAge;
    std::optional<Block> block1;
    std::optional<Block> block2;
    std::optional<std::uint32_t> size1;
    std::optional<std::uint32_t> size2;
    base::ByteView etag;
    base::ByteView echo;
    std::optional<base::ByteView> requestTag;
    /// The first critical option that we do not know, or that has a length, a value or a
    /// repetition that it may not have (RFC 7252 §5.4.1, §5.4.3, §5.4.5).
    std::optional<std::uint16_t> unknownCritical;
    base::ByteView payload;
};

/// Options beside those of a Request or Response.
struct TransferOptions
{
    std::optional<Block> block1;
    std::optional<Block> block2;
    std::optional<std::uint32_t> size1;
    std::optional<std::uint32_t> size2;
    base::ByteView etag;
    base::ByteView echo;
};

/// Writes one message, on the stack up to largestMessage octets: only a payload can make it longer.
class MessageWriter
{
public:
    explicit MessageWriter(const Header& header);

    /// In ascending order of numbers.
    void option(OptionNumber number, base::ByteView value);
    void uintOption(OptionNumber number, std::uint32_t value);
    void payload(base::ByteView octets);

    /// Payload octets that would still fit.
    [[nodiscard]] std::size_t room() const;

    /// Something did not fit; the datagram is of no use.
    [[nodiscard]] bool hasOverflowed() const { return hasOverflowed_ || size_ > largest_; }

    [[nodiscard]] base::ByteView datagram() const
    {
        return long_.empty() ? base::ByteView(octets_.data(), size_) : base::ByteView(long_);
    }

private:
    std::array<std::uint8_t, largestMessage> octets_; // NOLINT: filled as far as size_ says
    base::Bytes long_;                                ///< all of it, once it has outgrown those
    std::size_t size_ = 0;
    std::size_t largest_;
    std::uint16_t lastOption_ = 0;
    bool hasOverflowed_ = false;
};

/// Nothing when this is not a CoAP message at all (RFC 7252 §3: version 1 only, four octets).
/// A header that this gives may still belong to a message with a format error.
[[nodiscard]] std::optional<Header> decodeHeader(base::ByteView datagram);

/// Fails on a message format error. The header has been decoded before.
[[nodiscard]] base::Expected<Message> decodeMessage(base::ByteView datagram, const Header& header);

[[nodiscard]] MessageWriter
writeRequest(const Header& header, const api::Request& request, const TransferOptions& options);
/// Without the payload, of which a part follows.
[[nodiscard]] MessageWriter
writeResponse(const Header& header, const api::Response& response, const TransferOptions& options);
[[nodiscard]] MessageWriter writeEmpty(MessageType type, std::uint16_t messageId);

/// Moves strings out of the message.
[[nodiscard]] api::Request toRequest(Message& message);
[[nodiscard]] api::Response toResponse(Message& message);

} // namespace causeway::coap
