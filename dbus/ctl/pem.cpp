// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/pem.hpp"

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/key_text.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr std::size_t mostOctets = 16UL * 1024; // what the gateway takes of a chain
constexpr std::size_t lineLength = 64;          // RFC 7468 §2
constexpr std::string_view dashes = "-----";

std::string toBase64(base::ByteView octets)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto part = octets.subspan(at, std::min<std::size_t>(3, octets.size() - at));
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8U | (i < part.size() ? part[i] : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= part.size() ? alphabet[group >> (18U - 6U * i) & 0x3FU] : '=';
    }
    return text;
}

} // namespace

std::string toPem(std::string_view label, base::ByteView octets)
{
    const std::string text = toBase64(octets);
    std::string pem = std::string(dashes) + "BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < text.size(); at += lineLength)
        pem += text.substr(at, lineLength) + "\n";
    return pem + "-----END " + std::string(label) + "-----\n";
}

base::Bytes fromPem(std::string_view text)
{
    const auto begin = text.find("-----BEGIN ");
    const auto body = text.find(dashes, begin == std::string_view::npos ? begin : begin + 11);
    const auto end = text.find("-----END ", body);
    if (begin == std::string_view::npos || end == std::string_view::npos)
        return base::toBytes(text);
    const auto from = body + dashes.size();
    const auto octets = decodeKey(text.substr(from, end - from), KeyFormat::Base64);
    if (!octets)
        throw Failure(base::ErrorKind::InvalidArgument,
                      "what is between the PEM lines is no base64");
    return {octets->view().begin(), octets->view().end()};
}

base::Bytes readPemFile(const std::string& file)
{
    const auto text = readSecretText(file, mostOctets, "Certificate or public key");
    if (!text)
        throw Failure(text.error());
    return fromPem(base::asText(text->view()));
}

} // namespace causeway::dbus::ctl
