// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/senml.hpp"

/// application/senml+cbor (RFC 8428 §6).
namespace causeway::lwm2m {

/// Records without a value are left out.
[[nodiscard]] base::Expected<base::Bytes> encodeSenmlCbor(const model::Path& target,
                                                          std::span<const Record> records);

[[nodiscard]] base::Expected<std::vector<SenmlEntry>> parseSenmlCbor(base::ByteView payload);

} // namespace causeway::lwm2m
