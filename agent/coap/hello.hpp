// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"

/// The two hellos of TLS and DTLS 1.2, and whether the server's goes with ours. GnuTLS 3.7.9 skips
/// what it does not know in a ServerHello, and believes a server that resumes the rest of it. Pure.
namespace causeway::coap {

/// What a ClientHello offers (RFC 5246 §7.4.1.2). Extensions by IANA's numbers.
struct ClientHello
{
    base::Bytes sessionId;
    std::vector<std::uint16_t> suites;
    std::vector<std::uint16_t> extensions;
};

/// What a server made of it (§7.4.1.3).
struct ServerHello
{
    base::Bytes sessionId;
    std::uint16_t suite = 0;
    std::uint8_t compression = 0;
    std::vector<std::uint16_t> extensions;
};

/// The octets of a whole message behind its header; nothing for what is none, or goes on behind its
/// end. That of DTLS has a cookie (RFC 6347 §4.2.1).
[[nodiscard]] std::optional<ClientHello> parseClientHello(base::ByteView body, bool hasCookie);
[[nodiscard]] std::optional<ServerHello> parseServerHello(base::ByteView body);

/// Why a ServerHello ends the handshake, and with which alert.
struct HelloFault
{
    std::uint8_t alert = 0;
    std::string words;
};

/// The server goes on with the session that we offered (§7.4.1.3).
[[nodiscard]] bool isResumption(const ClientHello& ours, const ServerHello& theirs);

/// Nothing when the ServerHello may be gone by: the suite and all extensions were offered (RFC 5246
/// §7.4.1.4), none comes twice, nothing is compressed, encrypt-then-MAC goes with CBC only (RFC
/// 7366 §3). When it resumes a session, the suite is `keptSuite`, that one's, and an extended
/// master secret is there, without which none is kept (RFC 7627 §5.3).
[[nodiscard]] std::optional<HelloFault>
judgeServerHello(const ClientHello& ours, const ServerHello& theirs, std::uint16_t keptSuite);

} // namespace causeway::coap
