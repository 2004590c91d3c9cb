// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/api/transport.hpp"
#include "agent/model/attributes.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// One link of a CoRE link-format payload (RFC 6690, LwM2M Core §7.5) and what it tells.
struct Link
{
    model::Path path;
    std::optional<std::string> version;         ///< `ver`, of Object links only
    std::optional<std::size_t> dimension;       ///< `dim`, of multiple Resources only
    model::NotificationAttributes attributes;   ///< those to show at this link
    std::optional<std::uint16_t> shortServerId; ///< `ssid`, Bootstrap-Discover only
    std::optional<std::string> serverUri;       ///< `uri`, Bootstrap-Discover only
};

/// </3>;ver=1.2,</3/0>,</3/0/9>;pmin=10: the answer to Discover, links in the order given.
/// `ver` goes without quotes: LwM2M 1.0 has it with (§6.2.3) and without (§5.2.7.3), RFC 6690 takes
/// both, but Leshan, and LwM2M since 1.1, refuse the quotes.
[[nodiscard]] std::string formatLinks(std::span<const Link> links);

/// The payload of Register and Update: the root link with rt and `formats` as ct, then the links.
[[nodiscard]] std::string formatRegistration(std::span<const Link> links,
                                             std::span<const api::ContentFormat> formats);

/// The answer to Bootstrap-Discover: the enabler version first, then the links.
[[nodiscard]] std::string formatBootstrapDiscover(std::span<const Link> links,
                                                  std::string_view enabler);

} // namespace causeway::lwm2m
