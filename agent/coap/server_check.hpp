// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/coap/gateway_trust.hpp"

/// Whether the key or certificate that a server presents is that of the account. No socket and no
/// session in here: what was presented goes in, a verdict with words comes out.
namespace causeway::coap {

/// What a server is judged by.
struct ServerTerms
{
    api::SecurityMode mode = api::SecurityMode::RawPublicKey;
    const api::ServerIdentity& identity;
    std::string_view host; ///< of the URI; a literal without brackets
    bool isLiteral = false;
    base::WallTime now{};
    bool toleratesUnsetClock = false;
    GatewayTrust& trust;
    /// What else than P-256 was offered for its own key (RFC 8422 §5.3): repositories are offered
    /// P-384, too.
    bool allowsP384 = false;
};

/// The first octets of the SHA-256 of the server's key or certificate.
using ServerKeyMark = std::array<std::uint8_t, 8>;

/// Before this year the clock cannot have been set: the program is younger.
[[nodiscard]] bool isClockSet(base::WallTime now);

/// Whether an account may say so: InvalidArgument unless the key is a SubjectPublicKeyInfo on
/// P-256, a certificate, or a hash of the matching type's length, and the server name is one.
[[nodiscard]] base::Expected<void> admitIdentity(api::SecurityMode mode,
                                                 const api::ServerIdentity& identity);

/// `presented`: a SubjectPublicKeyInfo, or certificates with the server's own first. Refused, with
/// the reason, unless the server is the one that the terms name:
/// - RawPublicKey: the key, octet by octet or by its hash, on P-256;
/// - Certificate: the usage's conditions (RFC 6698 §2.1.1), ECDSA on a curve that was offered, in
///   all of its path curves of 255 bits or more and signatures with SHA-256 or better, valid now,
///   made for servers, and for the name unless the certificate itself is known.
[[nodiscard]] base::Expected<ServerKeyMark> checkServer(std::span<const base::ByteView> presented,
                                                        const ServerTerms& terms);

/// For a server that no account is for, in the mode Certificate, by its host and the gateway's own
/// trust store alone: a path to one of its authorities of at least 112 bits of security (RSA
/// included, which web servers have), valid now, made for servers, and for the name.
[[nodiscard]] base::Expected<ServerKeyMark> checkStranger(std::span<const base::ByteView> presented,
                                                          const ServerTerms& terms);

} // namespace causeway::coap
