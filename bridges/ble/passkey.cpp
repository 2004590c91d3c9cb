// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/passkey.hpp"

namespace causeway::bridges::ble {

namespace {

constexpr std::size_t passkeyDigits = 6;
constexpr std::uint32_t base10 = 10;

} // namespace

std::optional<std::uint32_t> passkeyIn(base::ByteView text)
{
    if (text.size() != passkeyDigits)
        return std::nullopt;
    std::uint32_t number = 0;
    for (const std::uint8_t octet : text) {
        if (octet < '0' || octet > '9')
            return std::nullopt;
        number = base10 * number + (octet - std::uint32_t{'0'});
    }
    return number;
}

base::Expected<void> admitPasskey(base::ByteView text)
{
    if (!text.empty() && !passkeyIn(text))
        return base::fail(base::ErrorKind::InvalidArgument,
                          "the key of a device that is connected is its passkey: six digits");
    return {};
}

} // namespace causeway::bridges::ble
