// SPDX-License-Identifier: Apache-2.0
#include "tests/store/canary.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "tests/store/store_fixture.hpp"

namespace causeway::tests {

namespace {

/// Without the characters that depend on what stands before and behind (RFC 4648 §4).
std::string base64Core(base::ByteView octets)
{
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i + 3 <= octets.size(); i += 3) {
        const unsigned group = octets[i] << 16U | octets[i + 1] << 8U | octets[i + 2];
        for (const unsigned shift : {18U, 12U, 6U, 0U})
            text += alphabet[group >> shift & 63U];
    }
    return text;
}

std::vector<std::string> spellings(base::ByteView octets)
{
    std::string upper = base::toHex(octets);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    return {std::string(base::asText(octets)),
            base::toHex(octets),
            upper,
            base64Core(octets),
            base64Core(octets.subspan(1)),
            base64Core(octets.subspan(2))};
}

} // namespace

std::string fileShowing(const std::filesystem::path& directory, base::ByteView octets)
{
    const auto wanted = spellings(octets);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file())
            continue;
        const std::string content = readFile(entry.path());
        const auto isThere = [&](const std::string& text) {
            return content.find(text) != std::string::npos;
        };
        if (std::ranges::any_of(wanted, isThere))
            return entry.path();
    }
    return {};
}

} // namespace causeway::tests
