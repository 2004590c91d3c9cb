// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/cipher_policy.hpp"

#include <algorithm>
#include <array>

namespace causeway::coap {

using base::ErrorKind;
using base::fail;

namespace {

// TS 1.1 Transport §5.2.8: TLS_PSK_WITH_AES_128_CCM_8 must be there, the CBC suite should be.
// clang-format off
constexpr std::array pskSuites{
    CipherSuite{0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8",      false, "PSK", "AES-128-CCM-8", "AEAD"},   // RFC 6655
    CipherSuite{0x00AE, "TLS_PSK_WITH_AES_128_CBC_SHA256", true,  "PSK", "AES-128-CBC",   "SHA256"}, // RFC 5487
};

// clang-format on

void append(std::string& priorities, std::string_view word)
{
    const std::string entry = ":+" + std::string(word);
    if ((priorities + ":").find(entry + ":") == std::string::npos)
        priorities += entry;
}

} // namespace

base::Expected<std::span<const CipherSuite>> offeredSuites(api::SecurityMode mode)
{
    switch (mode) {
    case api::SecurityMode::Psk:
        return std::span<const CipherSuite>(pskSuites);
    case api::SecurityMode::RawPublicKey:
        return fail(ErrorKind::NotSupported, "raw public keys are not supported");
    case api::SecurityMode::Certificate:
        return fail(ErrorKind::NotSupported, "certificates are not supported");
    case api::SecurityMode::NoSec:
        break;
    }
    return fail(ErrorKind::NotSupported, "coaps:// needs a security mode other than NoSec");
}

std::string priorityString(std::span<const CipherSuite> suites, CbcRule rule)
{
    std::string priorities = "NONE:+VERS-DTLS1.2";
    for (const auto& suite : suites) {
        append(priorities, suite.keyExchange);
        append(priorities, suite.cipher);
        append(priorities, suite.mac);
    }
    // GnuTLS 3.7 takes no list without a signature algorithm, not even for PSK alone.
    append(priorities, "SIGN-ECDSA-SHA256");
    // Without this GnuTLS runs CBC without encrypt-then-MAC, and tells nobody.
    if (rule == CbcRule::OnlyEncryptThenMac)
        priorities += ":%FORCE_ETM";
    return priorities;
}

base::Expected<CipherSuite>
checkSuite(std::span<const CipherSuite> suites, CbcRule rule, const Negotiated& negotiated)
{
    const auto suite = std::find_if(suites.begin(), suites.end(), [&](const CipherSuite& row) {
        return row.keyExchange == negotiated.keyExchange && row.cipher == negotiated.cipher &&
               row.mac == negotiated.mac;
    });
    if (suite == suites.end())
        return fail(ErrorKind::Refused, "the server chose a cipher suite that was not offered");
    if (suite->isCbc && !negotiated.hasEncryptThenMac && rule == CbcRule::OnlyEncryptThenMac)
        return fail(ErrorKind::Refused,
                    "the server chose " + std::string(suite->name) +
                        " without encrypt-then-MAC (RFC 7366), which this account does not allow");
    return *suite;
}

} // namespace causeway::coap
