// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_blob.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// A key slot's blob, as it may lie in a damaged or forged database.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const causeway::base::ByteView octets(data, size);
    const auto blob = causeway::store::decodeSealedBlob(octets);
    if (blob && !std::ranges::equal(encode(*blob), octets))
        std::abort();
    return 0;
}
