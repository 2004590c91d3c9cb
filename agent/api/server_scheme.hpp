// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace causeway::api {

/// How LwM2M Servers are reached: the scheme of their URI.
struct ServerScheme
{
    std::string_view name;
    bool isSecure;
    bool isStream; ///< TCP (RFC 8323), which LwM2M has since version 1.1
    std::uint16_t port;
    std::string_view binding; ///< LwM2M's letter for it (/1/x/7, /3/0/16)
};

inline constexpr std::array serverSchemes{ServerScheme{"coaps", true, false, 5684, "U"},
                                          ServerScheme{"coap", false, false, 5683, "U"},
                                          ServerScheme{"coaps+tcp", true, true, 5684, "T"},
                                          ServerScheme{"coap+tcp", false, true, 5683, "T"}};

/// That of the URI; nullptr when it has none of these.
[[nodiscard]] constexpr const ServerScheme* schemeOf(std::string_view uri)
{
    const std::string_view name = uri.substr(0, std::min(uri.find("://"), uri.size()));
    for (const auto& scheme : serverSchemes) {
        if (scheme.name == name)
            return &scheme;
    }
    return nullptr;
}

/// Whether the URI is one of TCP.
[[nodiscard]] constexpr bool isStreamUri(std::string_view uri)
{
    const auto* const scheme = schemeOf(uri);
    return scheme != nullptr && scheme->isStream;
}

} // namespace causeway::api
