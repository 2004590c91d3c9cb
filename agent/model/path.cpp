// SPDX-License-Identifier: Apache-2.0
#include "agent/model/path.hpp"

#include <charconv>

#include <fmt/format.h>

namespace causeway::model {

using base::ErrorKind;

namespace {

tl::unexpected<base::Error> bad(std::string_view text, std::string_view why)
{
    constexpr std::size_t mostShown = 64; // a peer's text; enough to find it again
    return base::fail(ErrorKind::InvalidArgument,
                      fmt::format("\"{}\" is no LwM2M path: {}", text.substr(0, mostShown), why));
}

bool parseId(std::string_view digits, Id& id)
{
    const bool hasLeadingZero = digits.size() > 1 && digits.front() == '0';
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    return error == std::errc() && end == digits.data() + digits.size() && !hasLeadingZero &&
           id != maxId;
}

} // namespace

base::Expected<Path> Path::parse(std::string_view text)
{
    if (text.empty() || text.front() != '/')
        return bad(text, "it must begin with '/'");
    Path path;
    std::string_view rest = text.substr(1);
    if (rest.empty())
        return path;
    for (;;) {
        if (path.size() == mostLevels)
            return bad(text, "it has more than four levels");
        const auto slash = rest.find('/');
        Id id = 0;
        if (!parseId(rest.substr(0, slash), id))
            return bad(text, "each level is a number from 0 to 65534");
        path = path.child(id);
        if (slash == std::string_view::npos)
            return path;
        rest.remove_prefix(slash + 1);
    }
}

std::string Path::toString() const
{
    if (isRoot())
        return "/";
    std::string text;
    for (std::size_t i = 0; i < size_; ++i) {
        const fmt::format_int digits(ids_[i]);
        text += '/';
        text.append(digits.data(), digits.size());
    }
    return text;
}

} // namespace causeway::model
