// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/senml.hpp"

/// application/senml+json (RFC 8428 §5).
namespace causeway::lwm2m {

/// Records without a value are left out, and floats that JSON has no number for.
[[nodiscard]] base::Expected<base::Bytes> encodeSenmlJson(const model::Path& target,
                                                          std::span<const Record> records);

[[nodiscard]] base::Expected<std::vector<SenmlEntry>> parseSenmlJson(base::ByteView payload);

} // namespace causeway::lwm2m
