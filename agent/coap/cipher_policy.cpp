// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/cipher_policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace causeway::coap {

using base::ErrorKind;
using base::fail;

namespace {

// TS 1.1 Transport §5.2.8: TLS_PSK_WITH_AES_128_CCM_8 must be there, the CBC suite should be. An
// AEAD comes before CBC; among equals the smaller record first.
// clang-format off
constexpr std::array suites{
    CipherSuite{0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8",          true,  false, "PSK", "AES-128-CCM-8",     "AEAD"},   // RFC 6655
    CipherSuite{0xC0A4, "TLS_PSK_WITH_AES_128_CCM",            false, false, "PSK", "AES-128-CCM",       "AEAD"},
    CipherSuite{0x00A8, "TLS_PSK_WITH_AES_128_GCM_SHA256",     false, false, "PSK", "AES-128-GCM",       "AEAD"},   // RFC 5487
    CipherSuite{0xCCAB, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", false, false, "PSK", "CHACHA20-POLY1305", "AEAD"}, // RFC 7905
    CipherSuite{0xC0A9, "TLS_PSK_WITH_AES_256_CCM_8",          false, false, "PSK", "AES-256-CCM-8",     "AEAD"},
    CipherSuite{0xC0A5, "TLS_PSK_WITH_AES_256_CCM",            false, false, "PSK", "AES-256-CCM",       "AEAD"},
    CipherSuite{0x00A9, "TLS_PSK_WITH_AES_256_GCM_SHA384",     false, false, "PSK", "AES-256-GCM",       "AEAD"},
    CipherSuite{0x00AE, "TLS_PSK_WITH_AES_128_CBC_SHA256",     true,  true,  "PSK", "AES-128-CBC",       "SHA256"},
    CipherSuite{0x00AF, "TLS_PSK_WITH_AES_256_CBC_SHA384",     false, true,  "PSK", "AES-256-CBC",       "SHA384"},
    // The same order for raw public keys and certificates.
    CipherSuite{0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",        true,  false, "ECDHE-ECDSA", "AES-128-CCM-8",     "AEAD"},   // RFC 7251
    CipherSuite{0xC0AC, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",          false, false, "ECDHE-ECDSA", "AES-128-CCM",       "AEAD"},
    CipherSuite{0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",   false, false, "ECDHE-ECDSA", "AES-128-GCM",       "AEAD"},   // RFC 5289
    CipherSuite{0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", false, false, "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"}, // RFC 7905
    CipherSuite{0xC0AF, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",        false, false, "ECDHE-ECDSA", "AES-256-CCM-8",     "AEAD"},
    CipherSuite{0xC0AD, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",          false, false, "ECDHE-ECDSA", "AES-256-CCM",       "AEAD"},
    CipherSuite{0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",   false, false, "ECDHE-ECDSA", "AES-256-GCM",       "AEAD"},
    CipherSuite{0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",   true,  true,  "ECDHE-ECDSA", "AES-128-CBC",       "SHA256"},
    CipherSuite{0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",   false, true,  "ECDHE-ECDSA", "AES-256-CBC",       "SHA384"},
};

/// What a mode adds to the priority string, and how its suites exchange keys.
struct ModeRow
{
    api::SecurityMode mode;
    std::string_view word; ///< for people
    std::string_view keyExchange;
    std::string_view priorities;
};

// GnuTLS 3.7 takes no list without a signature algorithm, not even for PSK alone. TS 1.1 Transport
// §5.2.8.6: P-256, SHA-256. What signs a chain may be an RSA authority; what signs the handshake
// cannot, since the suites are ECDSA's.
constexpr std::array modes{
    ModeRow{api::SecurityMode::Psk, "psk", "PSK", ":+SIGN-ECDSA-SHA256"},
    ModeRow{api::SecurityMode::RawPublicKey, "rpk", "ECDHE-ECDSA",
            ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:+GROUP-SECP256R1"
            ":+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"},
    ModeRow{api::SecurityMode::Certificate, "certificate", "ECDHE-ECDSA",
            ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512"
            ":+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:+GROUP-SECP256R1"
            ":+CTYPE-CLI-X509:+CTYPE-SRV-X509"},
};

/// Why a number of the IANA registry is out, whatever the settings say.
struct Ban
{
    std::uint16_t first;
    std::uint16_t last;
    std::string_view reason;
};

constexpr std::string_view noEncryption = "it does not encrypt (NULL)";
constexpr std::string_view noPeer = "it is anonymous: nobody is authenticated";
constexpr std::string_view exportGrade = "it is of export strength";
constexpr std::string_view usesMd5 = "it uses MD5";
constexpr std::string_view usesSha1 = "it uses SHA-1";
constexpr std::string_view removed = "LwM2M removed the ECDHE_PSK suites";
constexpr std::string_view forPasswords = "it is made for passwords, which are no keys";

constexpr std::array bans{
    Ban{0x0000, 0x0002, noEncryption}, Ban{0x0003, 0x0003, exportGrade},  Ban{0x0004, 0x0004, usesMd5},
    Ban{0x0005, 0x0005, usesSha1},     Ban{0x0006, 0x0006, exportGrade},  Ban{0x0007, 0x0007, usesSha1},
    Ban{0x0008, 0x0008, exportGrade},  Ban{0x0009, 0x000A, usesSha1},     Ban{0x000B, 0x000B, exportGrade},
    Ban{0x000C, 0x000D, usesSha1},     Ban{0x000E, 0x000E, exportGrade},  Ban{0x000F, 0x0010, usesSha1},
    Ban{0x0011, 0x0011, exportGrade},  Ban{0x0012, 0x0013, usesSha1},     Ban{0x0014, 0x0014, exportGrade},
    Ban{0x0015, 0x0016, usesSha1},     Ban{0x0017, 0x001B, noPeer},       Ban{0x002C, 0x002E, noEncryption},
    Ban{0x002F, 0x0033, usesSha1},     Ban{0x0034, 0x0034, noPeer},       Ban{0x0035, 0x0039, usesSha1},
    Ban{0x003A, 0x003A, noPeer},       Ban{0x003B, 0x003B, noEncryption}, Ban{0x006C, 0x006D, noPeer},
    Ban{0x008A, 0x0095, usesSha1},     Ban{0x00A6, 0x00A7, noPeer},       Ban{0x00B0, 0x00B1, noEncryption},
    Ban{0x00B4, 0x00B5, noEncryption}, Ban{0x00B8, 0x00B9, noEncryption}, Ban{0xC001, 0xC001, noEncryption},
    Ban{0xC002, 0xC005, usesSha1},     Ban{0xC006, 0xC006, noEncryption}, Ban{0xC007, 0xC00A, usesSha1},
    Ban{0xC00B, 0xC00B, noEncryption}, Ban{0xC00C, 0xC00F, usesSha1},     Ban{0xC010, 0xC010, noEncryption},
    Ban{0xC011, 0xC014, usesSha1},     Ban{0xC015, 0xC019, noPeer},       Ban{0xC01A, 0xC022, forPasswords},
    Ban{0xC033, 0xC03B, removed},      Ban{0xC070, 0xC071, removed},      Ban{0xC09A, 0xC09B, removed},
    Ban{0xC0FF, 0xC0FF, forPasswords}, Ban{0xCCAC, 0xCCAC, removed},      Ban{0xD001, 0xD005, removed},
};

/// The same, told from a name; an ending counts at the end only.
struct BannedWord
{
    std::string_view word;
    bool isEnding;
    std::string_view reason;
};

constexpr std::array bannedWords{
    BannedWord{"_ECDHE_PSK_", false, removed},      BannedWord{"_NULL_", false, noEncryption},
    BannedWord{"_ANON_",      false, noPeer},       BannedWord{"EXPORT", false, exportGrade},
    BannedWord{"_SRP_",       false, forPasswords}, BannedWord{"ECJPAKE", false, forPasswords},
    BannedWord{"_MD5",        true,  usesMd5},      BannedWord{"_SHA",   true,  usesSha1},
};
// clang-format on

constexpr std::size_t longestShown = 64; ///< of a text that is no suite, in an error

std::string toUpper(std::string_view text)
{
    std::string upper(text);
    for (char& character : upper) {
        if (character >= 'a' && character <= 'z')
            character = static_cast<char>(character - ('a' - 'A'));
    }
    return upper;
}

/// All of the text, in decimal or after 0x in hexadecimal.
std::optional<std::uint32_t> parseNumber(std::string_view text, std::uint32_t largest)
{
    const bool isHexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (isHexadecimal)
        text.remove_prefix(2);
    std::uint32_t number = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number, isHexadecimal ? 16 : 10);
    if (error != std::errc() || end != last || number > largest)
        return std::nullopt;
    return number;
}

/// 49320, 0xC0A8, or the registry's own 0xC0,0xA8.
std::optional<std::uint32_t> parseSuiteNumber(std::string_view text)
{
    const auto comma = text.find(',');
    if (comma == std::string_view::npos)
        return parseNumber(text, 0xFFFF);
    const auto high = parseNumber(text.substr(0, comma), 0xFF);
    const auto low = parseNumber(text.substr(comma + 1), 0xFF);
    if (!high || !low)
        return std::nullopt;
    return *high << 8U | *low;
}

std::string_view banOf(std::optional<std::uint32_t> number, std::string_view upperName)
{
    if (number) {
        const auto* const ban = std::ranges::find_if(
            bans, [&](const Ban& row) { return *number >= row.first && *number <= row.last; });
        return ban == bans.end() ? std::string_view() : ban->reason;
    }
    const auto* const banned = std::ranges::find_if(bannedWords, [&](const BannedWord& row) {
        return row.isEnding ? upperName.ends_with(row.word)
                            : upperName.find(row.word) != std::string_view::npos;
    });
    return banned == bannedWords.end() ? std::string_view() : banned->reason;
}

void append(std::string& priorities, std::string_view word)
{
    const std::string entry = ":+" + std::string(word);
    if ((priorities + ":").find(entry + ":") == std::string::npos)
        priorities += entry;
}

/// None for NoSec.
const ModeRow* rowOf(api::SecurityMode mode)
{
    const auto* const row = std::ranges::find(modes, mode, &ModeRow::mode);
    return row == modes.end() ? nullptr : row;
}

} // namespace

std::span<const CipherSuite> allCipherSuites()
{
    return suites;
}

base::Expected<CipherSuite> findCipherSuite(std::string_view text)
{
    const auto number = parseSuiteNumber(text);
    const std::string upper = toUpper(text);
    const auto* const suite = std::ranges::find_if(suites, [&](const CipherSuite& row) {
        return number ? row.number == *number : row.name == upper;
    });
    if (suite != suites.end())
        return *suite;
    const std::string shown(text.substr(0, longestShown));
    if (const auto ban = banOf(number, upper); !ban.empty())
        return fail(ErrorKind::NotSupported,
                    fmt::format("the cipher suite \"{}\" is never used: {}", shown, ban));
    return fail(ErrorKind::NotSupported,
                fmt::format("\"{}\" is no cipher suite that this gateway has; it takes IANA's "
                            "names and numbers, such as {} or 0x{:04X}",
                            shown,
                            suites.front().name,
                            suites.front().number));
}

base::Expected<std::vector<CipherSuite>> offeredSuites(api::SecurityMode mode,
                                                       std::span<const std::string> wanted)
{
    const auto* const row = rowOf(mode);
    if (row == nullptr)
        return fail(ErrorKind::NotSupported, "security mode NoSec has no cipher suites");
    std::vector<std::uint16_t> numbers;
    for (const auto& text : wanted) {
        const auto suite = findCipherSuite(text);
        if (!suite)
            return fail(suite.error());
        if (suite->keyExchange != row->keyExchange)
            return fail(
                ErrorKind::NotSupported,
                fmt::format("{} does not go with security mode {}", suite->name, row->word));
        numbers.push_back(suite->number);
    }
    std::vector<CipherSuite> offered;
    std::ranges::copy_if(suites, std::back_inserter(offered), [&](const CipherSuite& suite) {
        const bool isWanted = wanted.empty()
                                  ? suite.isDefault
                                  : std::ranges::find(numbers, suite.number) != numbers.end();
        return suite.keyExchange == row->keyExchange && isWanted;
    });
    return offered;
}

std::string priorityString(api::SecurityMode mode,
                           std::span<const CipherSuite> offered,
                           CbcRule rule,
                           RecordLayer layer)
{
    std::string priorities =
        layer == RecordLayer::Stream ? "NONE:+VERS-TLS1.2" : "NONE:+VERS-DTLS1.2";
    for (const auto& suite : offered) {
        append(priorities, suite.keyExchange);
        append(priorities, suite.cipher);
        append(priorities, suite.mac);
    }
    if (const auto* const row = rowOf(mode))
        priorities += row->priorities;
    // Without this GnuTLS runs CBC without encrypt-then-MAC, and tells nobody.
    if (rule == CbcRule::OnlyEncryptThenMac)
        priorities += ":%FORCE_ETM";
    return priorities;
}

base::Expected<CipherSuite>
checkSuite(std::span<const CipherSuite> offered, CbcRule rule, const Negotiated& negotiated)
{
    const auto suite = std::ranges::find_if(offered, [&](const CipherSuite& row) {
        return row.keyExchange == negotiated.keyExchange && row.cipher == negotiated.cipher &&
               row.mac == negotiated.mac;
    });
    if (suite == offered.end())
        return fail(ErrorKind::Refused, "the server chose a cipher suite that was not offered");
    if (suite->isCbc && !negotiated.hasEncryptThenMac && rule == CbcRule::OnlyEncryptThenMac)
        return fail(ErrorKind::Refused,
                    "the server chose " + std::string(suite->name) +
                        " without encrypt-then-MAC (RFC 7366), which this account does not allow");
    return *suite;
}

} // namespace causeway::coap
