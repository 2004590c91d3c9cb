// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/advertisement.hpp"

#include <algorithm>

namespace causeway::bridges::ble {

namespace {

constexpr std::size_t addressLength = 17; // six pairs of digits and what is between them
constexpr std::size_t shortUuidLength = 4;
constexpr std::string_view baseUuid = "0000xxxx-0000-1000-8000-00805f9b34fb";

bool isHexDigit(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

char lowered(char character)
{
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

char raised(char character)
{
    return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                                : character;
}

/// Eddystone beacons send three kinds of frames, and some of them with a counter.
constexpr std::size_t mostPayloads = 8;
/// Of all companies, or of all services: no device has so many.
constexpr std::size_t mostParts = 32;

template <typename Parts>
void merge(Parts& known, const Parts& news)
{
    for (const auto& part : news) {
        std::erase(known, part);
        known.insert(known.begin(), part);
        std::size_t count = 0;
        std::erase_if(known, [&](const auto& one) {
            return one.first == part.first && ++count > mostPayloads;
        });
    }
    known.resize(std::min(known.size(), mostParts));
}

} // namespace

void addHeard(Advertisement& all, const Advertisement& news)
{
    if (!news.name.empty())
        all.name = news.name;
    if (news.rssi)
        all.rssi = news.rssi;
    merge(all.manufacturerData, news.manufacturerData);
    merge(all.serviceData, news.serviceData);
    if (!news.services.empty())
        all.services = news.services;
}

std::optional<std::string> canonicalAddress(std::string_view text)
{
    if (text.size() != addressLength)
        return std::nullopt;
    std::string address(text);
    for (std::size_t i = 0; i < address.size(); ++i) {
        if (i % 3 == 2 ? address[i] != ':' : !isHexDigit(address[i]))
            return std::nullopt;
        address[i] = raised(address[i]);
    }
    return address;
}

std::array<std::uint8_t, 6> addressOctets(std::string_view address)
{
    std::array<std::uint8_t, 6> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const auto octet = base::fromHex(address.substr(3 * i, 2));
        octets.at(i) = octet && octet->size() == 1 ? octet->front() : std::uint8_t{0};
    }
    return octets;
}

std::optional<std::string> canonicalUuid(std::string_view text)
{
    std::string uuid(text.size() == shortUuidLength ? baseUuid : text);
    if (text.size() == shortUuidLength)
        uuid.replace(shortUuidLength, shortUuidLength, text);
    if (uuid.size() != baseUuid.size())
        return std::nullopt;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (baseUuid[i] == '-' ? uuid[i] != '-' : !isHexDigit(uuid[i]))
            return std::nullopt;
    }
    std::ranges::transform(uuid, uuid.begin(), lowered);
    return uuid;
}

std::string shortUuid(std::string_view uuid)
{
    const auto own = uuid.substr(std::min(shortUuidLength, uuid.size()), shortUuidLength);
    const bool isShort = canonicalUuid(own) == uuid;
    return std::string(isShort ? own : uuid);
}

} // namespace causeway::bridges::ble
