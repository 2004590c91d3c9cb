// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "agent/api/transport.hpp"
#include "agent/base/expected.hpp"

/// The allow-list: what we offer in a ClientHello, and what we accept as its result. Pure.
namespace causeway::coap {

/// RFC 7366: CBC whose MAC covers the plaintext is open to padding oracles.
enum class CbcRule : std::uint8_t { OnlyEncryptThenMac, AlsoMacThenEncrypt };

struct CipherSuite
{
    std::uint16_t number = 0; ///< IANA
    std::string_view name;    ///< IANA
    bool isCbc = false;
    // In GnuTLS's words.
    std::string_view keyExchange;
    std::string_view cipher;
    std::string_view mac;
};

/// Best first. Fails with NotSupported for the modes that this gateway does not have.
[[nodiscard]] base::Expected<std::span<const CipherSuite>> offeredSuites(api::SecurityMode mode);

/// GnuTLS's priority string that offers exactly these.
[[nodiscard]] std::string priorityString(std::span<const CipherSuite> suites, CbcRule rule);

/// What a handshake negotiated, in GnuTLS's words.
struct Negotiated
{
    std::string_view keyExchange;
    std::string_view cipher;
    std::string_view mac;
    bool hasEncryptThenMac = false;
};

/// The suite; fails with Refused when we did not offer it or the rule forbids its form.
[[nodiscard]] base::Expected<CipherSuite>
checkSuite(std::span<const CipherSuite> suites, CbcRule rule, const Negotiated& negotiated);

} // namespace causeway::coap
