// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bthome_cipher.hpp"

#include "bridges/ble/ccm.hpp"

namespace causeway::bridges::ble {

using base::ByteView;
using base::Expected;
using base::fail;

namespace {

// bthome.io/format: the device information octet.
constexpr std::uint8_t encryptedBit = 0x01;
constexpr std::uint8_t triggerBit = 0x04;
constexpr unsigned versionShift = 5;
constexpr unsigned version = 2;

constexpr std::size_t counterSize = 4;

base::Bytes nonceFor(std::string_view address, std::uint8_t information, ByteView counter)
{
    const auto octets = addressOctets(address);
    base::Bytes nonce(octets.begin(), octets.end());
    nonce.insert(nonce.end(), {0xD2, 0xFC, information});
    nonce.insert(nonce.end(), counter.begin(), counter.end());
    return nonce;
}

} // namespace

Expected<PlainPayload> openBthome(ByteView payload, std::string_view address, ByteView key)
{
    if (payload.empty() || payload[0] >> versionShift != version)
        return corruptFrame("this is not version 2 of BTHome");
    const bool isTriggered = (payload[0] & triggerBit) != 0;
    const bool isEncrypted = (payload[0] & encryptedBit) != 0;
    if (!isEncrypted && !key.empty())
        return clearThoughKey();
    if (!isEncrypted)
        return PlainPayload{{payload.begin(), payload.end()}, std::nullopt, isTriggered};
    if (payload.size() <= 1 + counterSize + sensorTagSize)
        return corruptFrame("the encrypted frame is cut off");
    const std::size_t sealedSize = payload.size() - 1 - counterSize - sensorTagSize;
    const ByteView counter = payload.subspan(1 + sealedSize, counterSize);
    const base::Bytes nonce = nonceFor(address, payload[0], counter);
    auto plain =
        openSealed({payload.subspan(1, sealedSize), payload.last(sensorTagSize), nonce, {}}, key);
    if (!plain)
        return fail(plain.error());
    plain->insert(plain->begin(), payload[0]);
    std::uint32_t number = 0;
    for (std::size_t i = counterSize; i-- > 0;)
        number = (number << 8U) | counter[i];
    return PlainPayload{std::move(*plain), number, isTriggered};
}

} // namespace causeway::bridges::ble
