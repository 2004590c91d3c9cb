// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/transport.hpp"
#include "agent/lwm2m/client.hpp"

namespace causeway::fuzz {

/// The owner of a client whose servers are the fuzzer: keeps whatever a Bootstrap-Server delivers.
class Owner final : public lwm2m::ClientListener
{
public:
    void onStatusChanged() override {}

    void onClientState(const api::ClientState&) override {}

    void onServerChanges(const std::vector<lwm2m::ServerChange>&) override {}

    void onDelivery(api::BootstrapResult result, Kept kept) override
    {
        delivered.push_back(std::move(result));
        kept({});
    }

    void onBootstrapped() override {}

    std::vector<api::BootstrapResult> delivered;
};

inline std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

/// One octet for method and observe, one for the formats, a line "path/segments?query&more", then
/// the payload.
inline api::Request requestFrom(std::uint8_t verb, std::uint8_t formats, base::ByteView rest)
{
    // 40 and 42 say little: LwM2M CBOR and SenML-ETCH have their places.
    constexpr std::array<std::optional<api::ContentFormat>, 8> known{
        std::nullopt, 0, 40, 322, 11544, 110, 112, 11542};
    const std::string_view text = base::asText(rest);
    const auto lineEnd = text.find('\n');
    const auto line = text.substr(0, lineEnd);
    const auto question = line.find('?');
    api::Request request;
    request.method = static_cast<api::Method>(1 + verb % 7);
    if ((verb & 0x80U) != 0)
        request.observe = (verb >> 6U) & 1U;
    request.accept = known[formats % 8];
    request.contentFormat = known[(formats >> 3U) % 8];
    request.path = split(line.substr(0, question), '/');
    if (question != std::string_view::npos)
        request.query = split(line.substr(question + 1), '&');
    if (lineEnd != std::string_view::npos)
        request.payload = base::toBytes(text.substr(lineEnd + 1));
    return request;
}

} // namespace causeway::fuzz
