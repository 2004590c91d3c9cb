// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"

/// text/plain (LwM2M Core §7.4.2) and application/octet-stream (§7.4.3): one value, no name.
namespace causeway::lwm2m {

[[nodiscard]] base::Expected<base::Bytes> encodePlainText(const model::Path& target,
                                                          std::span<const Record> records);
[[nodiscard]] base::Expected<std::vector<Record>> decodePlainText(
    const model::Path& target, base::ByteView payload, const model::Definitions& definitions);

[[nodiscard]] base::Expected<base::Bytes> encodeOpaque(const model::Path& target,
                                                       std::span<const Record> records);
[[nodiscard]] base::Expected<std::vector<Record>> decodeOpaque(
    const model::Path& target, base::ByteView payload, const model::Definitions& definitions);

} // namespace causeway::lwm2m
