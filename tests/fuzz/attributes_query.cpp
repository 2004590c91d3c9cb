// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/attributes_query.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"

using namespace causeway;

namespace {

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

} // namespace

// A query that is accepted is shown by Discover in a form that means the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto query = split(base::asText({data, size}), '&');
    const auto first = lwm2m::applyAttributesQuery({}, query);
    if (!first)
        return 0;
    const auto shown = lwm2m::formatAttributes(*first);
    const auto again = split(std::string_view(shown).substr(shown.empty() ? 0 : 1), ';');
    const auto second = lwm2m::applyAttributesQuery({}, again);
    if (!second || *second != *first)
        std::abort();
    return 0;
}
