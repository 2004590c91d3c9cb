// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace causeway::coap {

/// Nobody on the network can guess it: tokens, first message IDs, retransmission jitter.
[[nodiscard]] std::uint64_t unpredictableNumber();

} // namespace causeway::coap
