// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"

/// application/vnd.oma.lwm2m+json (LwM2M 1.0 §6.4.4), which later versions forbid.
namespace causeway::lwm2m {

/// {"bn":"/3/0/","e":[{"n":"0","sv":"…"},{"n":"9","v":100}]}. Records without a value are left out.
[[nodiscard]] base::Expected<base::Bytes> encodeOldJson(const model::Path& target,
                                                        std::span<const Record> records);

/// Without "bn" names are relative to the target.
[[nodiscard]] base::Expected<std::vector<Record>> decodeOldJson(
    const model::Path& target, base::ByteView payload, const model::Definitions& definitions);

} // namespace causeway::lwm2m
