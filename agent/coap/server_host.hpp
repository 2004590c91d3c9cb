// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/expected.hpp"

/// What may stand where a server's host stands, and what TLS may be told of it. Pure: nothing is
/// looked up.
namespace causeway::coap {

/// Whether it is an address and no name: IPv4 as RFC 3986 writes it, or anything with a colon,
/// which is IPv6, without brackets and with or without a zone.
[[nodiscard]] bool isAddress(std::string_view host);

/// As RFC 6066 §3 and certificates have names: without the dot that ends an absolute one. Who looks
/// a name up keeps that dot, which says that it is none of a search domain.
[[nodiscard]] std::string_view withoutFinalDot(std::string_view name);

/// InvalidArgument, with what is wrong in words that follow "its host", unless it is an address or
/// a name. What getaddrinfo(3) takes for an IPv4 address and RFC 3986 does not (§7.4: "127.1",
/// "0x7f000001", "2130706433", "0177.0.0.1") is neither: it would be compared and sent as a name,
/// and lead to a host that its words do not tell.
[[nodiscard]] base::Expected<void> admitHost(std::string_view host);

/// InvalidArgument unless it is empty or a host name, never an address (RFC 6066 §3).
[[nodiscard]] base::Expected<void> admitServerName(std::string_view name);

/// What TLS calls the server (SNI): the account's own name for it, or else the URI's host; empty
/// for an address, in whatever writing.
[[nodiscard]] std::string sentName(std::string_view host, std::string_view serverName);

} // namespace causeway::coap
