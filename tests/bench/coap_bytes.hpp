// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// As much CoAP as a load generator needs, written by hand: the yardstick must not be what it
/// measures.
namespace causeway::bench {

enum class Type : std::uint8_t { Confirmable, NonConfirmable, Acknowledgement, Reset };

constexpr std::uint8_t emptyCode = 0, get = 1, post = 2, put = 3;
constexpr std::uint8_t created = 0x41, changed = 0x44, content = 0x45, notImplemented = 0xa1;

struct Packet
{
    Type type = Type::Confirmable;
    std::uint8_t code = emptyCode;
    std::uint16_t messageId = 0;
    std::string token;
    std::vector<std::string> path;
    std::string payload;
};

using Octets = std::vector<std::uint8_t>;

/// Appends options in the ascending order of RFC 7252 §3.1; the caller keeps it.
class PacketWriter
{
public:
    PacketWriter(Type type, std::uint8_t code, std::uint16_t messageId, std::string_view token);
    PacketWriter& option(unsigned number, std::string_view value);
    PacketWriter& option(unsigned number, unsigned value);
    PacketWriter& payload(std::string_view text);

    [[nodiscard]] const Octets& octets() const { return octets_; }

private:
    Octets octets_;
    unsigned lastOption_ = 0;
};

constexpr unsigned observeOption = 6, locationPathOption = 8, uriPathOption = 11,
                   contentFormatOption = 12, uriQueryOption = 15, acceptOption = 17,
                   block1Option = 27;

/// Nothing for what is no CoAP message.
[[nodiscard]] std::optional<Packet> parse(std::span<const std::uint8_t> octets);

} // namespace causeway::bench
