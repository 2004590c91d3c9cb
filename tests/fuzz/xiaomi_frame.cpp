// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "bridges/ble/xiaomi_cipher.hpp"

using namespace causeway;
using namespace causeway::bridges;

namespace {

/// What comes out is never longer than what went in, and only what authenticates has a counter.
void check(const base::Expected<ble::PlainPayload>& plain, std::size_t size, bool hasKey)
{
    if (plain && (plain->octets.size() > size || (plain->sealCounter && !hasKey)))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    static const base::Bytes key = base::fromHex("e9ea895fac7cca6d30532432a516f3a8").value();
    static const base::Bytes otherKey = base::fromHex("b9ea895fac7eea6d30532432a516f3a3").value();
    const base::ByteView payload(octets, size);
    check(ble::openMiBeacon(payload, "A4:C1:38:02:83:F4", key), size, true);
    check(ble::openMiBeacon(payload, "A4:C1:38:02:83:F4", {}), size, false);
    check(ble::openPvvx(payload, "A4:C1:38:8D:18:B2", otherKey), size, true);
    check(ble::openPvvx(payload, "A4:C1:38:8D:18:B2", {}), size, false);
    return 0;
}
