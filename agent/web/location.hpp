// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/api/web.hpp"
#include "agent/base/expected.hpp"

namespace causeway::web {

/// An http or https URI, taken apart by libcurl. Pure.
struct Location
{
    api::WebOrigin origin;
    std::string target; ///< path and query, as a request line has them
    std::string text;   ///< all of it, for what is relative to it

    /// As the header field Host has it (RFC 9110 §7.2).
    [[nodiscard]] std::string hostField() const;
};

/// What a signed URI of a content network needs, and then some; Package URIs themselves are
/// shorter.
inline constexpr std::size_t longestLocation = 4096;

/// InvalidArgument for what is none or has a user name; NotSupported for other schemes.
[[nodiscard]] base::Expected<Location> parseLocation(std::string_view text);

/// Where `text`, of the header field Location, leads from there (RFC 9110 §10.2.2). Also
/// NotAuthorized: from https to http.
[[nodiscard]] base::Expected<Location> redirect(const Location& from, std::string_view text);

} // namespace causeway::web
