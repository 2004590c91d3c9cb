// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/package_fetch.hpp"
#include "agent/base/expected.hpp"

namespace causeway::lwm2m {

/// A Package URI (/5/0/1), taken apart as RFC 3986 §3 and RFC 7252 §6.4 say.
struct PackageUri
{
    std::string scheme;                           ///< lower case
    std::optional<api::PackageProtocol> protocol; ///< none: nobody here speaks the scheme
    std::string host;                             ///< lower case; a literal IPv6 without brackets
    std::uint16_t port = 0;                       ///< the protocol's own, when none is named
    std::vector<std::string> path;                ///< segments, as Uri-Path has them
    std::vector<std::string> query;               ///< as Uri-Query has them
};

/// Refuses, with the reason, what is no URI of an authority, and user names, passwords and
/// fragments, which no repository needs.
[[nodiscard]] base::Expected<PackageUri> parsePackageUri(std::string_view text);

/// A literal IPv4 or IPv6 address, which no name is.
[[nodiscard]] bool isLiteralHost(std::string_view host);

} // namespace causeway::lwm2m
