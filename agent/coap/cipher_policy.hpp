// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    bool isDefault = false;   ///< offered by an account that names no suites
    bool isCbc = false;
    // In GnuTLS's words.
    std::string_view keyExchange;
    std::string_view cipher;
    std::string_view mac;
};

/// Every suite that can be offered at all: PSK's, then those of raw public keys and certificates;
/// best first in each.
[[nodiscard]] std::span<const CipherSuite> allCipherSuites();

/// Takes an IANA name, or a number as 49320, 0xC0A8 or 0xC0,0xA8. NotSupported, with the rule that
/// forbids it, for everything that is not in allCipherSuites(): ECDHE_PSK, SHA-1, MD5, NULL,
/// anonymous and export suites among them.
[[nodiscard]] base::Expected<CipherSuite> findCipherSuite(std::string_view text);

/// What an account offers, best first whatever the order of `wanted`; an empty list means the
/// defaults. NotSupported for NoSec, for suites of other modes and for those that
/// findCipherSuite() does not know.
[[nodiscard]] base::Expected<std::vector<CipherSuite>>
offeredSuites(api::SecurityMode mode, std::span<const std::string> wanted);

/// DTLS 1.2 over UDP, TLS 1.2 over TCP: the same suites and rules.
enum class RecordLayer : std::uint8_t { Datagrams, Stream };

/// GnuTLS's priority string that offers exactly these.
[[nodiscard]] std::string priorityString(api::SecurityMode mode,
                                         std::span<const CipherSuite> suites,
                                         CbcRule rule,
                                         RecordLayer layer = RecordLayer::Datagrams);

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
