// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "store/envelope.hpp"

/// A credential's wrapped key, as it may lie in a forged database: none of them may open.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace causeway;
    static const store::Envelope envelope(1, base::Secret(store::Envelope::kekSize));
    if (envelope.unwrap({"device", "server", 1, {}, false}, {data, size}))
        std::abort();
    return 0;
}
