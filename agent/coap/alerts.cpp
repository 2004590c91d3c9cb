// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/alerts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace causeway::coap {

namespace {

struct AlertRow
{
    int number;
    std::string_view name;
    std::string_view meaning;
};

constexpr std::string_view wrongKey =
    "the server refused the pre-shared key or does not know the identity";
constexpr std::string_view noSuite =
    "the server accepts none of our cipher suites, or not this identity";
constexpr std::string_view wrongCertificate =
    "the server does not accept the device's certificate or public key";
constexpr std::string_view ended = "the server ended the connection";

// clang-format off
constexpr std::array alertRows{
    AlertRow{10,  "unexpected_message",      ended},
    AlertRow{20,  "bad_record_mac",          wrongKey},
    AlertRow{21,  "decryption_failed",       wrongKey},
    AlertRow{22,  "record_overflow",         ended},
    AlertRow{40,  "handshake_failure",       noSuite},
    AlertRow{42,  "bad_certificate",         wrongCertificate},
    AlertRow{43,  "unsupported_certificate", wrongCertificate},
    AlertRow{44,  "certificate_revoked",     "the server says that the device's certificate is revoked"},
    AlertRow{45,  "certificate_expired",     "the server says that the device's certificate has expired"},
    AlertRow{46,  "certificate_unknown",     wrongCertificate},
    AlertRow{47,  "illegal_parameter",       "the server could not accept our handshake"},
    AlertRow{48,  "unknown_ca",              "the server does not accept the device's certificate: it does not know who issued it"},
    AlertRow{49,  "access_denied",           "the server does not let this identity in"},
    AlertRow{50,  "decode_error",            "the server could not accept our handshake"},
    AlertRow{51,  "decrypt_error",           wrongKey},
    AlertRow{70,  "protocol_version",        "the server does not speak DTLS 1.2"},
    AlertRow{71,  "insufficient_security",   "the server accepts none of our cipher suites"},
    AlertRow{80,  "internal_error",          "the server failed by itself"},
    AlertRow{86,  "inappropriate_fallback",  ended},
    AlertRow{90,  "user_canceled",           ended},
    AlertRow{109, "missing_extension",       "the server wants an extension that we do not send"},
    AlertRow{112, "unrecognized_name",       "the server does not go by this host name"},
    AlertRow{115, "unknown_psk_identity",    "the server does not know the pre-shared key identity"},
};
// clang-format on

} // namespace

std::string explainAlert(int alert)
{
    const auto* const row = std::find_if(alertRows.begin(),
                                         alertRows.end(),
                                         [&](const auto& entry) { return entry.number == alert; });
    if (row == alertRows.end())
        return std::string(ended) + " (alert " + std::to_string(alert) + ")";
    return std::string(row->meaning) + " (alert " + std::to_string(alert) + " " +
           std::string(row->name) + ")";
}

bool isAgainstDevice(int alert)
{
    constexpr std::array against{42, 43, 44, 45, 46, 48, 49, 115};
    return std::find(against.begin(), against.end(), alert) != against.end();
}

} // namespace causeway::coap
