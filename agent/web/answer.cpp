// SPDX-License-Identifier: Apache-2.0
#include "agent/web/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace causeway::web {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

/// Kept with the state of the update, a few for each device.
constexpr std::size_t longestTag = 128;

constexpr long ok = 200;
constexpr long partialContent = 206;
constexpr long rangeNotSatisfiable = 416;
constexpr std::array redirections{301L, 302L, 303L, 307L, 308L};
// What may be otherwise later: RFC 9110 §15.5.9 and §15.6, RFC 8470 §5.2, RFC 6585 §4. All other
// refusals stay, 501 (unknown method) and 505 (version) among them.
constexpr std::array passing{408L, 425L, 429L, 500L, 502L, 503L, 504L};

template <typename Values, typename Value>
bool contains(const Values& values, const Value& value)
{
    return std::ranges::find(values, value) != values.end();
}

Error corrupt(std::string_view why)
{
    return {ErrorKind::Corrupt, fmt::format("the repository {}", why)};
}

Error refusalOf(long status)
{
    const auto sentence = fmt::format("the repository answers with status {}", status);
    constexpr long firstRefusal = 300;
    if (status < firstRefusal)
        return {ErrorKind::Corrupt, sentence};
    if (contains(passing, status))
        return {ErrorKind::Unreachable, sentence, Retry::Later};
    return {ErrorKind::NotFound, sentence};
}

std::string versionOf(const AnswerHead& head)
{
    return isStrongTag(head.etag) ? head.etag : std::string();
}

Verdict judgeWhole(const AnswerHead& head)
{
    // Whoever ends the body by closing the connection cannot tell a whole package from half of one.
    if (!head.length && !head.isChunked)
        return corrupt("does not say where the package ends");
    PackageBody body;
    body.end = head.length;
    body.total = head.length;
    body.version = versionOf(head);
    return body;
}

Verdict judgeRest(const Question& question, const AnswerHead& head)
{
    if (question.offset == 0)
        return corrupt("sends a part of the package when asked for all of it");
    const auto range = parseContentRange(head.contentRange);
    // Without the whole length nobody can tell whether this is all the rest.
    if (versionOf(head) != question.version || (range && !range->total))
        return AskForAll{};
    if (!range || range->first != question.offset)
        return corrupt("sends another part of the package than the one asked for");
    const std::uint64_t size = range->last - range->first + 1;
    if (head.length ? *head.length != size : !head.isChunked)
        return corrupt("sends a part whose length is not what it says");
    return PackageBody{range->first, range->last + 1, range->total, question.version};
}

std::optional<std::uint64_t> takeNumber(std::string_view& text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view expected)
{
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(expected.size());
    return true;
}

} // namespace

Verdict judge(const Question& question, const AnswerHead& head)
{
    if (contains(redirections, head.status) && !head.location.empty())
        return Redirection{head.location};
    if (head.status == rangeNotSatisfiable && question.offset != 0)
        return AskForAll{};
    if (head.status != ok && head.status != partialContent)
        return refusalOf(head.status);
    // None was asked for (RFC 9110 §12.5.3), and it would be stored as it comes.
    if (!head.contentEncoding.empty() && head.contentEncoding != "identity")
        return corrupt("sends the package encoded");
    return head.status == ok ? judgeWhole(head) : judgeRest(question, head);
}

std::optional<ContentRange> parseContentRange(std::string_view text)
{
    ContentRange range;
    if (!take(text, "bytes "))
        return std::nullopt;
    const auto first = takeNumber(text);
    if (!first || !take(text, "-"))
        return std::nullopt;
    const auto last = takeNumber(text);
    // The largest number has no end behind it.
    if (!last || *last < *first || *last + 1 == 0 || !take(text, "/"))
        return std::nullopt;
    range.first = *first;
    range.last = *last;
    if (text == "*")
        return range;
    range.total = takeNumber(text);
    if (!range.total || !text.empty() || *range.total <= range.last)
        return std::nullopt;
    return range;
}

bool isStrongTag(std::string_view text)
{
    return text.size() > 2 && text.size() <= longestTag && text.front() == '"' &&
           text.back() == '"' && std::ranges::count(text, '"') == 2 &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace causeway::web
