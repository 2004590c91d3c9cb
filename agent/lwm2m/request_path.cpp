// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/request_path.hpp"

#include <algorithm>

namespace causeway::lwm2m {

using model::OutcomeCode;
using model::Path;

namespace {

bool isNumber(const std::string& text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

OrRefusal<Path> parseRequestPath(std::span<const std::string> segments)
{
    // "coap://host/" may come as one empty segment.
    if (segments.empty() || (segments.size() == 1 && segments.front().empty()))
        return Path{};
    if (!isNumber(segments.front()))
        return refusal(OutcomeCode::NotFound, "no such resource");
    if (segments.size() > Path::mostLevels)
        return refusal(OutcomeCode::MethodNotAllowed, "a path has at most four levels");
    std::string text;
    for (const auto& segment : segments)
        text += "/" + segment;
    auto path = Path::parse(text);
    if (!path || path->size() != segments.size()) // a segment may hide a slash
        return refusal(OutcomeCode::MethodNotAllowed, "each level is a number from 0 to 65534");
    return *path;
}

} // namespace causeway::lwm2m
