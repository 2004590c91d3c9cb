// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/coap_bytes.hpp"

namespace causeway::bench {

namespace {

constexpr std::uint8_t payloadMarker = 0xff;

class Reader
{
public:
    explicit Reader(std::span<const std::uint8_t> octets)
        : rest_(octets)
    {}

    [[nodiscard]] bool isEmpty() const { return rest_.empty(); }

    [[nodiscard]] bool hasFailed() const { return hasFailed_; }

    unsigned number(std::size_t size)
    {
        unsigned value = 0;
        for (const auto octet : take(size))
            value = (value << 8) | octet;
        return value;
    }

    std::span<const std::uint8_t> take(std::size_t size)
    {
        hasFailed_ = hasFailed_ || size > rest_.size();
        const auto taken = rest_.first(hasFailed_ ? 0 : size);
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

    std::string text(std::size_t size)
    {
        const auto taken = take(size);
        return {taken.begin(), taken.end()};
    }

    // RFC 7252 §3.1: 13 and 14 announce one or two more octets.
    unsigned extended(unsigned nibble)
    {
        if (nibble == 13)
            return 13 + number(1);
        return nibble == 14 ? 269 + number(2) : nibble;
    }

    std::string all() { return text(rest_.size()); }

private:
    std::span<const std::uint8_t> rest_;
    bool hasFailed_ = false;
};

void appendExtended(Octets& octets, unsigned value)
{
    if (value >= 269) {
        octets.push_back(static_cast<std::uint8_t>((value - 269) >> 8));
        octets.push_back(static_cast<std::uint8_t>(value - 269));
    } else if (value >= 13) {
        octets.push_back(static_cast<std::uint8_t>(value - 13));
    }
}

unsigned nibbleOf(unsigned value)
{
    if (value >= 269)
        return 14;
    return value >= 13 ? 13 : value;
}

} // namespace

PacketWriter::PacketWriter(Type type,
                           std::uint8_t code,
                           std::uint16_t messageId,
                           std::string_view token)
{
    octets_.reserve(128);
    octets_.push_back(
        static_cast<std::uint8_t>(0x40 | (static_cast<unsigned>(type) << 4) | token.size()));
    octets_.push_back(code);
    octets_.push_back(static_cast<std::uint8_t>(messageId >> 8));
    octets_.push_back(static_cast<std::uint8_t>(messageId));
    octets_.insert(octets_.end(), token.begin(), token.end());
}

PacketWriter& PacketWriter::option(unsigned number, std::string_view value)
{
    const auto delta = number - lastOption_;
    const auto size = static_cast<unsigned>(value.size());
    lastOption_ = number;
    octets_.push_back(static_cast<std::uint8_t>((nibbleOf(delta) << 4) | nibbleOf(size)));
    appendExtended(octets_, delta);
    appendExtended(octets_, size);
    octets_.insert(octets_.end(), value.begin(), value.end());
    return *this;
}

PacketWriter& PacketWriter::option(unsigned number, unsigned value)
{
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (!octets.empty() || (value >> shift) != 0)
            octets += static_cast<char>(value >> shift);
    return option(number, octets);
}

PacketWriter& PacketWriter::payload(std::string_view text)
{
    octets_.push_back(payloadMarker);
    octets_.insert(octets_.end(), text.begin(), text.end());
    return *this;
}

std::optional<Packet> parse(std::span<const std::uint8_t> octets)
{
    Reader reader(octets);
    const auto first = reader.number(1);
    Packet packet;
    packet.type = static_cast<Type>((first >> 4) & 3);
    packet.code = static_cast<std::uint8_t>(reader.number(1));
    packet.messageId = static_cast<std::uint16_t>(reader.number(2));
    packet.token = reader.text(first & 15);
    unsigned option = 0;
    while (!reader.isEmpty() && !reader.hasFailed()) {
        const auto head = reader.number(1);
        if (head == payloadMarker) {
            packet.payload = reader.all();
            break;
        }
        option += reader.extended(head >> 4);
        const auto value = reader.text(reader.extended(head & 15));
        if (option == uriPathOption)
            packet.path.push_back(value);
    }
    if (reader.hasFailed() || first >> 6 != 1)
        return std::nullopt;
    return packet;
}

} // namespace causeway::bench
