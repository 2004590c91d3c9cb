// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/model/outcome.hpp"

/// What goes over the seam of transport.hpp.
namespace causeway::api {

/// RFC 7252 §12.1.1 and RFC 8132.
enum class Method : std::uint8_t {
    Get = 1,
    Post = 2,
    Put = 3,
    Delete = 4,
    Fetch = 5,
    Patch = 6,
    IPatch = 7
};

/// A number of the CoAP Content-Formats registry, e.g. 11542.
using ContentFormat = std::uint16_t;

/// Zero to eight octets that tie responses and notifications to a request (RFC 7252 §5.3.1).
struct Token
{
    std::array<std::uint8_t, 8> octets{};
    std::uint8_t size = 0;
    auto operator<=>(const Token&) const = default;
};

/// Which part of a body a request carries, where SessionListener::takesPieces() wants it in parts.
struct Piece
{
    std::uint64_t offset = 0;           ///< 0 begins a new body
    std::optional<std::uint64_t> total; ///< octets, when the sender has told (Size1)
    bool isLast = false;
};

/// One block of a body that is not wanted, or given, as a whole (RFC 7959 §2.2, §2.4).
struct AnswerBlock
{
    std::uint32_t number = 0;
    std::uint8_t exponent = 6;            ///< of its size: 2^(exponent + 4) octets, 1,024 at most
    bool hasMore = false;                 ///< of a response
    std::optional<std::uint32_t> total{}; ///< of a response: octets of all blocks (Size2)
    base::Bytes etag{};                   ///< of a response: tells bodies apart

    [[nodiscard]] std::size_t size() const { return std::size_t{16} << exponent; }

    [[nodiscard]] std::uint64_t offset() const { return std::uint64_t{number} * size(); }
};

/// A whole request, either way: blocks are put together, or cut, below this seam.
struct Request
{
    Method method = Method::Get;
    std::vector<std::string> path;  ///< Uri-Path segments
    std::vector<std::string> query; ///< Uri-Query options, "name=value"
    std::optional<ContentFormat> contentFormat;
    std::optional<ContentFormat> accept;
    std::optional<std::uint32_t> observe; ///< 0 register, 1 cancel (RFC 7641 §2)
    base::Bytes payload;
    Token token;                  ///< of a received request; ours is chosen below
    std::optional<Piece> piece{}; ///< of a received request: it is not whole
    std::string host{};           ///< of our request: Uri-Host, where there must be one
    /// Of our request: only this block of the answer is wanted, however many there are.
    std::optional<AnswerBlock> block{};
};

/// A whole response, either way, and what a notification carries.
struct Response
{
    model::OutcomeCode code = model::OutcomeCode::Content;
    std::vector<std::string> locationPath;
    std::optional<ContentFormat> contentFormat;
    std::optional<std::uint32_t> observe; ///< notifications: 24-bit sequence number
    std::optional<std::uint32_t> maxAge;  ///< seconds
    base::Bytes payload;
    std::optional<AnswerBlock> block{}; ///< received, where the request wanted one: it is not whole
    /// With RequestTooLarge: octets that would have been taken (Size1, RFC 7959 §2.9.3).
    std::optional<std::uint32_t> largestBody{};
};

} // namespace causeway::api
