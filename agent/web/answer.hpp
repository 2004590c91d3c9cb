// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/base/error.hpp"

/// What the head of an answer says of the body behind it. Pure.
namespace causeway::web {

/// Asked for, and of what package the beginning is there already.
struct Question
{
    std::uint64_t offset = 0;
    std::string version; ///< a strong ETag, as it stands in its field; with an offset never empty
};

/// The fields of a head that count here, empty where they are missing.
struct AnswerHead
{
    long status = 0;
    std::string etag;
    std::string contentRange;
    std::string contentEncoding;
    std::string location;
    std::optional<std::uint64_t> length; ///< of the body
    bool isChunked = false;
};

/// The body is the package, or its rest.
struct PackageBody
{
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> end;   ///< where the body ends
    std::optional<std::uint64_t> total; ///< never without the end
    std::string version;                ///< empty: nothing tells this package from others
};

struct Redirection
{
    std::string location;
};

/// What is there is of no use: the question again, for all of it.
struct AskForAll
{};

using Verdict = std::variant<PackageBody, Redirection, AskForAll, base::Error>;

[[nodiscard]] Verdict judge(const Question& question, const AnswerHead& head);

struct ContentRange
{
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total;
};

/// RFC 9110 §14.4: "bytes 0-499/1234" or "bytes 0-499/*", and nothing that contradicts itself.
[[nodiscard]] std::optional<ContentRange> parseContentRange(std::string_view text);

/// RFC 9110 §8.8.3: an ETag that two different octet streams never share, and that is short enough
/// to be kept.
[[nodiscard]] bool isStrongTag(std::string_view text);

} // namespace causeway::web
