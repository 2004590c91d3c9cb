// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"

namespace causeway::lwm2m {

/// RFC 4648 §4, padded: Opaque as plain text.
[[nodiscard]] std::string toBase64(base::ByteView bytes);

/// RFC 4648 §5, not padded: Opaque in SenML JSON.
[[nodiscard]] std::string toBase64Url(base::ByteView bytes);

/// Either alphabet, with or without its padding; nothing else, and no bits left over.
[[nodiscard]] std::optional<base::Bytes> fromBase64(std::string_view text);

} // namespace causeway::lwm2m
