// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"

/// application/cbor (LwM2M Core §7.4.6): one value as one data item.
namespace causeway::lwm2m {

[[nodiscard]] base::Expected<base::Bytes> encodeCbor(const model::Path& target,
                                                     std::span<const Record> records);
[[nodiscard]] base::Expected<std::vector<Record>> decodeCbor(const model::Path& target,
                                                             base::ByteView payload,
                                                             const model::Definitions& definitions);

} // namespace causeway::lwm2m
