// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bthome_cipher.hpp"

#include <algorithm>
#include <array>

#include "bridges/ble/ccm.hpp"

namespace causeway::bridges::ble {

using base::ByteView;
using base::Expected;
using base::fail;

namespace {

// bthome.io/format: the device information octet.
constexpr std::uint8_t encryptedBit = 0x01;
/// The present text has it as reserved; bthome-ble's parser.py, and devices, still know it.
constexpr std::uint8_t addressBit = 0x02;
constexpr std::uint8_t triggerBit = 0x04;
constexpr unsigned versionShift = 5;
constexpr unsigned version = 2;

constexpr std::size_t counterSize = 4;
constexpr std::size_t addressSize = 6;

using Address = std::array<std::uint8_t, addressSize>;

/// A payload in its parts.
struct Parts
{
    std::uint8_t information = 0;
    Address address{}; ///< in the order it is written
    ByteView rest;
};

/// An address in the payload is the one that the nonce is made of: who sends by a random one has no
/// other to tell. It is no proof of who sent it, the key is: so in clear it is only cut out.
Expected<Parts> partsOf(ByteView payload, std::string_view address)
{
    Parts parts{payload[0], addressOctets(address), payload.subspan(1)};
    if ((parts.information & addressBit) == 0)
        return parts;
    if (parts.rest.size() < addressSize)
        return corruptFrame("the address in it is cut off");
    std::ranges::reverse_copy(parts.rest.first(addressSize), parts.address.begin());
    parts.rest = parts.rest.subspan(addressSize);
    return parts;
}

base::Bytes nonceFor(const Parts& parts, ByteView counter)
{
    base::Bytes nonce(parts.address.begin(), parts.address.end());
    nonce.insert(nonce.end(), {0xD2, 0xFC, parts.information});
    nonce.insert(nonce.end(), counter.begin(), counter.end());
    return nonce;
}

/// As the objects' walk expects it: with its information octet before them.
base::Bytes withHead(std::uint8_t information, ByteView objects)
{
    base::Bytes octets{information};
    octets.insert(octets.end(), objects.begin(), objects.end());
    return octets;
}

Expected<PlainPayload> opened(const Parts& parts, ByteView key)
{
    const ByteView rest = parts.rest;
    if (rest.size() <= counterSize + sensorTagSize)
        return corruptFrame("the encrypted frame is cut off");
    const std::size_t sealedSize = rest.size() - counterSize - sensorTagSize;
    const ByteView counter = rest.subspan(sealedSize, counterSize);
    const base::Bytes nonce = nonceFor(parts, counter);
    const auto plain =
        openSealed({rest.first(sealedSize), rest.last(sensorTagSize), nonce, {}}, key);
    if (!plain)
        return fail(plain.error());
    std::uint32_t number = 0;
    for (std::size_t i = counterSize; i-- > 0;)
        number = (number << 8U) | counter[i];
    return PlainPayload{withHead(parts.information, *plain), number, false};
}

} // namespace

Expected<PlainPayload> openBthome(ByteView payload, std::string_view address, ByteView key)
{
    if (payload.empty() || payload[0] >> versionShift != version)
        return corruptFrame("this is not version 2 of BTHome");
    const bool isEncrypted = (payload[0] & encryptedBit) != 0;
    if (!isEncrypted && !key.empty())
        return clearThoughKey();
    const auto parts = partsOf(payload, address);
    if (!parts)
        return fail(parts.error());
    auto plain = isEncrypted ? opened(*parts, key)
                             : PlainPayload{withHead(parts->information, parts->rest), {}, false};
    if (plain)
        plain->isTriggered = (payload[0] & triggerBit) != 0;
    return plain;
}

} // namespace causeway::bridges::ble
