// SPDX-License-Identifier: Apache-2.0
#include "store/database_header.hpp"

#include <string_view>

namespace causeway::store {

namespace {

constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t userVersionOffset = 60;
constexpr std::size_t applicationIdOffset = 68;

std::uint32_t bigEndian(base::ByteView octets, std::size_t offset)
{
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets.subspan(offset, 4))
        value = value << 8U | octet;
    return value;
}

} // namespace

std::optional<DatabaseHeader> decodeDatabaseHeader(base::ByteView octets)
{
    if (octets.size() < DatabaseHeader::size || !base::asText(octets).starts_with(magic))
        return std::nullopt;
    return DatabaseHeader{bigEndian(octets, userVersionOffset),
                          bigEndian(octets, applicationIdOffset)};
}

} // namespace causeway::store
