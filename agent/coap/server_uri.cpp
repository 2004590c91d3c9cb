// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/server_uri.hpp"

#include <coap3/coap.h>

#include "agent/base/bytes.hpp"
#include "agent/coap/server_host.hpp"

namespace causeway::coap {

namespace {

// TS 1.1 Core §E.1: the LwM2M Server URI.
constexpr std::size_t longestUri = 255;

auto refuse(std::string_view uri, std::string_view why)
{
    return base::fail(base::ErrorKind::InvalidArgument,
                      "\"" + std::string(uri) + "\" is no server URI: " + std::string(why));
}

bool isKnown(coap_uri_scheme_t scheme)
{
    return scheme == COAP_URI_SCHEME_COAP || scheme == COAP_URI_SCHEME_COAPS ||
           scheme == COAP_URI_SCHEME_COAP_TCP || scheme == COAP_URI_SCHEME_COAPS_TCP;
}

} // namespace

base::Expected<ServerUri> parseServerUri(std::string_view text)
{
    if (text.size() > longestUri)
        return refuse(text.substr(0, longestUri), "it is longer than 255 octets");
    const base::ByteView octets = base::asBytes(text);
    coap_uri_t parsed{};
    if (coap_split_uri(octets.data(), octets.size(), &parsed) < 0)
        return refuse(text, "it has not the form coaps://host or coaps://host:port");
    if (!isKnown(parsed.scheme))
        return refuse(text, "its scheme is none of coaps, coap, coaps+tcp and coap+tcp");
    const std::string host(base::asText({parsed.host.s, parsed.host.length}));
    if (const auto admitted = admitHost(host); !admitted)
        return refuse(text, "its host " + admitted.error().message);
    if (parsed.port == 0)
        return refuse(text, "its port is 0");
    if (text.substr(0, text.size() - (text.ends_with('/') ? 1 : 0)).ends_with(':'))
        return refuse(text, "its port is missing after the colon");
    if (parsed.path.length != 0 || parsed.query.length != 0)
        return refuse(text, "it has a path or a query");
    const bool isStream =
        parsed.scheme == COAP_URI_SCHEME_COAP_TCP || parsed.scheme == COAP_URI_SCHEME_COAPS_TCP;
    const bool isSecure =
        parsed.scheme == COAP_URI_SCHEME_COAPS || parsed.scheme == COAP_URI_SCHEME_COAPS_TCP;
    return ServerUri{isSecure, isStream, host, parsed.port};
}

} // namespace causeway::coap
