// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/xiaomi_cipher.hpp"

#include <algorithm>
#include <array>

#include "bridges/ble/ccm.hpp"

namespace causeway::bridges::ble {

using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// The bits of frame control, which are in its first octet.
constexpr std::uint8_t encryptedBit = 0x08;
constexpr std::uint8_t addressBit = 0x10;
constexpr std::uint8_t capabilityBit = 0x20;
constexpr std::uint8_t objectBit = 0x40;
/// Of capability: two octets more.
constexpr std::uint8_t inputOutputBit = 0x20;
/// Of the second octet of frame control.
constexpr unsigned versionShift = 4;
/// What older ones have in clear is laid out as in these; what they encrypt is not.
constexpr unsigned oldestVersion = 2;
constexpr unsigned oldestSealedVersion = 4;

constexpr std::size_t headSize = 5; ///< frame control, product, counter
constexpr std::size_t productAt = 2;
constexpr std::size_t counterAt = 4;
constexpr std::size_t addressSize = 6;
constexpr std::size_t extensionSize = 3; ///< the upper octets of the counter
constexpr std::array<std::uint8_t, 1> associated{0x11};

base::Bytes reversed(std::string_view address)
{
    const auto octets = addressOctets(address);
    return {octets.rbegin(), octets.rend()};
}

/// Where the objects begin; beyond the end when the head is cut off.
std::size_t objectsAt(ByteView payload)
{
    std::size_t at = headSize;
    if ((payload[0] & addressBit) != 0)
        at += addressSize;
    if ((payload[0] & capabilityBit) == 0)
        return at;
    const bool hasMore = at < payload.size() && (payload[at] & inputOutputBit) != 0;
    return at + (hasMore ? 3 : 1);
}

Expected<PlainPayload> openObjects(ByteView payload, std::size_t at, ByteView nonce, ByteView key)
{
    const std::size_t end = payload.size() - extensionSize - sensorTagSize;
    const ByteView extension = payload.subspan(end, extensionSize);
    auto plain = openSealed(
        {payload.subspan(at, end - at), payload.last(sensorTagSize), nonce, associated}, key);
    if (!plain)
        return fail(plain.error());
    std::uint32_t number = 0;
    for (std::size_t i = extensionSize; i-- > 0;)
        number = (number << 8U) | extension[i];
    return PlainPayload{std::move(*plain), (number << 8U) | payload[counterAt]};
}

} // namespace

Expected<PlainPayload> openMiBeacon(ByteView payload, std::string_view address, ByteView key)
{
    if (payload.size() < headSize || payload[1] >> versionShift < oldestVersion)
        return corruptFrame("this is not version 2 to 5 of MiBeacon");
    if ((payload[0] & objectBit) == 0)
        return fail(ErrorKind::NotFound, "the frame tells nothing");
    const std::size_t at = objectsAt(payload);
    const bool isEncrypted = (payload[0] & encryptedBit) != 0;
    if (!isEncrypted && !key.empty())
        return clearThoughKey();
    if (isEncrypted && payload[1] >> versionShift < oldestSealedVersion)
        return corruptFrame("it is encrypted as MiBeacon was before version 4, which nobody reads");
    if (at + (isEncrypted ? extensionSize + sensorTagSize : 0) >= payload.size())
        return corruptFrame("the frame is cut off");
    if (!isEncrypted)
        return PlainPayload{{payload.begin() + static_cast<long>(at), payload.end()}, std::nullopt};
    base::Bytes nonce = reversed(address);
    const ByteView middle = payload.subspan(productAt, headSize - productAt);
    const ByteView extension =
        payload.subspan(payload.size() - extensionSize - sensorTagSize, extensionSize);
    nonce.insert(nonce.end(), middle.begin(), middle.end());
    nonce.insert(nonce.end(), extension.begin(), extension.end());
    return openObjects(payload, at, nonce, key);
}

Expected<PlainPayload> openPvvx(ByteView payload, std::string_view address, ByteView key)
{
    if (payload.size() <= 1 + sensorTagSize)
        return corruptFrame("the encrypted frame is cut off");
    // The AD structure as it was in the air: its length, type and UUID are not in the payload.
    base::Bytes nonce = reversed(address);
    nonce.insert(nonce.end(),
                 {static_cast<std::uint8_t>(payload.size() + 3), 0x16, 0x1A, 0x18, payload[0]});
    auto plain = openSealed({payload.subspan(1, payload.size() - 1 - sensorTagSize),
                             payload.last(sensorTagSize),
                             nonce,
                             associated},
                            key);
    if (!plain)
        return fail(plain.error());
    plain->insert(plain->begin(), payload[0]);
    return PlainPayload{std::move(*plain), std::nullopt};
}

} // namespace causeway::bridges::ble
