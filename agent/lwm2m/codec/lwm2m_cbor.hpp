// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"

/// application/vnd.oma.lwm2m+cbor (LwM2M 1.2 Core §7.4.7): nested maps whose keys, identifiers or
/// arrays of them, add up to paths.
namespace causeway::lwm2m {

/// {[3,0]: {0: "…", 9: 100}}; one Resource or Resource Instance as {[3,0,9]: 100}.
[[nodiscard]] base::Expected<base::Bytes> encodeLwm2mCbor(const model::Path& target,
                                                          std::span<const Record> records);
[[nodiscard]] base::Expected<std::vector<Record>> decodeLwm2mCbor(
    const model::Path& target, base::ByteView payload, const model::Definitions& definitions);

} // namespace causeway::lwm2m
